// Recursion and runtime management: kept and told, without effect here.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "emulators/lambda/called.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

Json describe(const CalledFunction& meant, const RuntimeManagement& management) {
  Json json = {{"FunctionArn", meant.qualified()}, {"UpdateRuntimeOn", management.update_on}};
  if (!management.version_arn.empty()) json["RuntimeVersionArn"] = management.version_arn;
  return json;
}

}  // namespace

// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionRecursionConfig.html
http::ApiResult get_recursion_config(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  return Json{{"RecursiveLoop", (*function)->companions.recursive_loop}};
}

http::ApiResult put_recursion_config(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  auto config = **function;
  config.companions.recursive_loop = http::text_param(call.params, "RecursiveLoop");
  const auto stored = functions.update_companions(std::move(config));
  if (!stored) return aws::refuse(stored.error());
  return Json{{"RecursiveLoop", (*stored)->companions.recursive_loop}};
}

// https://docs.aws.amazon.com/lambda/latest/api/API_GetRuntimeManagementConfig.html
http::ApiResult get_runtime_management(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  if (!functions.resolve(meant->qualified())) {
    return aws::refuse(function_not_found(meant->qualified()));
  }
  const auto function = functions.find(meant->arn);
  const auto& set = function->companions.runtime_management;
  const auto found = set.find(meant->qualifier.empty() ? std::string(kLatest) : meant->qualifier);
  return describe(*meant, found == set.end() ? RuntimeManagement() : found->second);
}

http::ApiResult put_runtime_management(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  if (!functions.resolve(meant->qualified())) {
    return aws::refuse(function_not_found(meant->qualified()));
  }
  const RuntimeManagement management{http::text_param(call.params, "UpdateRuntimeOn"),
                                     http::text_param(call.params, "RuntimeVersionArn")};
  if ((management.update_on == "Manual") == management.version_arn.empty()) {
    return aws::refuse(invalid_parameter(
        management.version_arn.empty()
            ? "You must provide a valid RuntimeVersionArn value when using Manual mode."
            : fmt::format("You can't provide a RuntimeVersionArn value when using {} mode.",
                          management.update_on)));
  }
  auto config = *functions.find(meant->arn);
  config.companions
      .runtime_management[meant->qualifier.empty() ? std::string(kLatest) : meant->qualifier] =
      management;
  const auto stored = functions.update_companions(std::move(config));
  if (!stored) return aws::refuse(stored.error());
  return describe(*meant, management);
}

}  // namespace loopgate::lambda
