// One peer: who it is, its up to three sessions, and its timers. Plain state with the rules that
// need nothing else; the Device drives it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/time.h"
#include "wireguard/cookie.h"
#include "wireguard/keypair.h"
#include "wireguard/keys.h"
#include "wireguard/noise.h"
#include "wireguard/outputs.h"
#include "wireguard/timestamp.h"

namespace loopgate::wireguard {

inline constexpr Instant kNever = Instant::max();

struct PeerConfig {
  PublicKey key{};
  SecretKey psk{};         // zero: none
  std::uint64_t user = 0;  // handed back with everything about this peer
  // A client's view of its server: begins handshakes by itself, needs an endpoint to begin with.
  bool initiates = false;
  std::optional<Endpoint> endpoint{};
  Duration persistent_keepalive{};  // zero: none
};

enum class Padding : unsigned char {
  kNone,  // raw plaintext, whose length must survive
  kTo16,  // IP packets, whose header says where they end
};

enum class DeadlineReason : unsigned char {
  kHandshakeRetry,
  kDeadPeer,
  kPassiveKeepalive,
  kPersistentKeepalive,
  kSessionExpiry,
  kKeyErasure,
};

std::string_view name(DeadlineReason reason);  // "handshake-retry", …

struct Deadline {
  Instant at;
  DeadlineReason reason;
};

// Our initiation, waiting for its response.
struct PendingHandshake {
  Transcript transcript;
  SecretKey ephemeral;
  std::uint32_t local_index = 0;
  Instant first_attempt{};
  Instant retry_at{};
};

struct QueuedPacket {
  Bytes plaintext;
  Padding padding;
};

struct PeerTraffic {
  std::uint64_t rx_packets =
      0;  // authenticated datagrams, handshakes among them, as `wg show` counts
  std::uint64_t rx_bytes = 0;
  std::uint64_t tx_packets = 0;
  std::uint64_t tx_bytes = 0;
};

struct Peer {
  Peer(const PublicKey& peer_key, PeerId peer_id, std::uint32_t peer_slot)
      : key(peer_key), id(peer_id), slot(peer_slot), cookies(peer_key) {}

  // Who it is.
  PublicKey key;
  PeerId id;
  std::uint32_t slot;
  bool named = false;
  bool initiates = false;
  std::uint64_t user = 0;
  SecretKey psk;
  std::optional<SecretKey> static_static;  // none: the key is a point of low order
  std::optional<Endpoint> endpoint;
  Duration persistent_keepalive{};

  // Handshakes.
  CookieGenerator cookies;
  Timestamp greatest_timestamp;            // received
  Timestamp last_timestamp;                // sent
  std::optional<Instant> last_initiation;  // received
  std::unique_ptr<PendingHandshake> pending;
  unsigned unused_offers = 0;                       // in a row
  std::unique_ptr<std::deque<QueuedPacket>> queue;  // while the first handshake is under way
  std::size_t queued_bytes = 0;

  // Sessions.
  std::unique_ptr<Keypair> previous;
  std::unique_ptr<Keypair> current;
  std::unique_ptr<Keypair> next;  // offered, not yet used by the initiator
  std::optional<Instant> last_handshake;
  bool ever_connected = false;
  bool was_dropped = false;  // by configuration, since the last session
  PeerTraffic traffic;

  // Timers; kNever when they do not run.
  Instant passive_keepalive_at = kNever;
  bool needs_another_keepalive = false;
  Instant persistent_keepalive_at = kNever;
  Instant dead_peer_at = kNever;
  Instant session_expiry_at = kNever;
  Instant key_erasure_at = kNever;
  Instant scheduled_at =
      kNever;  // where the device's queue has it; not after the earliest of these

  // Unknown peers stand in a list, longest idle first (PeerTable).
  Instant last_activity{};
  Instant listed_activity{};
  std::uint32_t list_before = 0;
  std::uint32_t list_after = 0;

  std::optional<Deadline> next_deadline() const;
  bool has_keys() const { return previous || current || next; }
  bool has_live_session(Instant now) const { return current && !current->is_expired(now); }
  bool has_offer(Instant now) const { return next && !next->is_expired(now); }
  // Why nothing can be sent to it now.
  Reason why_silent(Instant now) const;

  // False when there is no more room.
  bool enqueue(ByteSpan plaintext, Padding padding);
  std::deque<QueuedPacket> take_queue();

  // Timer rules (white paper §6.5).
  void authenticated_packet_received(const Endpoint& from, std::size_t size, Instant now);
  void authenticated_packet_sent(std::size_t size, Instant now);
  void data_received(Instant now);
  void data_sent(Instant now);
  void session_derived(Instant now);
};

}  // namespace loopgate::wireguard
