// The protocols that listeners speak: a transport each.
#pragma once

#include <memory>
#include <string>

#include "gateway/transports/transport.h"

namespace loopgate::gateway {

// `listener_id` ("STACK/LOGICALID") is where it keeps what must survive a restart.
std::unique_ptr<Transport> make_transport(Protocol protocol, Context& context, TransportHost& host,
                                          const std::string& listener_id);

}  // namespace loopgate::gateway
