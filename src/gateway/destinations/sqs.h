// SQS destinations: one message a packet, SendMessageBatch split to its limits, chunk after chunk
// so that a FIFO queue keeps the order of a batch.
#pragma once

#include "gateway/destinations/service.h"

namespace loopgate::gateway {

// SendRaw, UseMessageAttributes, MessageGroupIdExpression, MessageDeduplicationIdExpression and the
// formatters of both.
ServiceArgumentsPtr read_sqs_arguments(Properties& arguments);

}  // namespace loopgate::gateway
