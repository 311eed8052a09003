// "$or" of filter policies and event patterns.
#pragma once

#include "codec/rules/json_tokens.h"

namespace loopgate::rules {

// It is an operator only as a list of at least two objects none of whose keys is an operator's
// name; else it is a key like any other. `tokens`, a copy, stand at the key.
bool begins_branches(JsonTokens tokens);

}  // namespace loopgate::rules
