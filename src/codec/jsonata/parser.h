// From text to tree: Pratt's method, in which each operator knows how strongly it binds to what
// stands on its left.
#pragma once

#include <expected>

#include "codec/jsonata/node.h"

namespace loopgate::codec::jsonata {

// The tree as it is written, not yet resolved. `program.source` must be UTF-8.
std::expected<Node*, Fault> parse(Program& program);

}  // namespace loopgate::codec::jsonata
