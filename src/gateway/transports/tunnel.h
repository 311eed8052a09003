// Transports whose clients are peers with keys and sessions: what the rest of the gateway may ask
// of them, whichever protocol they speak. Keys are base64, as people write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "base/time.h"
#include "gateway/packet.h"

namespace loopgate::gateway {

// A row of the table of sessions: one peer in one region.
struct PeerSession {
  std::string listener;
  std::string region;
  std::string peer_key;
  bool named = false;  // by the template or at run time; else admitted by AllowUnknownPeers
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
struct TunnelInfo {
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

class Tunnel {
 public:
  virtual ~Tunnel() = default;

  virtual std::vector<PeerSession> peers() const = 0;  // without the listener's name
  virtual TunnelInfo info() const = 0;                 // without name and addresses
  // Until the next update that does not list it; changes it when it is there. An empty
  // `preshared_key` is none, no `allowed_ips` are any.
  virtual Status add_peer(const std::string& public_key,
                          const std::vector<std::string>& allowed_ips,
                          const std::string& preshared_key) = 0;
  // What stands against `peer_key` being one.
  virtual Status check_key(std::string_view peer_key) const = 0;
  // A plaintext of a session that is replayed: `packet.payload` is what was inside the tunnel of
  // the peer, who has no session here. What goes back is captured, as plaintext too.
  virtual void receive_injected(const RequestPacket& packet, std::string_view peer_key) = 0;
  // The context's key log observer came or went.
  virtual void key_log_changed() = 0;
};

}  // namespace loopgate::gateway
