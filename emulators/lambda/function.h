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
#include "emulators/lambda/companions.h"
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

// One layer of a function: its version's ARN, and what is in it.
struct LayerUse {
  std::string arn;
  CodeSource content;

  bool operator==(const LayerUse&) const = default;
};

// Where a configuration is on its way; not kept, because it is over with the next turn.
enum class Progress { kDone, kCreating, kUpdating };

struct FunctionConfig {
  std::string account;
  std::string region;
  std::string name;
  std::string version = std::string(kLatest);  // or the number of a published one
  Runtime runtime;
  std::string handler;
  std::string role;
  std::string description;
  CodeSource code;
  std::map<std::string, std::string> environment;
  bool has_environment = false;  // it was given, if only empty
  std::vector<LayerUse> layers;  // in their order
  // Properties that have no effect here and are told back as they were given (VpcConfig,
  // SnapStart).
  nlohmann::json told_back = nlohmann::json::object();
  std::chrono::seconds timeout{3};
  int memory_mb = kMinMemoryMb;
  std::optional<std::size_t> reserved_concurrency;
  std::string log_group;  // empty: /aws/lambda/NAME
  bool json_logs = false;
  std::string application_log_level = "INFO";  // of JSON logs, as the next
  std::string system_log_level = "INFO";
  std::map<std::string, std::string> tags;

  std::string dead_letter_arn;

  std::int64_t modified_ms = 0;  // wall clock
  std::string revision_id;
  Progress progress = Progress::kDone;
  Companions companions;  // of $LATEST: that of published versions is empty

  std::string arn() const;  // without a qualifier
  // Of this version; $LATEST's is that of the function.
  std::string key() const;
  std::string log_group_name() const;
};

// How it ends when an asynchronous invocation by `qualifier` does; AWS's own values when none was
// set.
EventInvokeConfig invoke_config_of(const FunctionConfig& function, std::string_view qualifier);
// Of all that makes one version differ from another.
std::string version_digest(const FunctionConfig& config);
// Whether a process that was started for one may go on for the other.
bool run_alike(const FunctionConfig& one, const FunctionConfig& other);

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
