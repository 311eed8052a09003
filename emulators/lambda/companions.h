// What is set on a function beside its configuration: aliases, permissions, how its asynchronous
// invocations end, URLs, concurrency. All of it hangs on the function; where it is of one version
// or alias, it is kept by that qualifier.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace loopgate::lambda {

inline constexpr std::string_view kLatest = "$LATEST";

// Who may invoke it (AddPermission, AWS::Lambda::Permission).
struct PermissionStatement {
  std::string id;
  std::string action;
  std::string principal;       // a service, an account, an ARN, or "*"
  std::string source_arn;      // may be empty, and have wildcards
  std::string source_account;  // may be empty, as all that follow
  std::string qualifier;       // the version or alias that it is for; empty: the function
  std::string principal_org;   // "o-1234567890"
  std::string url_auth_type;   // "NONE", "AWS_IAM"
  std::string source_token;    // of an Alexa skill
};

// https://docs.aws.amazon.com/lambda/latest/api/API_AliasConfiguration.html
struct Alias {
  std::string version;  // "$LATEST" or a number
  std::string description;
  std::string revision_id;
  std::map<std::string, double> weights;  // of further versions, 0 … 1; the first has the rest
};

// https://docs.aws.amazon.com/lambda/latest/api/API_FunctionEventInvokeConfig.html
struct EventInvokeConfig {
  std::optional<int> max_retries;
  std::optional<std::chrono::seconds> max_event_age;
  std::string on_failure_arn;
  std::string on_success_arn;
  std::int64_t modified_ms = 0;  // wall clock, as all times here
};

// https://docs.aws.amazon.com/lambda/latest/api/API_FunctionUrlConfig.html
struct UrlConfig {
  std::string id;         // the first label of its host
  std::string auth_type;  // "NONE", "AWS_IAM"
  std::string invoke_mode = "BUFFERED";
  nlohmann::json cors;  // null: none
  std::int64_t created_ms = 0;
  std::int64_t modified_ms = 0;
};

struct ProvisionedConcurrency {
  int requested = 0;
  std::int64_t modified_ms = 0;
};

struct RuntimeManagement {
  std::string update_on = "Auto";
  std::string version_arn;  // when it is Manual
};

struct Companions {
  std::vector<PermissionStatement> permissions;
  int last_version = 0;          // the highest that was ever published
  std::string published_digest;  // of the configuration that it was made of
  std::map<std::string, Alias> aliases;
  std::map<std::string, EventInvokeConfig> event_invoke;  // by qualifier, "$LATEST" too
  std::map<std::string, UrlConfig> urls;                  // by alias, or ""
  std::map<std::string, ProvisionedConcurrency> provisioned;
  std::map<std::string, RuntimeManagement> runtime_management;  // by qualifier, "$LATEST" too
  std::string recursive_loop = "Terminate";
  std::string code_signing_arn;  // may be empty
};

nlohmann::json to_json(const Companions& companions);
// Throws nlohmann::json::exception for what no version of ours wrote.
Companions parse_companions(const nlohmann::json& document);

}  // namespace loopgate::lambda
