// SNS destinations: one message a packet, PublishBatch split to its limits, chunk after chunk so
// that a FIFO topic keeps the order of a batch.
#pragma once

#include "gateway/destinations/service.h"

namespace loopgate::gateway {

// The arguments of SQS: the vendor documents none for topics, but a FIFO topic cannot do without a
// group, and subscriptions filter by attributes.
ServiceArgumentsPtr read_sns_arguments(Properties& arguments);

}  // namespace loopgate::gateway
