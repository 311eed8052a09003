// Step Functions destinations: one execution a batch (more when Step Functions' limit of an input
// is reached). An EXPRESS machine runs synchronously and its output may hold replies, a STANDARD
// one is started and left.
#pragma once

#include "gateway/destinations/service.h"

namespace loopgate::gateway {

// There are no arguments.
ServiceArgumentsPtr read_states_arguments(Properties& arguments);

}  // namespace loopgate::gateway
