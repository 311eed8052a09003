// The vendor's public names as this machine knows them: an output that reads
// "ingress-1.proxylity.com:2061" names the vendor's production, so the sandbox shows the local
// address beside it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/listener.h"

namespace loopgate {

// `value` with each "ingress-1.proxylity.com[:PORT]" replaced by the address of the listener with
// that port (or of any, without a port). Empty when `value` holds no such name.
std::string local_address(std::string_view value,
                          const std::vector<gateway::ListenerInfo>& listeners);

}  // namespace loopgate
