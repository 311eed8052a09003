// The section Conditions: each is evaluated once, when it is first asked for; a circle is refused.
#pragma once

#include <map>
#include <string>

#include "template/document.h"
#include "template/intrinsics.h"

namespace loopgate::cfn {

class ConditionTable {
 public:
  // `section` (null: none) is borrowed.
  explicit ConditionTable(const Node* section) : section_(section) {}

  Result<bool> value(const std::string& name, const Scope& scope, const Origin& at);
  // Evaluates all, so that a mistake in one that nobody uses is found, too.
  Status evaluate_all(const Scope& scope);

 private:
  enum class State : unsigned char { kVisiting, kFalse, kTrue };
  const Node* section_;
  std::map<std::string, State> states_;
};

}  // namespace loopgate::cfn
