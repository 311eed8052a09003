#include "emulators/lambda/function.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "aws/arn.h"

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

Json permissions_to_json(const std::vector<PermissionStatement>& permissions) {
  auto list = Json::array();
  for (const auto& one : permissions) {
    list.push_back({{"id", one.id},
                    {"action", one.action},
                    {"principal", one.principal},
                    {"source_arn", one.source_arn}});
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

bool FunctionConfig::knows_qualifier(std::string_view qualifier) const {
  if (qualifier.empty() || qualifier == "$LATEST") return true;
  if (aliases.contains(std::string(qualifier))) return true;
  int version = 0;
  const auto* end = qualifier.data() + qualifier.size();
  const auto [at, error] = std::from_chars(qualifier.data(), end, version);
  return error == std::errc() && at == end && version >= 1 && version <= last_version;
}

Json to_json(const FunctionConfig& config) {
  Json json = {{"account", config.account},
               {"region", config.region},
               {"name", config.name},
               {"runtime", config.runtime.name},
               {"handler", config.handler},
               {"role", config.role},
               {"description", config.description},
               {"code", code_to_json(config.code)},
               {"environment", config.environment},
               {"timeout", config.timeout.count()},
               {"memory_mb", config.memory_mb},
               {"log_group", config.log_group},
               {"tags", config.tags},
               {"dead_letter_arn", config.dead_letter_arn},
               {"on_failure_arn", config.on_failure_arn},
               {"on_success_arn", config.on_success_arn},
               {"max_retries", config.max_retries},
               {"max_event_age", config.max_event_age.count()},
               {"modified_ms", config.modified_ms},
               {"revision_id", config.revision_id},
               {"permissions", permissions_to_json(config.permissions)},
               {"last_version", config.last_version},
               {"aliases", config.aliases}};
  if (config.reserved_concurrency) json["reserved_concurrency"] = *config.reserved_concurrency;
  return json;
}

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
    json.at("on_failure_arn").get_to(config.on_failure_arn);
    json.at("on_success_arn").get_to(config.on_success_arn);
    json.at("max_retries").get_to(config.max_retries);
    config.max_event_age = std::chrono::seconds(json.at("max_event_age").get<std::int64_t>());
    json.at("modified_ms").get_to(config.modified_ms);
    json.at("revision_id").get_to(config.revision_id);
    for (const auto& one : json.at("permissions")) {
      config.permissions.push_back({one.value("id", ""), one.value("action", ""),
                                    one.value("principal", ""), one.value("source_arn", "")});
    }
    json.at("last_version").get_to(config.last_version);
    json.at("aliases").get_to(config.aliases);
    if (json.contains("reserved_concurrency")) {
      config.reserved_concurrency = json["reserved_concurrency"].get<std::size_t>();
    }
    return config;
  } catch (const Json::exception& error) {
    return fail(fmt::format("a stored function cannot be read: {}", error.what()));
  }
}

std::optional<FunctionName> FunctionName::parse(std::string_view text) {
  FunctionName result;
  std::string rest(text);
  if (text.starts_with("arn:")) {
    const auto arn = aws::Arn::parse(text);
    if (!arn || arn->service != "lambda" || !arn->resource.starts_with("function:"))
      return std::nullopt;
    result.account = arn->account;
    result.region = arn->region;
    rest = arn->resource.substr(9);
  } else if (const auto at = text.find(":function:"); at != std::string_view::npos) {
    result.account = text.substr(0, at);
    rest = text.substr(at + 10);
  }
  const auto colon = rest.find(':');
  result.name = rest.substr(0, colon);
  if (colon != std::string::npos) result.qualifier = rest.substr(colon + 1);
  if (!is_function_name(result.name)) return std::nullopt;
  if (colon != std::string::npos && result.qualifier.empty()) return std::nullopt;
  return result;
}

}  // namespace loopgate::lambda
