// Functions as targets of topics, rules and failed invocations.
#pragma once

#include "emulators/lambda/functions.h"
#include "emulators/targets/dispatcher.h"

namespace loopgate::lambda {

// The payload becomes an asynchronous invocation, which is stored before it completes.
targets::Target function_target(Functions& functions);

}  // namespace loopgate::lambda
