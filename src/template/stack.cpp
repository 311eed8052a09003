#include "template/stack.h"

#include <algorithm>
#include <array>

#include "template/limits.h"

namespace loopgate::cfn {

namespace {

constexpr std::array<std::string_view, 17> kStatusNames = {
    "REVIEW_IN_PROGRESS",
    "CREATE_IN_PROGRESS",
    "CREATE_COMPLETE",
    "CREATE_FAILED",
    "ROLLBACK_IN_PROGRESS",
    "ROLLBACK_COMPLETE",
    "ROLLBACK_FAILED",
    "UPDATE_IN_PROGRESS",
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_IN_PROGRESS",
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_ROLLBACK_FAILED",
    "DELETE_IN_PROGRESS",
    "DELETE_COMPLETE",
    "DELETE_FAILED",
};

using nlohmann::json;

std::int64_t nanos(WallTime time) {
  return time.time_since_epoch().count();
}
WallTime from_nanos(const json& value) {
  return WallTime(Duration(value.get<std::int64_t>()));
}

json resource_to_json(const ResourceRecord& r) {
  return {{"logical_id", r.logical_id},
          {"physical_id", r.physical_id},
          {"type", r.type},
          {"status", r.status},
          {"reason", r.reason},
          {"properties", r.properties},
          {"attributes", r.attributes},
          {"metadata", r.metadata},
          {"file", r.place.file},
          {"line", r.place.line},
          {"deletion_policy", r.deletion_policy},
          {"update_replace_policy", r.update_replace_policy},
          {"stand_in", r.stand_in},
          {"updated", nanos(r.updated)}};
}

ResourceRecord resource_from_json(const json& j) {
  return {j.at("logical_id"),
          j.at("physical_id"),
          j.at("type"),
          j.at("status"),
          j.at("reason"),
          j.at("properties"),
          j.at("attributes"),
          j.at("metadata"),
          {j.at("file"), j.at("line")},
          j.at("deletion_policy"),
          j.at("update_replace_policy"),
          j.at("stand_in"),
          from_nanos(j.at("updated"))};
}

json event_to_json(const StackEvent& e) {
  json out = {{"id", e.id},       {"logical_id", e.logical_id}, {"physical_id", e.physical_id},
              {"type", e.type},   {"status", e.status},         {"reason", e.reason},
              {"at", nanos(e.at)}};
  if (!e.token.empty()) out["token"] = e.token;
  if (!e.properties.empty()) out["properties"] = e.properties;
  return out;
}

StackEvent event_from_json(const json& j) {
  return {j.at("id"),
          j.at("logical_id"),
          j.at("physical_id"),
          j.at("type"),
          j.at("status"),
          j.at("reason"),
          from_nanos(j.at("at")),
          j.value("token", ""),
          j.value("properties", "")};
}

template <class Range, class Function>
json list_of(const Range& range, Function function) {
  json out = json::array();
  for (const auto& each : range) out.push_back(function(each));
  return out;
}

json undo_to_json(const UndoRecord& u) {
  json out = {{"logical_id", u.logical_id}, {"created", u.created}, {"replaced", u.replaced}};
  if (!u.created) out["before"] = resource_to_json(u.before);
  return out;
}

UndoRecord undo_from_json(const json& j) {
  const bool created = j.at("created");
  return {j.at("logical_id"), created, j.at("replaced"),
          created ? ResourceRecord{} : resource_from_json(j.at("before"))};
}

json definition_to_json(const StackDefinition& d) {
  return {{"description", d.description},
          {"template_text", d.template_text},
          {"processed_text", d.processed_text},
          {"role_arn", d.role_arn},
          {"notification_arns", d.notification_arns},
          {"template_file", d.template_file},
          {"template_folder", d.template_folder},
          {"allow_unsupported", d.allow_unsupported},
          {"parameters",
           list_of(d.parameters,
                   [](const auto& p) {
                     return json{{"name", p.name}, {"value", p.value}, {"no_echo", p.no_echo}};
                   })},
          {"tags", d.tags},
          {"capabilities", d.capabilities},
          {"outputs", list_of(d.outputs,
                              [](const auto& o) {
                                return json{{"key", o.key},
                                            {"value", o.value},
                                            {"description", o.description},
                                            {"export", o.export_name}};
                              })},
          {"imports", d.imports},
          {"change_set_id", d.change_set_id}};
}

StackDefinition definition_from_json(const json& j) {
  StackDefinition d;
  d.description = j.at("description");
  d.template_text = j.at("template_text");
  d.processed_text = j.value("processed_text", "");
  d.role_arn = j.value("role_arn", "");
  d.notification_arns = j.value("notification_arns", std::vector<std::string>());
  d.template_file = j.at("template_file");
  d.template_folder = j.at("template_folder");
  d.allow_unsupported = j.at("allow_unsupported");
  for (const json& p : j.at("parameters"))
    d.parameters.push_back({p.at("name"), p.at("value"), p.at("no_echo")});
  d.tags = j.at("tags");
  d.capabilities = j.value("capabilities", std::vector<std::string>());
  for (const json& o : j.at("outputs"))
    d.outputs.push_back({o.at("key"), o.at("value"), o.at("description"), o.at("export")});
  d.imports = j.at("imports");
  d.change_set_id = j.value("change_set_id", "");
  return d;
}

// What earlier versions did not write is empty.
StackRecord read_stack(const json& j) {
  StackRecord s;
  static_cast<StackDefinition&>(s) = definition_from_json(j);
  s.name = j.at("name");
  s.id = j.at("id");
  s.account = j.at("account");
  s.region = j.at("region");
  s.status = parse_stack_status(j.at("status").get<std::string>()).value();
  s.reason = j.at("reason");
  for (const json& r : j.at("resources")) s.resources.push_back(resource_from_json(r));
  for (const json& e : j.at("events")) s.events.push_back(event_from_json(e));
  s.warnings = j.at("warnings");
  if (const auto before = j.find("before"); before != j.end())
    s.before = definition_from_json(*before);
  for (const json& u : j.value("undo", json::array())) s.undo.push_back(undo_from_json(u));
  for (const json& r : j.value("garbage", json::array()))
    s.garbage.push_back(resource_from_json(r));
  s.interrupted = j.value("interrupted", false);
  s.on_failure = j.value("on_failure", "");
  s.token = j.value("token", "");
  s.termination_protection = j.value("termination_protection", false);
  s.policy = j.value("policy", "");
  s.parent_id = j.value("parent_id", "");
  s.root_id = j.value("root_id", "");
  s.created = from_nanos(j.at("created"));
  s.updated = from_nanos(j.at("updated"));
  s.deleted = from_nanos(j.at("deleted"));
  return s;
}

}  // namespace

std::string_view name(StackStatus status) {
  return kStatusNames[static_cast<std::size_t>(status)];
}

std::optional<StackStatus> parse_stack_status(std::string_view text) {
  const auto found = std::ranges::find(kStatusNames, text);
  if (found == kStatusNames.end()) return std::nullopt;
  return static_cast<StackStatus>(found - kStatusNames.begin());
}

bool in_progress(StackStatus status) {
  return name(status).ends_with("IN_PROGRESS") && status != StackStatus::kReviewInProgress;
}

bool must_be_recreated(StackStatus status) {
  return status == StackStatus::kReviewInProgress || status == StackStatus::kCreateFailed ||
         status == StackStatus::kRollbackComplete || status == StackStatus::kRollbackFailed ||
         status == StackStatus::kDeleteFailed;
}

void StackRecord::add_event(StackEvent event) {
  if (!events.empty())
    event.at = std::max(event.at, events.back().at + std::chrono::milliseconds(1));
  events.push_back(std::move(event));
  if (events.size() > kMaxEventsPerStack) events.pop_front();
}

const ResourceRecord* StackRecord::find_resource(std::string_view logical_id) const {
  const auto found = std::ranges::find(resources, logical_id, &ResourceRecord::logical_id);
  return found == resources.end() ? nullptr : &*found;
}

ResourceRecord* StackRecord::find_resource(std::string_view logical_id) {
  return const_cast<ResourceRecord*>(std::as_const(*this).find_resource(logical_id));
}

json to_json(const StackRecord& s) {
  json out = definition_to_json(s);
  out["name"] = s.name;
  out["id"] = s.id;
  out["account"] = s.account;
  out["region"] = s.region;
  out["status"] = name(s.status);
  out["reason"] = s.reason;
  out["resources"] = list_of(s.resources, resource_to_json);
  out["events"] = list_of(s.events, event_to_json);
  out["warnings"] = s.warnings;
  if (s.before) out["before"] = definition_to_json(*s.before);
  out["undo"] = list_of(s.undo, undo_to_json);
  out["garbage"] = list_of(s.garbage, resource_to_json);
  out["interrupted"] = s.interrupted;
  out["on_failure"] = s.on_failure;
  out["token"] = s.token;
  out["termination_protection"] = s.termination_protection;
  out["policy"] = s.policy;
  out["parent_id"] = s.parent_id;
  out["root_id"] = s.root_id;
  out["created"] = nanos(s.created);
  out["updated"] = nanos(s.updated);
  out["deleted"] = nanos(s.deleted);
  return out;
}

std::optional<StackRecord> stack_from_json(const json& j) {
  try {
    return read_stack(j);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace loopgate::cfn
