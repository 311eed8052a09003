// From the tree as it is written to the one that is evaluated: chains of steps become paths with
// their stages, '%' finds the step whose input it names, and calls at the end of a function become
// thunks, so that they do not grow the stack.
#pragma once

#include <expected>

#include "codec/jsonata/node.h"

namespace loopgate::codec::jsonata {

enum class Dialect : std::uint8_t;

std::expected<Node*, Fault> resolve(Program& program, Node* root, Dialect dialect);

}  // namespace loopgate::codec::jsonata
