// Update expressions: SET, REMOVE, ADD and DELETE.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
#pragma once

#include <string>
#include <vector>

#include "emulators/dynamodb/expressions/expression.h"

namespace loopgate::dynamodb {

enum class Verb : std::uint8_t { kSet, kRemove, kAdd, kDelete };

struct Action {
  Verb verb = Verb::kSet;
  Path path{};
  // Of SET: an operand, or "+" and "-" of two; of ADD and DELETE: a value.
  Expression value{};
};

struct Update {
  std::vector<Action> actions;

  std::vector<Path> paths() const;
};

// With its placeholders resolved and all that AWS checks without an item checked.
Parsed<Update> parse_update(std::string_view text, Placeholders& placeholders);

// Changes the item; every right side sees it as it was before. The sentence of the
// ValidationException when the item does not allow it: then it is changed in part.
Parsed<void> apply(const Update& update, json& item);

}  // namespace loopgate::dynamodb
