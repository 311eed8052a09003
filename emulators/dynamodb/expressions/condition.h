// Condition and filter expressions, and conditions on keys.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
#pragma once

#include <set>
#include <string>

#include "emulators/dynamodb/expressions/expression.h"

namespace loopgate::dynamodb {

// With its placeholders resolved and all that AWS checks without an item checked.
Parsed<Expression> parse_condition(std::string_view text, Placeholders& placeholders);

// Whether the item fulfils it. Null: there is no item.
bool matches(const Expression& condition, const json* item);

// The names at the beginning of the condition's paths.
std::set<std::string> path_heads(const Expression& condition);

// A condition on one key: `from` and, for BETWEEN, `to`.
struct KeyCondition {
  std::string name;
  std::string comparison;  // "=", "<", "<=", ">", ">=", "BETWEEN", "begins_with"
  json from{}, to{};
};
// One or two. The errors beyond parse_condition's have their own beginning: `message` is whole.
struct KeyConditionError {
  std::string message;
  bool is_whole = false;
};
std::expected<std::vector<KeyCondition>, KeyConditionError> parse_key_condition(
    std::string_view text, Placeholders& placeholders);

}  // namespace loopgate::dynamodb
