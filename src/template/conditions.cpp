#include "template/conditions.h"

#include <fmt/format.h>

#include "template/suggestion.h"

namespace loopgate::cfn {

Result<bool> ConditionTable::value(const std::string& name, const Scope& scope, const Origin& at) {
  if (const auto known = states_.find(name); known != states_.end()) {
    if (known->second != State::kVisiting) return known->second == State::kTrue;
    return fail(fmt::format("the condition '{}' depends on itself", name), at.place());
  }
  const Node* const expression = section_ ? section_->find(name) : nullptr;
  if (!expression) {
    std::vector<std::string> names;
    if (section_) {
      for (const Member& member : section_->members) names.push_back(member.name);
    }
    return fail(fmt::format("there is no condition '{}'{}", name, did_you_mean(name, names)),
                at.place());
  }
  states_[name] = State::kVisiting;
  Scope without_resources = scope;
  without_resources.resource = nullptr;
  without_resources.conditions = this;
  const auto result = Evaluator(without_resources).test(*expression);
  if (!result) return result;
  states_[name] = *result ? State::kTrue : State::kFalse;
  return *result;
}

Status ConditionTable::evaluate_all(const Scope& scope) {
  if (!section_) return {};
  for (const Member& member : section_->members) {
    if (const auto value = this->value(member.name, scope, member.origin); !value) {
      return std::unexpected(value.error());
    }
  }
  return {};
}

}  // namespace loopgate::cfn
