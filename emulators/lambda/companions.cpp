#include "emulators/lambda/companions.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

Json permission_json(const PermissionStatement& one) {
  return {{"id", one.id},
          {"action", one.action},
          {"principal", one.principal},
          {"source_arn", one.source_arn},
          {"source_account", one.source_account},
          {"qualifier", one.qualifier},
          {"principal_org", one.principal_org},
          {"url_auth_type", one.url_auth_type},
          {"source_token", one.source_token}};
}

PermissionStatement parse_permission(const Json& json) {
  return {json.value("id", ""),
          json.value("action", ""),
          json.value("principal", ""),
          json.value("source_arn", ""),
          json.value("source_account", ""),
          json.value("qualifier", ""),
          json.value("principal_org", ""),
          json.value("url_auth_type", ""),
          json.value("source_token", "")};
}

Json alias_json(const Alias& alias) {
  return {{"version", alias.version},
          {"description", alias.description},
          {"revision_id", alias.revision_id},
          {"weights", alias.weights}};
}

// Earlier ones kept the version alone.
Alias parse_alias(const Json& json) {
  if (json.is_string()) return {json.get<std::string>(), {}, {}, {}};
  return {.version = json.value("version", ""),
          .description = json.value("description", ""),
          .revision_id = json.value("revision_id", ""),
          .weights = json.value("weights", std::map<std::string, double>())};
}

Json event_invoke_json(const EventInvokeConfig& config) {
  Json json = {{"on_failure", config.on_failure_arn},
               {"on_success", config.on_success_arn},
               {"modified_ms", config.modified_ms}};
  if (config.max_retries) json["max_retries"] = *config.max_retries;
  if (config.max_event_age) json["max_event_age"] = config.max_event_age->count();
  return json;
}

EventInvokeConfig parse_event_invoke(const Json& json) {
  EventInvokeConfig config;
  config.on_failure_arn = json.value("on_failure", "");
  config.on_success_arn = json.value("on_success", "");
  config.modified_ms = json.value("modified_ms", std::int64_t{0});
  if (json.contains("max_retries")) config.max_retries = json["max_retries"].get<int>();
  if (json.contains("max_event_age")) {
    config.max_event_age = std::chrono::seconds(json["max_event_age"].get<std::int64_t>());
  }
  return config;
}

Json url_json(const UrlConfig& url) {
  return {{"id", url.id},     {"auth_type", url.auth_type},   {"invoke_mode", url.invoke_mode},
          {"cors", url.cors}, {"created_ms", url.created_ms}, {"modified_ms", url.modified_ms}};
}

UrlConfig parse_url(const Json& json) {
  return {.id = json.value("id", ""),
          .auth_type = json.value("auth_type", ""),
          .invoke_mode = json.value("invoke_mode", "BUFFERED"),
          .cors = json.value("cors", Json()),
          .created_ms = json.value("created_ms", std::int64_t{0}),
          .modified_ms = json.value("modified_ms", std::int64_t{0})};
}

Json provisioned_json(const ProvisionedConcurrency& one) {
  return {{"requested", one.requested}, {"modified_ms", one.modified_ms}};
}

ProvisionedConcurrency parse_provisioned(const Json& json) {
  return {json.value("requested", 0), json.value("modified_ms", std::int64_t{0})};
}

Json management_json(const RuntimeManagement& one) {
  return {{"update_on", one.update_on}, {"version_arn", one.version_arn}};
}

RuntimeManagement parse_management(const Json& json) {
  return {json.value("update_on", "Auto"), json.value("version_arn", "")};
}

template <class Value>
Json map_json(const std::map<std::string, Value>& map, Json (*write)(const Value&)) {
  auto json = Json::object();
  for (const auto& [key, value] : map) json[key] = write(value);
  return json;
}

template <class Value>
std::map<std::string, Value> parse_map(const Json& json, const char* name,
                                       Value (*read)(const Json&)) {
  std::map<std::string, Value> map;
  const auto found = json.find(name);
  if (found == json.end()) return map;
  for (const auto& [key, value] : found->items()) map[key] = read(value);
  return map;
}

}  // namespace

Json to_json(const Companions& companions) {
  auto permissions = Json::array();
  for (const auto& one : companions.permissions) permissions.push_back(permission_json(one));
  return {{"permissions", std::move(permissions)},
          {"last_version", companions.last_version},
          {"published_digest", companions.published_digest},
          {"aliases", map_json(companions.aliases, alias_json)},
          {"event_invoke", map_json(companions.event_invoke, event_invoke_json)},
          {"urls", map_json(companions.urls, url_json)},
          {"provisioned", map_json(companions.provisioned, provisioned_json)},
          {"runtime_management", map_json(companions.runtime_management, management_json)},
          {"recursive_loop", companions.recursive_loop},
          {"code_signing_arn", companions.code_signing_arn}};
}

Companions parse_companions(const Json& json) {
  Companions result;
  for (const auto& one : json.at("permissions")) {
    result.permissions.push_back(parse_permission(one));
  }
  json.at("last_version").get_to(result.last_version);
  result.published_digest = json.value("published_digest", "");
  result.aliases = parse_map(json, "aliases", parse_alias);
  result.event_invoke = parse_map(json, "event_invoke", parse_event_invoke);
  result.urls = parse_map(json, "urls", parse_url);
  result.provisioned = parse_map(json, "provisioned", parse_provisioned);
  result.runtime_management = parse_map(json, "runtime_management", parse_management);
  result.recursive_loop = json.value("recursive_loop", "Terminate");
  result.code_signing_arn = json.value("code_signing_arn", "");
  return result;
}

}  // namespace loopgate::lambda
