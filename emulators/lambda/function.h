// A function as it was configured: what Lambda keeps of it, without anything that runs.
#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "emulators/lambda/limits.h"
#include "emulators/lambda/runtime.h"

namespace loopgate::lambda {

// Where the code comes from. code_loader.h makes a folder of it.
struct CodeSource {
  enum class Kind { kNone, kFolder, kZip, kInline };
  Kind kind = Kind::kNone;
  std::string path;    // of the folder or zip, absolute
  std::string text;    // inline
  std::string sha256;  // of uploaded bytes, base64, as CodeSha256; may be empty
  std::size_t size = 0;

  // Of a template: where `sam build` may have left something newer, and how to build otherwise.
  std::string template_folder;
  std::string logical_id;
  std::string build_method;  // "makefile" or empty

  bool operator==(const CodeSource&) const = default;
};

// Who may invoke it (AddPermission, AWS::Lambda::Permission): kept to be shown.
struct PermissionStatement {
  std::string id;
  std::string action;
  std::string principal;
  std::string source_arn;
};

struct FunctionConfig {
  std::string account;
  std::string region;
  std::string name;
  Runtime runtime;
  std::string handler;
  std::string role;
  std::string description;
  CodeSource code;
  std::map<std::string, std::string> environment;
  std::chrono::seconds timeout{3};
  int memory_mb = kMinMemoryMb;
  std::optional<std::size_t> reserved_concurrency;
  std::string log_group;  // empty: /aws/lambda/NAME
  std::map<std::string, std::string> tags;

  // Asynchronous invocations.
  std::string dead_letter_arn;
  std::string on_failure_arn;
  std::string on_success_arn;
  int max_retries = kMaxAsyncRetries;
  std::chrono::seconds max_event_age = kMaxEventAge;

  std::int64_t modified_ms = 0;  // wall clock
  std::string revision_id;
  std::vector<PermissionStatement> permissions;
  int last_version = 0;                        // published versions are 1…last_version
  std::map<std::string, std::string> aliases;  // name → version

  std::string arn() const;
  std::string log_group_name() const;
  bool knows_qualifier(std::string_view qualifier) const;
};

nlohmann::json to_json(const FunctionConfig& config);
Result<FunctionConfig> parse_function(const nlohmann::json& document);

// What a call names: "NAME", "ACCOUNT:function:NAME", an ARN, each with ":QUALIFIER" or without.
struct FunctionName {
  std::string account;  // empty when not named
  std::string region;
  std::string name;
  std::string qualifier;

  static std::optional<FunctionName> parse(std::string_view text);
};

std::string function_arn(std::string_view region, std::string_view account, std::string_view name);
bool is_function_name(std::string_view name);

}  // namespace loopgate::lambda
