// Topics as targets of rules and failed invocations.
#pragma once

#include "emulators/sns/topics.h"
#include "emulators/targets/dispatcher.h"

namespace loopgate::sns {

// The payload is published in the turn and transaction of whoever sends it.
targets::Target topic_target(Topics& topics);

}  // namespace loopgate::sns
