#include "emulators/states/language/definition.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "emulators/states/language/definition_reader.h"
#include "emulators/states/language/limits.h"

namespace loopgate::states {

namespace {

constexpr std::array<std::string_view, 8> kTypeNames = {"Pass",    "Task", "Choice",   "Wait",
                                                        "Succeed", "Fail", "Parallel", "Map"};

Diagnostic invalid_json(const std::string& why) {
  return {"INVALID_JSON_DESCRIPTION", why, ""};
}

// Every list of states, by its path, and what its states mention.
void index(const StateList& list, Definition& out, std::set<std::string>& assigned) {
  out.lists[list.path] = &list;
  const auto add = [&](const std::optional<Payload>& assign) {
    if (assign) assign->collect_names(assigned);
  };
  for (const auto& state : list.states) {
    add(state->assign);
    for (const auto& catcher : state->catchers) add(catcher.assign);
    for (const auto& rule : state->choices) add(rule.assign);
    for (const auto& branch : state->branches) index(*branch, out, assigned);
    if (state->processor) index(*state->processor, out, assigned);
  }
}

void note_references(Definition& definition) {
  std::set<std::string> assigned;
  index(definition.top, definition, assigned);
  for (const auto& [path, list] : definition.lists) {
    for (const auto& state : list->states) {
      std::vector<std::string> read;
      std::ranges::set_intersection(state->mentioned, assigned, std::back_inserter(read));
      if (!read.empty()) definition.variable_references[state->name] = std::move(read);
    }
  }
}

// The document, or nullopt with a note.
std::optional<Json> parse(std::string_view text, std::vector<Diagnostic>& notes) {
  auto json = read_ordered_json(text, {.depth = kMaxDefinitionDepth, .bytes = kMaxDefinitionBytes});
  if (!json) {
    notes.push_back(invalid_json("The definition is not JSON: " + json.error().message));
    return std::nullopt;
  }
  if (!json->is_object()) {
    notes.push_back(invalid_json("The definition is not a JSON object"));
    return std::nullopt;
  }
  return std::move(*json);
}

}  // namespace

std::string_view to_string(StateType type) {
  return kTypeNames[static_cast<std::size_t>(type)];
}

const State* StateList::find(std::string_view name) const {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

const StateList* Definition::list(std::string_view path) const {
  const auto found = lists.find(path);
  return found == lists.end() ? nullptr : found->second;
}

Reading read_definition(std::string_view text, MachineType type, const CheckResource& check) {
  Reading out;
  auto json = parse(text, out.diagnostics);
  if (!json) return out;
  auto definition = std::make_shared<Definition>();
  DefinitionReader reader(type, check, out.diagnostics);
  if (json->value("QueryLanguage", Json("JSONPath")) == "JSONata") {
    definition->language = Language::kJsonata;
  }
  reader.list(*json, definition->top, definition->language, "");
  if (const auto found = json->find("TimeoutSeconds"); found != json->end()) {
    if (found->is_number_integer() && *found > 0) {
      definition->timeout_seconds = found->get<double>();
    } else {
      out.diagnostics.push_back(
          {"SCHEMA_VALIDATION_FAILED", "Expected value of type Integer", "/TimeoutSeconds"});
    }
  }
  if (!out.diagnostics.empty()) return out;
  note_references(*definition);
  out.definition = std::move(definition);
  return out;
}

Reading read_single_state(std::string_view text, const std::string& name,
                          const CheckResource& check) {
  Reading out;
  auto json = parse(text, out.diagnostics);
  if (!json) return out;
  auto definition = std::make_shared<Definition>();
  DefinitionReader reader(MachineType::kStandard, check, out.diagnostics);
  auto state = reader.state(*json, name, Language::kJsonPath, "/States/" + name);
  if (state && out.diagnostics.empty()) {
    definition->top.start_at = name;
    definition->top.by_name[name] = state.get();
    definition->top.states.push_back(std::move(state));
    note_references(*definition);
    out.definition = std::move(definition);
  }
  return out;
}

std::string to_string(const std::vector<Diagnostic>& diagnostics) {
  std::string out;
  for (const auto& [code, message, location] : diagnostics) {
    if (!out.empty()) out += ", ";
    out += code + ": " + message;
    if (!location.empty()) out += " at " + location;
  }
  return out;
}

}  // namespace loopgate::states
