// The body of a message that was published for a packet source:
// {"Messages":[{"Data":…,"Formatter":…,
// "Remote":{"Address":…,"Port":…,"PeerKey":…},"Inner":{…}},…]}. Entries are sound or not each on
// their own.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/reason.h"
#include "gateway/packet.h"

namespace loopgate::gateway {

struct SourcedPacket {
  Endpoint remote;
  Bytes payload;
  std::string peer_key;              // as written; empty: none
  std::optional<InnerHeader> inner;  // read for decapsulating listeners only
};

struct SourceProblem {
  Reason reason = Reason::kNone;
  std::string field;     // "Messages[2].Remote.Address: …", with what is wrong there
  bool assumed = false;  // by a rule of ours
};

// What the listener is, as far as it decides which members are read.
struct SourceTraits {
  bool wireguard = false;     // Remote.PeerKey counts
  bool decapsulated = false;  // Inner counts
};

using SourceEntry = std::expected<SourcedPacket, SourceProblem>;

// The error: nothing of the message can be used.
std::expected<std::vector<SourceEntry>, SourceProblem> parse_source_message(std::string_view body,
                                                                            SourceTraits traits);

}  // namespace loopgate::gateway
