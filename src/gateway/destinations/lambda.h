// Lambda destinations: one invocation a batch (more when tenants differ or Lambda's payload limit
// is reached), answered at once, as a stream, or never.
#pragma once

#include "gateway/destinations/service.h"

namespace loopgate::gateway {

// UseAsyncInvoke, UseResponseStreaming, TenantId, TenantIdExpression, TenantIdFormatter.
ServiceArgumentsPtr read_lambda_arguments(Properties& arguments);

}  // namespace loopgate::gateway
