// Code signing configurations. They are kept and told; no signature is looked at.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "emulators/lambda/called.h"
#include "emulators/lambda/configuration.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kKind = "code-signing";
constexpr std::size_t kIdDigits = 17;

std::string arn_of(const http::ApiCall& call) {
  return http::text_param(call.params, "CodeSigningConfigArn");
}

aws::Outcome<Json> find_config(Functions& functions, const http::ApiCall& call) {
  auto found = functions.documents().get(kKind, arn_of(call));
  if (found) return *std::move(found);
  return aws::refuse(resource_not_found(
      fmt::format("The Lambda code signing configuration {} can not be found.", arn_of(call))));
}

void store(Functions& functions, Json& config) {
  config["LastModified"] = timestamp(to_millis(functions.surroundings().clock.wall()));
  functions.documents().put(kKind, config.at("CodeSigningConfigArn").get<std::string>(), config);
}

bool uses(const FunctionConfig& function, const std::string& arn) {
  return function.companions.code_signing_arn == arn;
}

http::ApiResult set_on_function(Functions& functions, const FunctionConfig& function,
                                std::string arn) {
  auto config = function;
  config.companions.code_signing_arn = arn;
  const auto stored = functions.update_companions(std::move(config));
  if (!stored) return aws::refuse(stored.error());
  if (arn.empty()) return Json::object();
  return Json{{"CodeSigningConfigArn", std::move(arn)}, {"FunctionName", function.name}};
}

}  // namespace

http::ApiResult create_signing_config(Functions& functions, const http::ApiCall& call) {
  const auto id = "csc-" + functions.surroundings().random.hex(kIdDigits);
  Json config = {{"CodeSigningConfigId", id},
                 {"CodeSigningConfigArn", fmt::format("arn:aws:lambda:{}:{}:code-signing-config:{}",
                                                      call.caller.region, call.caller.account, id)},
                 {"Description", http::text_param(call.params, "Description")},
                 {"AllowedPublishers", call.params.at("AllowedPublishers")},
                 {"CodeSigningPolicies", {{"UntrustedArtifactOnDeployment", "Warn"}}}};
  if (call.params.contains("CodeSigningPolicies")) {
    config["CodeSigningPolicies"] = call.params["CodeSigningPolicies"];
  }
  store(functions, config);
  return Json{{"CodeSigningConfig", std::move(config)}};
}

http::ApiResult get_signing_config(Functions& functions, const http::ApiCall& call) {
  auto config = find_config(functions, call);
  if (!config) return aws::refuse(config.error());
  return Json{{"CodeSigningConfig", *std::move(config)}};
}

http::ApiResult update_signing_config(Functions& functions, const http::ApiCall& call) {
  auto config = find_config(functions, call);
  if (!config) return aws::refuse(config.error());
  for (const char* name : {"Description", "AllowedPublishers", "CodeSigningPolicies"}) {
    if (call.params.contains(name)) (*config)[name] = call.params[name];
  }
  store(functions, *config);
  return Json{{"CodeSigningConfig", *std::move(config)}};
}

http::ApiResult delete_signing_config(Functions& functions, const http::ApiCall& call) {
  const auto config = find_config(functions, call);
  if (!config) return aws::refuse(config.error());
  for (const auto& function : functions.list()) {
    if (!uses(*function, arn_of(call))) continue;
    return aws::refuse(resource_conflict(
        fmt::format("The code signing configuration {} is used by the function {}.", arn_of(call),
                    function->arn())));
  }
  functions.documents().remove(kKind, arn_of(call));
  return Json::object();
}

http::ApiResult list_signing_configs(Functions& functions, const http::ApiCall& call) {
  return page(
      functions.documents().list(kKind, fmt::format("arn:aws:lambda:{}:{}:code-signing-config:",
                                                    call.caller.region, call.caller.account)),
      "CodeSigningConfigs", call);
}

http::ApiResult list_functions_by_signing_config(Functions& functions, const http::ApiCall& call) {
  const auto config = find_config(functions, call);
  if (!config) return aws::refuse(config.error());
  std::vector<Json> list;
  for (const auto& function : functions.list(call.caller.account, call.caller.region)) {
    if (uses(*function, arn_of(call))) list.push_back(function->arn());
  }
  return page(std::move(list), "FunctionArns", call);
}

http::ApiResult put_function_signing_config(Functions& functions, const http::ApiCall& call) {
  if (!functions.documents().get(kKind, arn_of(call))) {
    return aws::refuse({"CodeSigningConfigNotFoundException",
                        fmt::format("The code signing configuration cannot be found. Check that "
                                    "the provided configuration is not deleted: {}.",
                                    arn_of(call)),
                        404,
                        {}});
  }
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  return set_on_function(functions, **function, arn_of(call));
}

http::ApiResult get_function_signing_config(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  const auto& arn = (*function)->companions.code_signing_arn;
  if (arn.empty()) return Json::object();
  return Json{{"CodeSigningConfigArn", arn}, {"FunctionName", (*function)->name}};
}

http::ApiResult delete_function_signing_config(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  return set_on_function(functions, **function, "");
}

}  // namespace loopgate::lambda
