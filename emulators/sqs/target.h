// Queues as targets of topics, rules and failed invocations.
#pragma once

#include "emulators/sqs/queues.h"
#include "emulators/targets/dispatcher.h"

namespace loopgate::sqs {

// The payload becomes a message in the turn and transaction of whoever sends it.
targets::Target queue_target(Queues& queues);

}  // namespace loopgate::sqs
