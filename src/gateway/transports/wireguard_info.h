// What the verbs and the console are told of `wg` listeners.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/time.h"

namespace loopgate::gateway {

// A row of the table of sessions: one peer in one region.
struct PeerInfo {
  std::string listener;
  std::string region;
  std::string peer_key;  // base64
  bool named = false;    // by the template or at run time; else admitted by AllowUnknownPeers
  std::optional<Endpoint> endpoint{};
  std::string_view state;                     // "none", "offered", "live", "expired"
  std::optional<Duration> age{};              // of the session
  std::optional<Duration> since_handshake{};  // the last one
  std::uint64_t rx_packets = 0;
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_bytes = 0;
  std::optional<Duration> deadline_in{};  // zero when it is due
  std::string_view deadline{};            // "passive-keepalive", "session-expiry", …
};

// What a client's configuration is made from.
struct WireGuardListenerInfo {
  struct Address {
    std::string region;
    Endpoint endpoint;
  };
  struct Peer {
    std::string public_key;
    std::vector<std::string> allowed_ips;
    std::string preshared_key;  // a secret; empty: none
  };
  std::string name;
  std::string public_key;
  std::vector<Address> addresses;
  bool decapsulated = false;
  std::vector<Peer> peers;  // named ones
  bool allow_unknown = false;
  std::string unknown_preshared_key;  // a secret; empty: none
};

}  // namespace loopgate::gateway
