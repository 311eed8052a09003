// What verbs and the console are told of `wg` listeners, as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "gateway/transports/tunnel.h"

namespace loopgate {

nlohmann::ordered_json describe_peers(const std::vector<gateway::PeerSession>& peers);
nlohmann::ordered_json describe_wireguard(const gateway::TunnelInfo& info);

}  // namespace loopgate
