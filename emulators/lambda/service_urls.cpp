// Function URLs: what they are set to.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "emulators/lambda/called.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/service.h"
#include "emulators/lambda/url_host.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

// To the second, with a Z: unlike all other times of Lambda.
std::string url_time(std::int64_t ms) {
  return to_iso8601(WallTime(std::chrono::milliseconds(ms)));
}

Json describe(Functions& functions, const CalledFunction& of, const UrlConfig& url) {
  Json json = {{"FunctionUrl", function_url(functions, of.arn, url)},
               {"FunctionArn", of.qualified()},
               {"AuthType", url.auth_type},
               {"CreationTime", url_time(url.created_ms)},
               {"LastModifiedTime", url_time(url.modified_ms)},
               {"InvokeMode", url.invoke_mode}};
  if (!url.cors.is_null()) json["Cors"] = url.cors;
  return json;
}

void read_settings(const Json& params, UrlConfig& url) {
  if (params.contains("AuthType")) url.auth_type = http::text_param(params, "AuthType");
  if (params.contains("InvokeMode")) url.invoke_mode = http::text_param(params, "InvokeMode");
  if (params.contains("Cors")) url.cors = params["Cors"];
}

struct FoundUrl {
  CalledFunction meant;
  FunctionPtr function;
  UrlConfig url;
};

aws::Outcome<FoundUrl> find_url(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(resource_not_found());
  const auto found = function->companions.urls.find(meant->qualifier);
  if (found == function->companions.urls.end()) return aws::refuse(resource_not_found());
  return FoundUrl{*meant, function, found->second};
}

// Only the alias is looked for, not whether it has one.
bool exists(Functions& functions, const CalledFunction& meant) {
  const auto function = functions.find(meant.arn);
  return function &&
         (meant.qualifier.empty() || function->companions.aliases.contains(meant.qualifier));
}

aws::AwsError no_function() {
  return resource_not_found("Function does not exist");
}

}  // namespace

http::ApiResult create_url_config(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  if (!exists(functions, *meant)) return aws::refuse(no_function());
  auto config = *functions.find(meant->arn);
  if (config.companions.urls.contains(meant->qualifier)) {
    return aws::refuse(resource_conflict(
        fmt::format("Failed to create function url config for [functionArn = {}]. Error message:  "
                    "FunctionUrlConfig exists for this Lambda function",
                    meant->qualified())));
  }
  UrlConfig url;
  url.id = functions.surroundings().random.hex(kUrlIdDigits);
  url.created_ms = to_millis(functions.surroundings().clock.wall());
  url.modified_ms = url.created_ms;
  read_settings(call.params, url);
  config.companions.urls[meant->qualifier] = url;
  if (const auto stored = functions.update_companions(std::move(config)); !stored) {
    return aws::refuse(stored.error());
  }
  auto result = describe(functions, *meant, url);
  result.erase("LastModifiedTime");
  if (!call.params.contains("InvokeMode")) result.erase("InvokeMode");
  return result;
}

http::ApiResult get_url_config(Functions& functions, const http::ApiCall& call) {
  const auto found = find_url(functions, call);
  if (!found) return aws::refuse(found.error());
  return describe(functions, found->meant, found->url);
}

http::ApiResult update_url_config(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  if (!exists(functions, *meant)) return aws::refuse(no_function());
  auto found = find_url(functions, call);
  if (!found) return aws::refuse(found.error());
  auto& url = found->url;
  read_settings(call.params, url);
  url.modified_ms = to_millis(functions.surroundings().clock.wall());
  auto config = *found->function;
  config.companions.urls[meant->qualifier] = url;
  if (const auto stored = functions.update_companions(std::move(config)); !stored) {
    return aws::refuse(stored.error());
  }
  auto result = describe(functions, *meant, url);
  if (!call.params.contains("InvokeMode")) result.erase("InvokeMode");
  return result;
}

http::ApiResult delete_url_config(Functions& functions, const http::ApiCall& call) {
  const auto found = find_url(functions, call);
  if (!found) return aws::refuse(found.error());
  auto config = *found->function;
  config.companions.urls.erase(found->meant.qualifier);
  const auto stored = functions.update_companions(std::move(config));
  if (!stored) return aws::refuse(stored.error());
  return Json::object();
}

http::ApiResult list_url_configs(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  const auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(no_function());
  std::vector<Json> list;
  for (const auto& [qualifier, url] : function->companions.urls) {
    list.push_back(describe(functions, {meant->arn, qualifier}, url));
  }
  return page(std::move(list), "FunctionUrlConfigs", call);
}

}  // namespace loopgate::lambda
