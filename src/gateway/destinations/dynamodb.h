// DynamoDB destinations: one item a packet, BatchWriteItem by 25; what a call leaves over is sent
// again. Which attributes become the table's keys is not published: table_item.h decides.
#pragma once

#include "gateway/destinations/service.h"

namespace loopgate::gateway {

// It takes none.
ServiceArgumentsPtr read_dynamodb_arguments(Properties& arguments);

}  // namespace loopgate::gateway
