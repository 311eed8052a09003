// What all kinds of expressions are checked for.
#pragma once

#include "emulators/dynamodb/expressions/expression.h"

namespace loopgate::dynamodb {

// Names that stand without a placeholder.
Parsed<void> check_reserved(const Path& path);
Parsed<void> check_reserved(const Expression& expression);

}  // namespace loopgate::dynamodb
