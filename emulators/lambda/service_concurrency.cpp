// Reserved and provisioned concurrency, and what the account has in all.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "emulators/lambda/called.h"
#include "emulators/lambda/configuration.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/names.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

// What no function but this one has reserved of the account's.
int unreserved(Functions& functions, const http::Caller& caller, const std::string& but = {}) {
  std::size_t reserved = 0;
  for (const auto& function : functions.list(caller.account, caller.region)) {
    if (function->arn() == but) continue;
    reserved += function->reserved_concurrency.value_or(0);
    for (const auto& [qualifier, one] : function->companions.provisioned) {
      reserved += static_cast<std::size_t>(one.requested);
    }
  }
  return kAccountConcurrency - static_cast<int>(std::min<std::size_t>(reserved, 1000));
}

Json describe(const ProvisionedConcurrency& one, bool is_ready) {
  const auto allocated = is_ready ? one.requested : 0;
  return {{"RequestedProvisionedConcurrentExecutions", one.requested},
          {"AllocatedProvisionedConcurrentExecutions", allocated},
          {"AvailableProvisionedConcurrentExecutions", allocated},
          {"Status", is_ready ? "READY" : "IN_PROGRESS"},
          {"LastModified", timestamp(one.modified_ms)}};
}

// The version or alias that provisioned concurrency is of.
aws::Outcome<CalledFunction> called_published(Functions& functions, const http::ApiCall& call,
                                              const char* refusal) {
  auto meant = called(call);
  if (!meant) return meant;
  if (meant->qualifier == kLatest) return aws::refuse(invalid_parameter(refusal));
  if (const auto is = check_qualifier(functions, *meant); !is) return aws::refuse(is.error());
  return meant;
}

constexpr const char* kMustBePublished =
    "The function resource provided must be an alias or a published version.";

// A version is provisioned by itself or by an alias, not both.
aws::Outcome<void> check_conflict(const FunctionConfig& function, const std::string& qualifier) {
  const auto& aliases = function.companions.aliases;
  const auto& provisioned = function.companions.provisioned;
  if (const auto alias = aliases.find(qualifier); alias != aliases.end()) {
    if (!provisioned.contains(alias->second.version)) return {};
    return aws::refuse(resource_conflict(
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned "
        "version"));
  }
  for (const auto& [name, alias] : aliases) {
    if (alias.version != qualifier || !provisioned.contains(name)) continue;
    return aws::refuse(resource_conflict("Version is pointed by a Provisioned Concurrency alias"));
  }
  return {};
}

aws::Outcome<void> check_room(int asked, int left) {
  if (asked > left) {
    return aws::refuse(invalid_parameter(
        fmt::format("Specified ConcurrentExecutions for function is greater than account's "
                    "unreserved concurrency [{}].",
                    left)));
  }
  if (left - asked < kMinUnreservedConcurrency) {
    return aws::refuse(invalid_parameter(
        fmt::format("Specified ConcurrentExecutions for function decreases account's "
                    "UnreservedConcurrentExecution below its minimum value of [{}].",
                    kMinUnreservedConcurrency)));
  }
  return {};
}

}  // namespace

http::ApiResult put_function_concurrency(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  if (!meant->qualifier.empty()) {
    return aws::refuse(invalid_parameter(
        "This operation is permitted on Lambda functions only. Aliases and versions do not support "
        "this operation. Please specify either a function name or an unqualified function ARN."));
  }
  const auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(function_not_found(fmt::format("{}:{}", meant->arn, kLatest)));
  const auto asked = call.params.at("ReservedConcurrentExecutions").get<std::int64_t>();
  const auto left = unreserved(functions, call.caller, meant->arn);
  if (asked > left - kMinUnreservedConcurrency) {
    return aws::refuse(invalid_parameter(
        fmt::format("Specified ReservedConcurrentExecutions for function decreases account's "
                    "UnreservedConcurrentExecution below its minimum value of [{}].",
                    kMinUnreservedConcurrency)));
  }
  auto config = *function;
  config.reserved_concurrency = static_cast<std::size_t>(asked);
  const auto set = functions.update_companions(std::move(config));
  if (!set) return aws::refuse(set.error());
  return Json{{"ReservedConcurrentExecutions", asked}};
}

http::ApiResult get_function_concurrency(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  if (!(*function)->reserved_concurrency) return Json::object();
  return Json{{"ReservedConcurrentExecutions", *(*function)->reserved_concurrency}};
}

http::ApiResult delete_function_concurrency(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  auto config = **function;
  config.reserved_concurrency.reset();
  const auto set = functions.update_companions(std::move(config));
  if (!set) return aws::refuse(set.error());
  return Json::object();
}

http::ApiResult put_provisioned_concurrency(Functions& functions, const http::ApiCall& call) {
  const auto meant = called_published(
      functions, call,
      "Provisioned Concurrency Configs cannot be applied to unpublished function versions.");
  if (!meant) return aws::refuse(meant.error());
  auto config = *functions.find(meant->arn);
  if (const auto fits = check_conflict(config, meant->qualifier); !fits) {
    return aws::refuse(fits.error());
  }
  const auto asked = call.params.at("ProvisionedConcurrentExecutions").get<int>();
  if (const auto fits = check_room(asked, unreserved(functions, call.caller, meant->arn)); !fits) {
    return aws::refuse(fits.error());
  }
  auto& one = config.companions.provisioned[meant->qualifier];
  one = {asked, to_millis(functions.surroundings().clock.wall())};
  const auto result = describe(one, false);
  if (const auto set = functions.update_companions(std::move(config)); !set) {
    return aws::refuse(set.error());
  }
  return result;
}

http::ApiResult get_provisioned_concurrency(Functions& functions, const http::ApiCall& call) {
  const auto meant = called_published(functions, call, kMustBePublished);
  if (!meant) return aws::refuse(meant.error());
  const auto function = functions.find(meant->arn);
  const auto& provisioned = function->companions.provisioned;
  const auto found = provisioned.find(meant->qualifier);
  if (found == provisioned.end()) {
    return aws::refuse({"ProvisionedConcurrencyConfigNotFoundException",
                        "No Provisioned Concurrency Config found for this function",
                        404,
                        {}});
  }
  return describe(found->second, true);
}

http::ApiResult delete_provisioned_concurrency(Functions& functions, const http::ApiCall& call) {
  const auto meant = called_published(functions, call, kMustBePublished);
  if (!meant) return aws::refuse(meant.error());
  auto config = *functions.find(meant->arn);
  if (config.companions.provisioned.erase(meant->qualifier) == 0) return Json::object();
  const auto set = functions.update_companions(std::move(config));
  if (!set) return aws::refuse(set.error());
  return Json::object();
}

http::ApiResult list_provisioned_concurrency(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  std::vector<Json> list;
  for (const auto& [qualifier, one] : (*function)->companions.provisioned) {
    auto item = describe(one, true);
    item["FunctionArn"] = (*function)->arn() + ":" + qualifier;
    list.push_back(std::move(item));
  }
  return page(std::move(list), "ProvisionedConcurrencyConfigs", call);
}

http::ApiResult get_account_settings(Functions& functions, const http::ApiCall& call) {
  std::size_t code_bytes = 0;
  std::size_t count = 0;
  for (const auto& function : functions.list(call.caller.account, call.caller.region)) {
    ++count;
    for (const auto& version : functions.versions(function->arn()))
      code_bytes += version->code.size;
  }
  for (const auto& layer :
       functions.layers().list(layer_arn(call.caller.region, call.caller.account, ""))) {
    code_bytes += layer.content.size;
  }
  return Json{{"AccountLimit",
               {{"TotalCodeSize", kMaxTotalCodeBytes},
                {"CodeSizeUnzipped", kMaxUnzippedBytes},
                {"CodeSizeZipped", kMaxUploadBytes},
                {"ConcurrentExecutions", kAccountConcurrency},
                {"UnreservedConcurrentExecutions", unreserved(functions, call.caller)}}},
              {"AccountUsage", {{"TotalCodeSize", code_bytes}, {"FunctionCount", count}}}};
}

}  // namespace loopgate::lambda
