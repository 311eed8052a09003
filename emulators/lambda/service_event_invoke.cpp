// How asynchronous invocations end, of the function ($LATEST) and of each version and alias.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "emulators/lambda/called.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/properties.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

aws::Outcome<CalledFunction> called_or_latest(const http::ApiCall& call) {
  auto meant = called(call);
  if (meant && meant->qualifier.empty()) meant->qualifier = kLatest;
  return meant;
}

Json destination(const std::string& arn) {
  return arn.empty() ? Json::object() : Json{{"Destination", arn}};
}

Json describe(const CalledFunction& of, const EventInvokeConfig& config) {
  Json json = {{"FunctionArn", of.qualified()},
               {"LastModified", static_cast<double>(config.modified_ms) / 1000},
               {"DestinationConfig",
                {{"OnSuccess", destination(config.on_success_arn)},
                 {"OnFailure", destination(config.on_failure_arn)}}}};
  if (config.max_retries) json["MaximumRetryAttempts"] = *config.max_retries;
  if (config.max_event_age) json["MaximumEventAgeInSeconds"] = config.max_event_age->count();
  return json;
}

aws::AwsError has_none(const CalledFunction& meant) {
  return resource_not_found(
      fmt::format("The function {} doesn't have an EventInvokeConfig", meant.qualified()));
}

aws::AwsError no_function() {
  return resource_not_found("The function doesn't exist.");
}

// As Java prints what it was given.
std::string shown(const EventInvokeConfig& config) {
  const auto one = [](const char* kind, const std::string& arn) {
    return arn.empty() ? std::string("null") : fmt::format("{}(destination={})", kind, arn);
  };
  return fmt::format("DestinationConfig(onSuccess={}, onFailure={})",
                     one("OnSuccess", config.on_success_arn),
                     one("OnFailure", config.on_failure_arn));
}

aws::Outcome<void> check_destinations(Functions& functions, const CalledFunction& of,
                                      const EventInvokeConfig& config) {
  for (const auto& target : {config.on_success_arn, config.on_failure_arn}) {
    if (target.empty()) continue;
    const auto arn = aws::Arn::parse(target);
    const auto service = arn ? arn->service : std::string();
    const bool is_possible = service == "lambda" || service == "sqs" || service == "sns" ||
                             service == "events" || service == "s3";
    if (!is_possible) {
      return aws::refuse(invalid_parameter(
          fmt::format("The provided destination config {} is invalid.", shown(config))));
    }
    if (service != "lambda") continue;
    const auto function = functions.find(target);
    if (function && function->arn() == of.arn) {
      return aws::refuse(
          invalid_parameter("You can't specify the function as a destination for itself."));
    }
    if (!function) {
      return aws::refuse(
          invalid_parameter(fmt::format("The destination ARN {} is invalid.", target)));
    }
  }
  return {};
}

bool names_anything(const Json& params) {
  return params.contains("MaximumRetryAttempts") || params.contains("MaximumEventAgeInSeconds") ||
         params.contains("DestinationConfig");
}

// Sets what the call names on `before`.
http::ApiResult set(Functions& functions, const http::ApiCall& call, const CalledFunction& meant,
                    EventInvokeConfig config) {
  if (!names_anything(call.params)) {
    return aws::refuse(invalid_parameter(
        "You must specify at least one of error handling or destination setting."));
  }
  if (const auto read = read_invoke_config(call.params, config); !read) {
    return aws::refuse(invalid_parameter(read.error().message));
  }
  if (const auto fits = check_destinations(functions, meant, config); !fits) {
    return aws::refuse(fits.error());
  }
  config.modified_ms = to_millis(functions.surroundings().clock.wall());
  auto function = *functions.find(meant.arn);
  function.companions.event_invoke[meant.qualifier] = config;
  if (const auto stored = functions.update_companions(std::move(function)); !stored) {
    return aws::refuse(stored.error());
  }
  return describe(meant, config);
}

}  // namespace

http::ApiResult put_event_invoke_config(Functions& functions, const http::ApiCall& call) {
  const auto meant = called_or_latest(call);
  if (!meant) return aws::refuse(meant.error());
  if (!functions.resolve(meant->qualified())) return aws::refuse(no_function());
  return set(functions, call, *meant, {});
}

http::ApiResult update_event_invoke_config(Functions& functions, const http::ApiCall& call) {
  const auto meant = called_or_latest(call);
  if (!meant) return aws::refuse(meant.error());
  if (!functions.resolve(meant->qualified())) return aws::refuse(no_function());
  const auto function = functions.find(meant->arn);
  const auto& configs = function->companions.event_invoke;
  const auto found = configs.find(meant->qualifier);
  if (found == configs.end()) return aws::refuse(has_none(*meant));
  return set(functions, call, *meant, found->second);
}

http::ApiResult get_event_invoke_config(Functions& functions, const http::ApiCall& call) {
  const auto meant = called_or_latest(call);
  if (!meant) return aws::refuse(meant.error());
  const auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(has_none(*meant));
  const auto& configs = function->companions.event_invoke;
  const auto found = configs.find(meant->qualifier);
  if (found == configs.end()) return aws::refuse(has_none(*meant));
  return describe(*meant, found->second);
}

http::ApiResult delete_event_invoke_config(Functions& functions, const http::ApiCall& call) {
  const auto meant = called_or_latest(call);
  if (!meant) return aws::refuse(meant.error());
  const auto function = functions.find(meant->arn);
  if (!function || !function->companions.event_invoke.contains(meant->qualifier)) {
    return aws::refuse(has_none(*meant));
  }
  auto config = *function;
  config.companions.event_invoke.erase(meant->qualifier);
  const auto stored = functions.update_companions(std::move(config));
  if (!stored) return aws::refuse(stored.error());
  return Json::object();
}

http::ApiResult list_event_invoke_configs(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  const auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(no_function());
  std::vector<Json> list;
  for (const auto& [qualifier, config] : function->companions.event_invoke) {
    list.push_back(describe({meant->arn, qualifier}, config));
  }
  return page(std::move(list), "FunctionEventInvokeConfigs", call);
}

}  // namespace loopgate::lambda
