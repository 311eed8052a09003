// Tags of functions, by their ARN.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html

#include <nlohmann/json.hpp>

#include "emulators/lambda/called.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/names.h"
#include "emulators/lambda/service.h"
#include "emulators/lambda/sources/limits.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

http::ApiResult set_tags(Functions& functions, FunctionConfig config) {
  if (config.tags.size() > kMaxTags) {
    return aws::refuse(invalid_parameter("Number of tags exceeds resource tag limit."));
  }
  const auto set = functions.update_companions(std::move(config));
  if (!set) return aws::refuse(set.error());
  return Json::object();
}

aws::Outcome<FunctionPtr> tagged(Functions& functions, const http::ApiCall& call) {
  const auto arn = http::text_param(call.params, "Resource");
  if (!qualifier_of(arn).empty()) {
    return aws::refuse(
        invalid_parameter("Tags on function aliases and versions are not supported. Please specify "
                          "a function ARN."));
  }
  if (auto function = functions.find(arn)) return function;
  return aws::refuse(function_not_found(arn));
}

}  // namespace

http::ApiResult list_tags(Functions& functions, const http::ApiCall& call) {
  const auto function = tagged(functions, call);
  if (!function) return aws::refuse(function.error());
  return Json{{"Tags", (*function)->tags}};
}

http::ApiResult tag_function(Functions& functions, const http::ApiCall& call) {
  const auto tags = call.params.value("Tags", Json::object());
  if (tags.empty()) {
    return aws::refuse(invalid_parameter("An error occurred and the request cannot be processed."));
  }
  const auto function = tagged(functions, call);
  if (!function) return aws::refuse(function.error());
  auto config = **function;
  for (const auto& [name, value] : tags.items()) config.tags[name] = value.get<std::string>();
  return set_tags(functions, std::move(config));
}

http::ApiResult untag_function(Functions& functions, const http::ApiCall& call) {
  const auto function = tagged(functions, call);
  if (!function) return aws::refuse(function.error());
  auto config = **function;
  for (const auto& name : call.params.value("TagKeys", Json::array())) {
    config.tags.erase(name.get<std::string>());
  }
  return set_tags(functions, std::move(config));
}

}  // namespace loopgate::lambda
