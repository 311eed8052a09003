// Projection expressions: which parts of an item are answered.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ProjectionExpressions.html
#pragma once

#include <vector>

#include "emulators/dynamodb/expressions/expression.h"

namespace loopgate::dynamodb {

Parsed<std::vector<Path>> parse_projection(std::string_view text, Placeholders& placeholders);

// The item with what the paths name and nothing else. Elements of lists keep their order and close
// up.
json project(const json& item, const std::vector<Path>& paths);

}  // namespace loopgate::dynamodb
