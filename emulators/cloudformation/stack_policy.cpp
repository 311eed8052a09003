#include "emulators/cloudformation/stack_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "codec/glob.h"

namespace loopgate::cloudformation {
namespace {

using nlohmann::json;

struct Update {
  std::string action;    // "Update:Modify"
  std::string resource;  // "LogicalResourceId/Queue"
  std::string type;
};

// A string, or a list of such.
bool any_matches(const json& patterns, const std::string& text) {
  if (patterns.is_string()) return codec::glob_matches(patterns.get<std::string>(), text);
  return patterns.is_array() &&
         std::ranges::any_of(patterns, [&](const json& each) { return any_matches(each, text); });
}

// "Action" or "NotAction", "Resource" or "NotResource"; neither: everything.
bool names(const json& statement, const std::string& member, const std::string& text) {
  if (const auto found = statement.find(member); found != statement.end())
    return any_matches(*found, text);
  const auto others = statement.find("Not" + member);
  return others == statement.end() || !any_matches(*others, text);
}

bool condition_holds(const json& statement, const std::string& type) {
  const auto condition = statement.find("Condition");
  if (condition == statement.end()) return true;
  for (const char* const test : {"StringEquals", "StringLike"}) {
    const auto found = condition->find(test);
    if (found != condition->end() && found->contains("ResourceType"))
      return any_matches((*found)["ResourceType"], type);
  }
  return false;
}

bool covers(const json& statement, const Update& update) {
  return statement.is_object() && names(statement, "Action", update.action) &&
         names(statement, "Resource", update.resource) && condition_holds(statement, update.type);
}

// "" when it is allowed.
std::string denial(const json& statements, const Update& update) {
  bool allowed = false;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    if (!covers(statements[i], update)) continue;
    if (statements[i].value("Effect", "") == "Allow") {
      allowed = true;
    } else {
      return fmt::format(
          "Action denied by stack policy: Statement [#{}] does not allow [{}] for resource [{}];",
          i + 1, update.action, update.resource);
    }
  }
  if (allowed) return {};
  return fmt::format("Action denied by stack policy: no statement allows [{}] for resource [{}];",
                     update.action, update.resource);
}

Update update_of(const json& change) {
  std::string action = "Update:Modify";
  if (change.at("Action") == "Remove") action = "Update:Delete";
  if (change.value("Replacement", "") == "True") action = "Update:Replace";
  return {std::move(action),
          "LogicalResourceId/" + change.at("LogicalResourceId").get<std::string>(),
          change.at("ResourceType")};
}

}  // namespace

std::map<std::string, std::string> denied_updates(const std::string& policy, const json& changes) {
  std::map<std::string, std::string> out;
  const auto document =
      policy.empty() ? json::object() : read_json(policy).value_or(json::object());
  const auto found = document.find("Statement");
  if (found == document.end()) return out;
  const json statements = found->is_array() ? *found : json::array({*found});
  for (const json& each : changes) {
    const json& change = each.at("ResourceChange");
    if (change.at("Action") == "Add") continue;
    if (auto why = denial(statements, update_of(change)); !why.empty())
      out[change.at("LogicalResourceId")] = std::move(why);
  }
  return out;
}

}  // namespace loopgate::cloudformation
