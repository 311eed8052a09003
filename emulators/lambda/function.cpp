#include "emulators/lambda/function.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/bytes.h"
#include "base/json.h"
#include "codec/sha256.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

std::string_view kind_name(CodeSource::Kind kind) {
  switch (kind) {
    case CodeSource::Kind::kNone:
      return "none";
    case CodeSource::Kind::kFolder:
      return "folder";
    case CodeSource::Kind::kZip:
      return "zip";
    case CodeSource::Kind::kInline:
      return "inline";
  }
  return "none";
}

CodeSource::Kind parse_kind(const std::string& name) {
  for (const auto kind :
       {CodeSource::Kind::kFolder, CodeSource::Kind::kZip, CodeSource::Kind::kInline}) {
    if (kind_name(kind) == name) return kind;
  }
  return CodeSource::Kind::kNone;
}

Json code_to_json(const CodeSource& code) {
  return {{"kind", kind_name(code.kind)},
          {"path", code.path},
          {"text", code.text},
          {"sha256", code.sha256},
          {"size", code.size},
          {"template_folder", code.template_folder},
          {"logical_id", code.logical_id},
          {"build_method", code.build_method}};
}

CodeSource parse_code(const Json& json) {
  CodeSource code;
  code.kind = parse_kind(json.value("kind", ""));
  code.path = json.value("path", "");
  code.text = json.value("text", "");
  code.sha256 = json.value("sha256", "");
  code.size = json.value("size", std::size_t{0});
  code.template_folder = json.value("template_folder", "");
  code.logical_id = json.value("logical_id", "");
  code.build_method = json.value("build_method", "");
  return code;
}

Json layers_to_json(const std::vector<LayerUse>& layers) {
  auto list = Json::array();
  for (const auto& layer : layers) {
    list.push_back({{"arn", layer.arn}, {"content", code_to_json(layer.content)}});
  }
  return list;
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

std::string function_arn(std::string_view region, std::string_view account, std::string_view name) {
  return fmt::format("arn:aws:lambda:{}:{}:function:{}", region, account, name);
}

bool is_function_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxFunctionName &&
         std::ranges::all_of(name, is_name_character);
}

std::string FunctionConfig::arn() const {
  return function_arn(region, account, name);
}

std::string FunctionConfig::log_group_name() const {
  return log_group.empty() ? "/aws/lambda/" + name : log_group;
}

std::string FunctionConfig::key() const {
  return version == kLatest ? arn() : arn() + ":" + version;
}

EventInvokeConfig invoke_config_of(const FunctionConfig& function, std::string_view qualifier) {
  const auto& configs = function.companions.event_invoke;
  const auto found = configs.find(std::string(qualifier.empty() ? kLatest : qualifier));
  auto config = found == configs.end() ? EventInvokeConfig() : found->second;
  config.max_retries = config.max_retries.value_or(kMaxAsyncRetries);
  config.max_event_age = config.max_event_age.value_or(kMaxEventAge);
  return config;
}

namespace {

// What a process is started with.
Json launch_json(const FunctionConfig& config) {
  return {{"runtime", config.runtime.name},
          {"handler", config.handler},
          {"role", config.role},
          {"code", code_to_json(config.code)},
          {"environment", config.environment},
          {"layers", layers_to_json(config.layers)},
          {"timeout", config.timeout.count()},
          {"memory_mb", config.memory_mb},
          {"log_group", config.log_group},
          {"json_logs", config.json_logs},
          {"application_log_level", config.application_log_level},
          {"system_log_level", config.system_log_level}};
}

}  // namespace

std::string version_digest(const FunctionConfig& config) {
  auto json = launch_json(config);
  json["description"] = config.description;
  json["dead_letter_arn"] = config.dead_letter_arn;
  json["told_back"] = config.told_back;
  return codec::sha256_hex(as_bytes(write_json(json)));
}

bool run_alike(const FunctionConfig& one, const FunctionConfig& other) {
  return launch_json(one) == launch_json(other);
}

Json to_json(const FunctionConfig& config) {
  Json json = {{"account", config.account},
               {"region", config.region},
               {"name", config.name},
               {"version", config.version},
               {"runtime", config.runtime.name},
               {"handler", config.handler},
               {"role", config.role},
               {"description", config.description},
               {"code", code_to_json(config.code)},
               {"environment", config.environment},
               {"has_environment", config.has_environment},
               {"layers", layers_to_json(config.layers)},
               {"told_back", config.told_back},
               {"timeout", config.timeout.count()},
               {"memory_mb", config.memory_mb},
               {"log_group", config.log_group},
               {"json_logs", config.json_logs},
               {"application_log_level", config.application_log_level},
               {"system_log_level", config.system_log_level},
               {"tags", config.tags},
               {"dead_letter_arn", config.dead_letter_arn},
               {"modified_ms", config.modified_ms},
               {"revision_id", config.revision_id},
               {"companions", to_json(config.companions)}};
  if (config.reserved_concurrency) json["reserved_concurrency"] = *config.reserved_concurrency;
  return json;
}

namespace {

// What earlier versions of ours did not keep, or otherwise.
void parse_rest(const Json& json, FunctionConfig& config) {
  config.version = json.value("version", config.version);
  config.has_environment = json.value("has_environment", !config.environment.empty());
  for (const auto& layer : json.value("layers", Json::array())) {
    config.layers.push_back({layer.value("arn", ""), parse_code(layer.at("content"))});
  }
  config.told_back = json.value("told_back", Json::object());
  config.json_logs = json.value("json_logs", false);
  config.application_log_level = json.value("application_log_level", "INFO");
  config.system_log_level = json.value("system_log_level", "INFO");
  if (json.contains("companions")) {
    config.companions = parse_companions(json["companions"]);
    return;
  }
  config.companions = parse_companions(json);
  auto& invoke = config.companions.event_invoke[std::string(kLatest)];
  invoke.on_failure_arn = json.at("on_failure_arn").get<std::string>();
  invoke.on_success_arn = json.at("on_success_arn").get<std::string>();
  invoke.max_retries = json.at("max_retries").get<int>();
  invoke.max_event_age = std::chrono::seconds(json.at("max_event_age").get<std::int64_t>());
}

}  // namespace

Result<FunctionConfig> parse_function(const Json& json) {
  try {
    FunctionConfig config;
    auto runtime = parse_runtime(json.at("runtime").get<std::string>());
    if (!runtime) return std::unexpected(runtime.error());
    config.runtime = std::move(*runtime);
    json.at("account").get_to(config.account);
    json.at("region").get_to(config.region);
    json.at("name").get_to(config.name);
    json.at("handler").get_to(config.handler);
    json.at("role").get_to(config.role);
    json.at("description").get_to(config.description);
    config.code = parse_code(json.at("code"));
    json.at("environment").get_to(config.environment);
    config.timeout = std::chrono::seconds(json.at("timeout").get<std::int64_t>());
    json.at("memory_mb").get_to(config.memory_mb);
    json.at("log_group").get_to(config.log_group);
    json.at("tags").get_to(config.tags);
    json.at("dead_letter_arn").get_to(config.dead_letter_arn);
    json.at("modified_ms").get_to(config.modified_ms);
    json.at("revision_id").get_to(config.revision_id);
    parse_rest(json, config);
    if (json.contains("reserved_concurrency")) {
      config.reserved_concurrency = json["reserved_concurrency"].get<std::size_t>();
    }
    return config;
  } catch (const Json::exception& error) {
    return fail(fmt::format("a stored function cannot be read: {}", error.what()));
  }
}

namespace {

bool is_account(std::string_view text) {
  return text.size() == 12 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// "eu-central-1": letters, then more, then one digit.
bool is_region(std::string_view text) {
  return text.size() > 4 && text.find('-') != std::string_view::npos && text.back() >= '0' &&
         text.back() <= '9' && text[text.size() - 2] == '-';
}

bool may_be_name(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return is_name_character(c) || c == '.'; });
}

}  // namespace

// How long a name may be is not looked at here: a longer one is that of no function.
std::optional<FunctionName> FunctionName::parse(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const auto colon = text.find(':', begin);
    parts.push_back(text.substr(begin, colon - begin));
    if (colon == std::string_view::npos) break;
    begin = colon + 1;
  }
  std::span<const std::string_view> rest(parts);
  FunctionName result;
  if (rest.size() > 3 && rest[0] == "arn" && rest[2] == "lambda") rest = rest.subspan(3);
  if (rest.size() > 1 && is_region(rest[0])) {
    result.region = rest[0];
    rest = rest.subspan(1);
  }
  if (rest.size() > 1 && is_account(rest[0])) {
    result.account = rest[0];
    rest = rest.subspan(1);
  }
  if (rest.size() > 1 && rest[0] == "function") rest = rest.subspan(1);
  if (rest.size() > 2 || !may_be_name(rest[0])) return std::nullopt;
  result.name = rest[0];
  if (rest.size() == 1) return result;
  if (rest[1].empty()) return std::nullopt;
  result.qualifier = rest[1];
  return result;
}

}  // namespace loopgate::lambda
