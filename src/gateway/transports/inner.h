// What comes out of a tunnel and what goes into it: whole IP packets, UDP payloads taken out of
// them, or bytes that are no IP at all.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/reason.h"
#include "gateway/packet.h"
#include "wireguard/peer.h"

namespace loopgate::gateway {

struct InnerPacket {
  ByteSpan data;                        // for the destinations, without padding
  std::optional<IpAddress> source{};    // none: raw bytes
  std::optional<InnerHeader> header{};  // decapsulated
  Reason refusal = Reason::kNone;       // not to be delivered
  bool broken_ip = false;               // raw, although it starts like IP
};

// `plaintext` is not empty; the result points into it.
InnerPacket open_plaintext(ByteSpan plaintext, bool decapsulate);

// An IP packet says where it ends; the length of anything else must survive.
wireguard::Padding padding_for(ByteSpan plaintext);

}  // namespace loopgate::gateway
