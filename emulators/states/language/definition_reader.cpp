#include "emulators/states/language/definition_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "emulators/states/language/limits.h"

namespace loopgate::states {

namespace {

constexpr std::array<std::string_view, 6> kListFields = {
    "Comment", "StartAt", "States", "Version", "TimeoutSeconds", "QueryLanguage"};

}  // namespace

void DefinitionReader::complain(const std::string& location, std::string message,
                                std::string code) {
  // One is enough to refuse; hundreds only cost.
  if (notes_.size() < 100) notes_.push_back({std::move(code), std::move(message), location});
}

void DefinitionReader::list(const Json& json, StateList& out, Language language,
                            const std::string& at) {
  const std::string here = at.empty() ? "/" : at;
  std::string missing;
  for (const std::string_view name : {"States", "StartAt"}) {
    if (!json.contains(name)) missing += (missing.empty() ? "" : ", ") + std::string(name);
  }
  if (!missing.empty()) complain(here, "These fields are required: [" + missing + "]");
  for (const auto& member : json.items()) {
    const bool known = std::ranges::find(kListFields, member.key()) != kListFields.end() ||
                       (!at.empty() && member.key() == "ProcessorConfig");
    if (!known) complain(at + "/" + member.key(), "Field is not supported");
  }
  const auto start = json.find("StartAt");
  if (start != json.end() && !start->is_string()) {
    complain(at + "/StartAt", "Expected value of type String");
  } else if (start != json.end()) {
    out.start_at = start->get<std::string>();
  }
  const auto states = json.find("States");
  if (states == json.end()) return;
  if (!states->is_object()) return complain(at + "/States", "Expected value of type Object");
  if (states->empty()) return complain(at + "/States", "Value cannot be empty");
  for (const auto& member : states->items()) {
    const auto& name = member.key();
    const std::string where = at + "/States/" + name;
    if (name.empty() || name.size() > kMaxStateName * 4) {
      complain(where, "State name must have 1 to 80 characters");
    }
    if (out.by_name.contains(name)) continue;
    auto made = state(member.value(), name, language, where);
    if (!made) continue;
    out.by_name[name] = made.get();
    out.states.push_back(std::move(made));
  }
  check_targets(out, at);
}

void DefinitionReader::check_targets(const StateList& list, const std::string& at) {
  const auto check = [&](const std::string& name, std::string_view field,
                         const std::string& where) {
    if (name.empty() || list.by_name.contains(name)) return;
    complain(where, fmt::format("Missing '{}' target: {}", field, name),
             "MISSING_TRANSITION_TARGET");
  };
  check(list.start_at, "StartAt", at + "/StartAt");
  for (const auto& state : list.states) {
    const std::string where = at + "/States/" + state->name;
    check(state->next, "Next", where + "/Next");
    check(state->fallback, "Default", where + "/Default");
    for (std::size_t i = 0; i < state->choices.size(); ++i) {
      check(state->choices[i].next, "Next", fmt::format("{}/Choices[{}]/Next", where, i));
    }
    for (std::size_t i = 0; i < state->catchers.size(); ++i) {
      check(state->catchers[i].next, "Next", fmt::format("{}/Catch[{}]/Next", where, i));
    }
  }
}

std::unique_ptr<State> DefinitionReader::state(const Json& json, const std::string& name,
                                               Language around, const std::string& at) {
  auto out = std::make_unique<State>();
  out->name = name;
  out->language = around;
  if (!json.is_object()) {
    complain(at, "Expected value of type Object");
    return nullptr;
  }
  const auto type = json.find("Type");
  if (type == json.end()) {
    complain(at, "These fields are required: [Type]");
    return nullptr;
  }
  bool known = false;
  for (int i = 0; i <= static_cast<int>(StateType::kMap); ++i) {
    if (*type != to_string(static_cast<StateType>(i))) continue;
    out->type = static_cast<StateType>(i);
    known = true;
  }
  if (!known) {
    complain(at + "/Type", fmt::format("Value must be one of the following: [Task, Wait, Pass, "
                                       "Succeed, Fail, Choice, Parallel, Map]"));
    return nullptr;
  }
  if (const auto language = json.find("QueryLanguage"); language != json.end()) {
    if (*language == "JSONata") {
      out->language = Language::kJsonata;
    } else if (*language != "JSONPath") {
      complain(at + "/QueryLanguage", "Value must be one of the following: [JSONPath, JSONata]");
    } else if (around == Language::kJsonata) {
      complain(at,
               "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state "
               "machine");
      out->language = Language::kJsonPath;
    }
  }
  StateReader(*this, json, *out, at, around).read();
  return out;
}

}  // namespace loopgate::states
