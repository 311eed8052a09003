// WireGuard as a pure state machine: a UDP socket's worth of peers behind one key pair, as
// responder (a listener) and as initiator (a client). Datagrams, packets and time go in by four
// doors; what follows from them comes out as a list (outputs.h). There is no socket, clock, thread
// or log in this room, and no allocation for a data packet.
//
//   receive(datagram, from, …)   a datagram arrived
//   send(peer, packet, …)        a packet for a peer
//   on_deadline(…)               the time that next_deadline() named has come
//   next_deadline()              … and why
//
// Source: "WireGuard: Next Generation Kernel Network Tunnel" (Donenfeld, 2020-06-01), section
// numbers at the rules. AllowedIPs are not here: they speak of inner packets, which this room does
// not read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/random.h"
#include "base/reason.h"
#include "base/time.h"
#include "wireguard/cookie.h"
#include "wireguard/deadline_queue.h"
#include "wireguard/keylog.h"
#include "wireguard/keys.h"
#include "wireguard/limits.h"
#include "wireguard/outputs.h"
#include "wireguard/peer.h"
#include "wireguard/peer_table.h"

namespace loopgate::wireguard {

// The present, by both kinds of time: `wall` goes into the timestamps of initiations only.
struct Moment {
  Instant now;
  WallTime wall;
};

// Keys that are not among the named peers.
struct UnknownPeers {
  bool allowed = false;
  SecretKey psk{};  // zero: none
  std::size_t limit = kUnknownPeersMax;
};

enum class Sent : unsigned char {
  kSealed,  // a Transmit is among the outputs
  kQueued,  // it waits for a handshake; leaves, or is discarded, later
};

enum class SessionState : unsigned char {
  kNone,     // never shook hands, or the keys are erased
  kOffered,  // we answered; the initiator has not used it yet
  kLive,
  kExpired,
};

std::string_view name(SessionState state);  // "none", "offered", "live", "expired"

// A row of the table of sessions.
struct PeerInfo {
  PeerId id{};
  PublicKey key;
  std::uint64_t user = 0;
  bool named = false;
  std::optional<Endpoint> endpoint{};
  SessionState state{};
  std::optional<Role> role{};                // ours, in the current session
  std::optional<Instant> session_started{};  // of the current one: its age is now minus this
  std::optional<Instant> last_handshake{};
  PeerTraffic traffic;
  std::optional<Deadline> next_deadline{};
};

struct NextDeadline {
  Instant at;
  DeadlineReason reason;
  PeerId peer;
};

class Device {
 public:
  // `random` outlives the device.
  Device(const SecretKey& private_key, Random& random);
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const PublicKey& public_key() const { return identity_.public_key; }

  // Replaces the configuration. Peers that are in both keep their sessions, unless their pre-shared
  // key changed. Those no longer listed are removed and remembered as such; the same holds for
  // unknown peers when these are no longer allowed. Of two entries with one key the first counts.
  void set_peers(std::span<const PeerConfig> peers, const UnknownPeers& unknown, Moment at,
                 Outputs& out);
  // Adds a named peer, or changes it by the rules above.
  PeerId add_peer(const PeerConfig& config, Moment at, Outputs& out);
  // False when there is none.
  bool remove_peer(const PublicKey& key, Outputs& out);

  // `pending_initiations`: how many the caller has before it in this drain of its socket, this one
  // included. More than kInitiationsUnderLoad, and an initiation needs a cookie.
  void receive(ByteSpan datagram, const Endpoint& from, Moment at, std::size_t pending_initiations,
               Outputs& out);

  // The refusal is returned, not put among the outputs: kNoSession, kSessionExpired,
  // kPeerNeverConnected, kDatagramTooLarge.
  std::expected<Sent, Reason> send(PeerId peer, ByteSpan plaintext, Padding padding, Moment at,
                                   Outputs& out);

  // Drops, without a word, the packets that wait for a first handshake.
  void forget_queued() {
    peers_.for_each([](Peer& peer) { (void)peer.take_queue(); });
  }

  // Why `send` would be refused now, whatever the size; kNone: it would not.
  Reason refusal(PeerId peer, Instant now) const;

  // Begins a handshake now, whatever else is going on. kNoSession without such a peer or an
  // endpoint.
  std::expected<void, Reason> initiate(PeerId peer, Moment at, Outputs& out);

  // Fires what is due for up to kPeersPerDeadlineMax peers.
  void on_deadline(Moment at, Outputs& out);
  std::optional<NextDeadline> next_deadline();

  // Unknown here: kPeerRemoved when it was removed not long ago, else kPeerKeyUnknown.
  std::expected<PeerId, Reason> locate(const PublicKey& key) const;
  std::optional<PeerInfo> peer(PeerId id, Instant now) const;
  std::vector<PeerInfo> peers(Instant now) const;
  std::size_t peer_count() const { return peers_.size(); }

  // Called with the secrets of every handshake, before its message is among the outputs. For
  // captures that decrypt themselves; whoever sets it takes over the care for the secrets.
  void set_key_log(std::function<void(const HandshakeSecrets&)> observer) {
    key_log_ = std::move(observer);
  }

 private:
  // Handshakes (device_handshake.cpp).
  void receive_initiation(const Initiation& message, ByteSpan datagram, const Endpoint& from,
                          Moment at, std::size_t pending_initiations, Outputs& out);
  void receive_response(const Response& message, ByteSpan datagram, const Endpoint& from, Moment at,
                        Outputs& out);
  void receive_cookie_reply(const CookieReply& message, ByteSpan datagram, const Endpoint& from,
                            Moment at, Outputs& out);
  Peer* admit(const PublicKey& key, const SecretKey& static_static, const Endpoint& from, Moment at,
              Outputs& out);
  bool answer(Peer& peer, const Initiation& message, const Endpoint& from, Transcript& transcript,
              Moment at, Outputs& out);
  void suspect_psk(Peer& peer, const Endpoint& from, Moment at, Outputs& out);
  bool send_initiation(Peer& peer, Moment at, Outputs& out);
  void begin_handshake(Peer& peer, Moment at, Outputs& out);
  void install_offered(Peer& peer, std::unique_ptr<Keypair> keypair);
  void install_accepted(Peer& peer, std::unique_ptr<Keypair> keypair, Moment at, Outputs& out);
  void log_keys(const SecretKey& ephemeral, const Peer& peer) const;

  // Data (device_data.cpp).
  void receive_data(const Data& message, ByteSpan datagram, const Endpoint& from, Moment at,
                    Outputs& out);
  static Reason refusal_of(const Peer* peer, Instant now);  // null: no such peer
  void confirm(Peer& peer, Instant now, Outputs& out);
  void seal_and_transmit(Peer& peer, ByteSpan plaintext, Padding padding, Moment at, Outputs& out);
  bool send_keepalive(Peer& peer, Moment at, Outputs& out);

  // Timers (device_timers.cpp).
  void fire(Peer& peer, DeadlineReason reason, Moment at, Outputs& out);
  void retry_handshake(Peer& peer, Moment at, Outputs& out);
  void fire_passive_keepalive(Peer& peer, Moment at, Outputs& out);
  void fire_persistent_keepalive(Peer& peer, Moment at, Outputs& out);
  void erase_keys(Peer& peer, Outputs& out);
  void reschedule(Peer& peer);

  // Peers (device_peers.cpp).
  void update(Peer& peer, const PeerConfig& config, Moment at, Outputs& out);
  void drop_sessions(Peer& peer, Outputs& out);
  void discard_queue(Peer& peer, Reason reason, Outputs& out);
  void remove(Peer& peer, NoticeKind kind, Outputs& out);
  PeerInfo describe(const Peer& peer, Instant now) const;

  static void notify(NoticeKind kind, const Peer& peer, Role role, Outputs& out);
  static void discard(Reason reason, const Endpoint& from, const Peer* peer, std::size_t size,
                      Outputs& out);
  void move_endpoint(Peer& peer, const Endpoint& from, Role role, Outputs& out);

  Identity identity_;
  Random& random_;
  CookieChecker cookie_checker_;
  Transcript responder_start_;  // the same for every handshake to us
  UnknownPeers unknown_;
  PeerTable peers_;
  DeadlineQueue deadlines_;
  std::function<void(const HandshakeSecrets&)> key_log_;
};

}  // namespace loopgate::wireguard
