#include "emulators/lambda/properties.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/json.h"
#include "emulators/lambda/echo.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

std::unexpected<PropertyError> refuse(std::string pointer, std::string message) {
  return std::unexpected(PropertyError{std::move(pointer), std::move(message)});
}

std::optional<std::string> text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer() || value.is_boolean()) return write_json(value);
  return std::nullopt;
}

PropertyStatus read_text(const Json& properties, const char* name, std::string& out) {
  const auto found = properties.find(name);
  if (found == properties.end() || found->is_null()) return {};
  auto text = text_of(*found);
  if (!text) return refuse(fmt::format("/{}", name), fmt::format("{} must be a string", name));
  out = std::move(*text);
  return {};
}

PropertyStatus read_number(const Json& properties, const char* name, std::int64_t least,
                           std::int64_t most, std::optional<std::int64_t>& out) {
  const auto found = properties.find(name);
  if (found == properties.end() || found->is_null()) return {};
  const auto text = text_of(*found).value_or("");
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end || value < least || value > most) {
    return refuse(fmt::format("/{}", name),
                  fmt::format("{} is {}: it must be a number from {} to {}", name,
                              write_json(*found), least, most));
  }
  out = value;
  return {};
}

PropertyStatus read_target(const Json& properties, const char* outer, const char* inner,
                           std::string& out) {
  const auto found = properties.find(outer);
  if (found == properties.end() || !found->is_object()) return {};
  out.clear();
  return read_text(*found, inner, out);
}

PropertyStatus read_environment(const Json& properties, FunctionConfig& config) {
  const auto found = properties.find("Environment");
  if (found == properties.end() || found->is_null()) return {};
  config.environment.clear();
  config.has_environment = true;
  const auto variables = found->is_object() ? found->value("Variables", Json::object()) : Json();
  if (!variables.is_object()) return refuse("/Environment/Variables", "Variables must be a map");
  for (const auto& [name, value] : variables.items()) {
    const auto pointer = "/Environment/Variables/" + name;
    auto text = text_of(value);
    if (!text)
      return refuse(pointer, fmt::format("environment variable {} must be a string", name));
    const bool is_name = !name.empty() && name.find('=') == std::string::npos &&
                         name.find('\0') == std::string::npos;
    if (!is_name)
      return refuse(pointer, fmt::format("'{}' is not a name of an environment variable", name));
    config.environment[name] = std::move(*text);
  }
  const auto measured = write_json(Json(config.environment));
  if (measured.size() <= kMaxEnvironmentBytes) return {};
  return refuse("/Environment",
                fmt::format("Lambda was unable to configure your environment variables because the "
                            "environment variables you have provided exceeded the 4KB limit. "
                            "String measured: {}",
                            measured));
}

// A map in the API, a list of {Key, Value} in a template.
PropertyStatus read_tags(const Json& properties, FunctionConfig& config) {
  const auto found = properties.find("Tags");
  if (found == properties.end() || found->is_null()) return {};
  config.tags.clear();
  for (const auto& [name, value] : found->items()) {
    const bool is_pair = value.is_object();
    const auto key = is_pair ? text_of(value.value("Key", Json())) : std::optional(name);
    const auto text = text_of(is_pair ? value.value("Value", Json("")) : value);
    if (!key || !text) return refuse("/Tags", "a tag has a Key and a Value, both strings");
    config.tags[*key] = *text;
  }
  return {};
}

PropertyStatus read_runtime(const Json& properties, FunctionConfig& config) {
  std::string package;
  if (const auto done = read_text(properties, "PackageType", package); !done) return done;
  if (package == "Image" || properties.contains("ImageConfig")) {
    return refuse("/PackageType",
                  "functions from container images do not run here: only PackageType Zip");
  }
  if (!properties.contains("Runtime")) return {};
  std::string name;
  if (const auto done = read_text(properties, "Runtime", name); !done) return done;
  auto runtime = parse_runtime(name);
  if (!runtime) return refuse("/Runtime", runtime.error().message);
  config.runtime = std::move(*runtime);
  return {};
}

PropertyStatus read_handler(const Json& properties, FunctionConfig& config) {
  if (const auto done = read_text(properties, "Handler", config.handler); !done) return done;
  if (config.runtime.kind != RuntimeKind::kBuiltIn) return {};
  if (const auto known = parse_built_in(config.handler); !known) {
    return refuse("/Handler", known.error().message);
  }
  return {};
}

// What has no effect here is kept to be told back. In templates one has another spelling.
void read_told_back(const Json& properties, FunctionConfig& config,
                    std::vector<std::string>& warnings) {
  constexpr std::array<const char*, 8> kToldBack = {
      "Architectures", "EphemeralStorage", "FileSystemConfigs", "KMSKeyArn",
      "SnapStart",     "TenancyConfig",    "TracingConfig",     "VpcConfig"};
  for (const auto* name : kToldBack) {
    const auto found = properties.find(name);
    if (found == properties.end() || found->is_null()) continue;
    config.told_back[name] = *found;
  }
  if (properties.contains("KmsKeyArn")) config.told_back["KMSKeyArn"] = properties["KmsKeyArn"];
  if (auto vpc = config.told_back.find("VpcConfig");
      vpc != config.told_back.end() && vpc->is_object() && !vpc->contains("VpcId")) {
    Json whole = {{"Ipv6AllowedForDualStack", false},
                  {"SecurityGroupIds", Json::array()},
                  {"SubnetIds", Json::array()},
                  {"VpcId", ""}};
    whole.update(*vpc);
    *vpc = std::move(whole);
  }
  for (const auto* name : {"VpcConfig", "FileSystemConfigs", "SnapStart"}) {
    const auto found = properties.find(name);
    if (found == properties.end() || found->empty()) continue;
    warnings.push_back(fmt::format("{}: {} has no effect here", config.name, name));
  }
}

// What is not named stays; back to Text, the levels are forgotten.
PropertyStatus read_logging(const Json& properties, FunctionConfig& config) {
  const auto found = properties.find("LoggingConfig");
  if (found == properties.end() || !found->is_object()) return {};
  std::string format;
  for (const auto& [name, out] : {std::pair{"LogGroup", &config.log_group},
                                  {"LogFormat", &format},
                                  {"ApplicationLogLevel", &config.application_log_level},
                                  {"SystemLogLevel", &config.system_log_level}}) {
    if (const auto done = read_text(*found, name, *out); !done) return done;
  }
  if (!format.empty() && format != "JSON" && format != "Text") {
    return refuse("/LoggingConfig/LogFormat",
                  fmt::format("LogFormat is '{}': it must be JSON or Text", format));
  }
  if (!format.empty()) config.json_logs = format == "JSON";
  if (config.json_logs) return {};
  config.application_log_level = "INFO";
  config.system_log_level = "INFO";
  return {};
}

}  // namespace

PropertyStatus read_properties(const Json& properties, FunctionConfig& config,
                               std::vector<std::string>& warnings) {
  if (const auto done = read_runtime(properties, config); !done) return done;
  if (const auto done = read_handler(properties, config); !done) return done;
  for (const auto& [name, out] :
       {std::pair{"Role", &config.role}, {"Description", &config.description}}) {
    if (const auto done = read_text(properties, name, *out); !done) return done;
  }
  std::optional<std::int64_t> timeout;
  std::optional<std::int64_t> memory;
  std::optional<std::int64_t> reserved;
  if (const auto done = read_number(properties, "Timeout", 1, kMaxTimeoutSeconds, timeout); !done)
    return done;
  if (const auto done = read_number(properties, "MemorySize", kMinMemoryMb, kMaxMemoryMb, memory);
      !done) {
    return done;
  }
  if (const auto done =
          read_number(properties, "ReservedConcurrentExecutions", 0, 1'000'000, reserved);
      !done) {
    return done;
  }
  if (timeout) config.timeout = std::chrono::seconds(*timeout);
  if (memory) config.memory_mb = static_cast<int>(*memory);
  if (reserved) config.reserved_concurrency = static_cast<std::size_t>(*reserved);
  if (const auto done = read_environment(properties, config); !done) return done;
  if (const auto done = read_tags(properties, config); !done) return done;
  if (const auto done =
          read_target(properties, "DeadLetterConfig", "TargetArn", config.dead_letter_arn);
      !done) {
    return done;
  }
  read_told_back(properties, config, warnings);
  return read_logging(properties, config);
}

PropertyStatus read_invoke_config(const Json& properties, EventInvokeConfig& config) {
  std::optional<std::int64_t> retries;
  std::optional<std::int64_t> age;
  if (const auto done =
          read_number(properties, "MaximumRetryAttempts", 0, kMaxAsyncRetries, retries);
      !done) {
    return done;
  }
  if (const auto done = read_number(properties, "MaximumEventAgeInSeconds", 60, 21'600, age);
      !done) {
    return done;
  }
  if (retries) config.max_retries = static_cast<int>(*retries);
  if (age) config.max_event_age = std::chrono::seconds(*age);
  const auto found = properties.find("DestinationConfig");
  if (found == properties.end() || !found->is_object()) return {};
  if (const auto done = read_target(*found, "OnFailure", "Destination", config.on_failure_arn);
      !done) {
    return done;
  }
  return read_target(*found, "OnSuccess", "Destination", config.on_success_arn);
}

}  // namespace loopgate::lambda
