// CloudWatch Logs destinations: `Data` as text, one event a packet, into a stream of the
// destination's own. The stream is made when it is missing; the group must exist.
#pragma once

#include "gateway/destinations/service.h"

namespace loopgate::gateway {

// It takes none.
ServiceArgumentsPtr read_logs_arguments(Properties& arguments);

}  // namespace loopgate::gateway
