// What arrived at a client, as a step looks at it: a datagram, or what a tunnel carried.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/ip_address.h"

namespace loopgate::scenario {

// Addresses of a UDP packet that came through a tunnel.
struct InnerAddresses {
  Endpoint from;
  Endpoint to;
};

struct Mail {
  Endpoint from;  // of the datagram on the wire
  Bytes payload;  // of the inner UDP packet, where there is one
  std::optional<InnerAddresses> inner{};
};

}  // namespace loopgate::scenario
