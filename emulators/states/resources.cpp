#include "emulators/states/resources.h"

#include <fmt/format.h>

#include <charconv>

#include "base/json.h"
#include "emulators/states/limits.h"

namespace loopgate::states {

namespace {

using cfn::property_text;
using nlohmann::json;

constexpr std::size_t kGeneratedName = 80;

std::string arn_of(const cfn::ResourceRequest& request, std::string_view kind,
                   const std::string& name) {
  return fmt::format("arn:aws:states:{}:{}:{}:{}", request.stack->region, request.stack->account,
                     kind, name);
}

// "${Name}" in the definition's texts; what is not among them stays: JSONata has its own use of it.
void substitute(json& value, const json& substitutions) {
  if (value.is_structured()) {
    for (auto& each : value) substitute(each, substitutions);
    return;
  }
  if (!value.is_string()) return;
  std::string out;
  const auto& text = value.get_ref<const std::string&>();
  for (std::size_t at = 0; at < text.size();) {
    const auto open = text.find("${", at);
    const auto close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) {
      out += text.substr(at);
      break;
    }
    out += text.substr(at, open - at);
    const auto name = text.substr(open + 2, close - open - 2);
    if (substitutions.contains(name)) {
      out += property_text(substitutions, name);
    } else {
      out += text.substr(open, close + 1 - open);
    }
    at = close + 1;
  }
  value = std::move(out);
}

std::string substituted(std::string text, const json& substitutions) {
  if (!substitutions.is_object() || substitutions.empty()) return text;
  json value = std::move(text);
  substitute(value, substitutions);
  return value.get<std::string>();
}

Logging logging_of(const json& properties) {
  Logging out;
  const auto found = properties.find("LoggingConfiguration");
  if (found == properties.end() || !found->is_object()) return out;
  if (const auto level = property_text(*found, "Level"); !level.empty()) out.level = level;
  out.data = property_text(*found, "IncludeExecutionData") == "true";
  const auto destinations = found->value("Destinations", json::array());
  if (destinations.is_array() && !destinations.empty() && destinations[0].is_object()) {
    out.group_arn = property_text(destinations[0].value("CloudWatchLogsLogGroup", json::object()),
                                  "LogGroupArn");
  }
  return out;
}

cfn::ResourceState state_of(const Machine& machine) {
  return {machine.arn,
          {{"Arn", machine.arn},
           {"Name", machine.name},
           {"StateMachineRevisionId", machine.revision.empty() ? "INITIAL" : machine.revision}}};
}

cfn::ResourceState state_of(const std::string& arn) {
  return {arn, {{"Arn", arn}}};
}

}  // namespace

std::vector<std::string_view> MachineResource::properties(std::string_view) const {
  return {"Definition",
          "DefinitionS3Location",
          "DefinitionString",
          "DefinitionSubstitutions",
          "EncryptionConfiguration",
          "LoggingConfiguration",
          "RoleArn",
          "StateMachineName",
          "StateMachineType",
          "Tags",
          "TracingConfiguration"};
}

Result<std::string> MachineResource::definition(const cfn::ResourceRequest& request) const {
  const auto& properties = request.properties;
  const auto substitutions = properties.value("DefinitionSubstitutions", json::object());
  if (const auto text = property_text(properties, "DefinitionString"); !text.empty()) {
    return substituted(text, substitutions);
  }
  if (const auto found = properties.find("Definition");
      found != properties.end() && !found->is_null()) {
    json definition = *found;
    if (definition.is_string()) return substituted(definition.get<std::string>(), substitutions);
    substitute(definition, substitutions);
    return write_json(definition);
  }
  if (const auto location = properties.find("DefinitionS3Location");
      location != properties.end() && location->is_object()) {
    const auto text = read_object_(request.stack->account, {property_text(*location, "Bucket"),
                                                            property_text(*location, "Key"),
                                                            property_text(*location, "Version")});
    if (!text) return fail_at(request, "/DefinitionS3Location", text.error().message);
    return substituted(*text, substitutions);
  }
  return fail_at(request, "", "property DefinitionString (or Definition) is required");
}

// Where the definition says what is wrong: "/States/A/Next" stands at "/Definition/States/A/Next".
Status MachineResource::wrong_definition(const cfn::ResourceRequest& request,
                                         const std::vector<Diagnostic>& diagnostics) const {
  const auto& [code, message, location] = diagnostics.front();
  const bool object = request.properties.contains("Definition");
  std::string pointer = object ? "/Definition" : "/DefinitionString";
  if (object && location != "/") {
    for (const char c : location) {
      if (c == '[') {
        pointer += '/';
      } else if (c != ']') {
        pointer += c;
      }
    }
  }
  return fail_at(
      request, pointer,
      fmt::format("{}: {}{}{}", code, message, location.empty() ? "" : " at ", location));
}

Status MachineResource::validate(const cfn::ResourceRequest& request,
                                 std::vector<std::string>& warnings) {
  (void)warnings;
  if (property_text(request.properties, "RoleArn").empty()) {
    return fail_at(request, "", "property RoleArn is required");
  }
  const auto type = property_text(request.properties, "StateMachineType");
  if (!type.empty() && !cfn::is_unresolved(type) && type != "STANDARD" && type != "EXPRESS") {
    return fail_at(request, "/StateMachineType", "StateMachineType must be STANDARD or EXPRESS");
  }
  const auto location = request.properties.value("DefinitionS3Location", json::object());
  if (cfn::is_unresolved(property_text(location, "Bucket"))) return {};
  const auto text = definition(request);
  if (!text) return std::unexpected(text.error());
  // What is not known yet may be anything, also a resource of a task.
  if (cfn::is_unresolved(*text)) {
    if (auto checked = check_json(*text); !checked) {
      return fail_at(request, "/DefinitionString", checked.error().message);
    }
    return {};
  }
  const auto reading = read_definition(
      *text, type == "EXPRESS" ? MachineType::kExpress : MachineType::kStandard, machines_.check());
  if (!reading.definition) return wrong_definition(request, reading.diagnostics);
  return {};
}

Result<Machine> MachineResource::read(const cfn::ResourceRequest& request) const {
  auto text = definition(request);
  if (!text) return std::unexpected(text.error());
  const auto& properties = request.properties;
  Machine out;
  out.type = property_text(properties, "StateMachineType") == "EXPRESS" ? MachineType::kExpress
                                                                        : MachineType::kStandard;
  out.definition = std::move(*text);
  out.role_arn = property_text(properties, "RoleArn");
  out.logging = logging_of(properties);
  const auto tracing = properties.value("TracingConfiguration", json::object());
  out.tracing = property_text(tracing, "Enabled") == "true";
  out.tags = cfn::property_tags(properties);
  if (const auto reading = read_definition(out.definition, out.type, machines_.check());
      !reading.definition) {
    return std::unexpected(wrong_definition(request, reading.diagnostics).error());
  }
  return out;
}

Result<cfn::ResourceState> MachineResource::make(const cfn::ResourceRequest& request) {
  auto machine = read(request);
  if (!machine) return std::unexpected(machine.error());
  machine->name = property_text(request.properties, "StateMachineName");
  if (machine->name.empty()) {
    machine->name = cfn::generated_name(request, random_, kGeneratedName);
  }
  machine->arn = arn_of(request, "stateMachine", machine->name);
  if (machines_.machine(machine->arn)) {
    return fail_at(request, "/StateMachineName",
                   "a state machine named " + machine->name + " exists already");
  }
  const auto made = machines_.create(std::move(*machine));
  if (!made) return fail_at(request, "", made.error().message);
  return state_of(**made);
}

void MachineResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

void MachineResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (changes(request, "StateMachineName") || changes(request, "StateMachineType") ||
      !machines_.machine(request.physical_id)) {
    return done(make(request));
  }
  done(change_or_restore(request, [&](const auto& wanted) { return change(wanted); }));
}

Result<cfn::ResourceState> MachineResource::change(const cfn::ResourceRequest& request) {
  auto machine = read(request);
  if (!machine) return std::unexpected(machine.error());
  const auto changed = machines_.update(request.physical_id, {.definition = machine->definition,
                                                              .role_arn = machine->role_arn,
                                                              .logging = machine->logging,
                                                              .tracing = machine->tracing});
  if (!changed) return fail_at(request, "", changed.error().message);
  std::vector<std::string> stale;
  for (const auto& [key, value] : cfn::property_tags(request.old_properties)) stale.push_back(key);
  if (auto set = machines_.set_tags(request.physical_id, machine->tags, stale); !set) {
    return fail_at(request, "/Tags", set.error().message);
  }
  return state_of(**changed);
}

void MachineResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  machines_.remove(request.physical_id);
  done({});
}

// --- activities ---

void ActivityResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto name = property_text(request.properties, "Name");
  if (name.empty()) name = cfn::generated_name(request, random_, kGeneratedName);
  const auto arn = arn_of(request, "activity", name);
  if (machines_.activity(arn)) {
    return done(fail_at(request, "/Name", "an activity named " + name + " exists already"));
  }
  const auto made = machines_.create_activity(arn, name, cfn::property_tags(request.properties));
  if (!made) return done(fail_at(request, "/Name", made.error().message));
  done(cfn::ResourceState{arn, {{"Arn", arn}, {"Name", name}}});
}

void ActivityResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  const auto* activity = machines_.activity(request.physical_id);
  if (changes(request, "Name") || activity == nullptr) return create(request, std::move(done));
  std::vector<std::string> stale;
  for (const auto& [key, value] : cfn::property_tags(request.old_properties)) stale.push_back(key);
  (void)machines_.set_tags(request.physical_id, cfn::property_tags(request.properties), stale);
  done(cfn::ResourceState{activity->arn, {{"Arn", activity->arn}, {"Name", activity->name}}});
}

void ActivityResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  machines_.remove_activity(request.physical_id);
  done({});
}

// --- versions ---

void VersionResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  const auto version = machines_.publish(property_text(request.properties, "StateMachineArn"),
                                         property_text(request.properties, "Description"), {});
  if (!version) return done(fail_at(request, "/StateMachineArn", version.error().message));
  done(state_of((*version)->arn));
}

// A version never changes: another revision is another version.
void VersionResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  create(request, std::move(done));
}

void VersionResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  const auto removed = machines_.remove_version(request.physical_id);
  done(removed ? Status() : Status(fail(removed.error().message)));
}

// --- aliases ---

namespace {

std::vector<Route> routes_of(const json& properties) {
  std::vector<Route> out;
  const auto list = properties.value("RoutingConfiguration", json::array());
  for (const auto& route : list.is_array() ? list : json::array()) {
    const auto text = property_text(route, "Weight");
    std::int64_t weight = 0;
    std::from_chars(text.data(), text.data() + text.size(), weight);
    out.push_back({property_text(route, "StateMachineVersionArn"), weight});
  }
  // A deployment preference moves all at once here.
  if (const auto preference = properties.find("DeploymentPreference");
      out.empty() && preference != properties.end()) {
    out.push_back({property_text(*preference, "StateMachineVersionArn"), 100});
  }
  return out;
}

}  // namespace

void AliasResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto name = property_text(request.properties, "Name");
  if (name.empty()) name = cfn::generated_name(request, random_, kGeneratedName);
  const auto alias = machines_.create_alias(name, property_text(request.properties, "Description"),
                                            routes_of(request.properties));
  if (!alias) return done(fail_at(request, "/RoutingConfiguration", alias.error().message));
  done(state_of((*alias)->arn));
}

void AliasResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (changes(request, "Name") || !machines_.alias(request.physical_id)) {
    return create(request, std::move(done));
  }
  const auto alias =
      machines_.update_alias(request.physical_id, property_text(request.properties, "Description"),
                             routes_of(request.properties));
  if (!alias) return done(fail_at(request, "/RoutingConfiguration", alias.error().message));
  done(state_of((*alias)->arn));
}

void AliasResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  (void)machines_.remove_alias(request.physical_id);
  done({});
}

}  // namespace loopgate::states
