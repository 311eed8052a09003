// Who may speak, changed at runtime; and the table of sessions.

#include <unordered_set>

#include "wireguard/constants.h"
#include "wireguard/device.h"

namespace loopgate::wireguard {

std::string_view name(SessionState state) {
  switch (state) {
    case SessionState::kNone:
      return "none";
    case SessionState::kOffered:
      return "offered";
    case SessionState::kLive:
      return "live";
    case SessionState::kExpired:
      return "expired";
  }
  return "";
}

void Device::set_peers(std::span<const PeerConfig> configs, const UnknownPeers& unknown, Moment at,
                       Outputs& out) {
  const bool new_psk = !(unknown.psk == unknown_.psk);
  unknown_ = unknown;
  std::unordered_set<PublicKey, PublicKeyHash> listed(0, PublicKeyHash(random_));
  for (const auto& config : configs) {
    if (listed.insert(config.key).second) add_peer(config, at, out);
  }
  std::vector<PublicKey> gone;
  peers_.for_each([&](Peer& peer) {
    const bool stays = peer.named ? listed.contains(peer.key) : unknown.allowed;
    if (!stays) {
      gone.push_back(peer.key);
    } else if (!peer.named && new_psk) {
      drop_sessions(peer, out);
      peer.psk = unknown.psk;
    }
  });
  for (const auto& key : gone) remove_peer(key, out);
}

PeerId Device::add_peer(const PeerConfig& config, Moment at, Outputs& out) {
  auto* peer = peers_.find(config.key);
  if (!peer) {
    peer = &peers_.add(config.key, true, at.now);
    peer->static_static = x25519(identity_.private_key, config.key);
    peer->psk = config.psk;
  }
  peers_.forget_removed(config.key);
  peers_.set_named(*peer, true);
  update(*peer, config, at, out);
  return peer->id;
}

bool Device::remove_peer(const PublicKey& key, Outputs& out) {
  auto* peer = peers_.find(key);
  if (!peer) return false;
  peers_.remember_removed(key);
  remove(*peer, NoticeKind::kPeerRemoved, out);
  return true;
}

void Device::update(Peer& peer, const PeerConfig& config, Moment at, Outputs& out) {
  if (!(peer.psk == config.psk)) {
    drop_sessions(peer, out);
    peer.psk = config.psk;
  }
  peer.user = config.user;
  peer.initiates = config.initiates;
  if (config.endpoint) peer.endpoint = config.endpoint;
  if (peer.persistent_keepalive == config.persistent_keepalive) return;
  peer.persistent_keepalive = config.persistent_keepalive;
  peer.persistent_keepalive_at =
      config.persistent_keepalive > Duration::zero() ? at.now : kNever;  // begins by connecting
  reschedule(peer);
}

void Device::drop_sessions(Peer& peer, Outputs& out) {
  peers_.drop(peer.pending);
  discard_queue(peer, Reason::kNoSession, out);
  peer.unused_offers = 0;
  if (!peer.has_keys()) return;
  peer.was_dropped = true;
  erase_keys(peer, out);
}

// What waited for a handshake that will not come.
void Device::discard_queue(Peer& peer, Reason reason, Outputs& out) {
  for (const auto& packet : peer.take_queue()) {
    discard(reason, peer.endpoint.value_or(Endpoint{}), &peer, packet.plaintext.size(), out);
  }
}

void Device::remove(Peer& peer, NoticeKind kind, Outputs& out) {
  discard_queue(peer, Reason::kPeerRemoved, out);
  notify(kind, peer, Role::kResponder, out);
  deadlines_.remove(peer.slot);
  peers_.remove(peer);
}

std::expected<PeerId, Reason> Device::locate(const PublicKey& key) const {
  if (const auto* peer = peers_.find(key)) return peer->id;
  return std::unexpected(peers_.was_removed(key) ? Reason::kPeerRemoved : Reason::kPeerKeyUnknown);
}

std::optional<PeerInfo> Device::peer(PeerId id, Instant now) const {
  const auto* peer = peers_.find(id);
  if (!peer) return std::nullopt;
  return describe(*peer, now);
}

std::vector<PeerInfo> Device::peers(Instant now) const {
  std::vector<PeerInfo> rows;
  rows.reserve(peers_.size());
  peers_.for_each([&](const Peer& peer) { rows.push_back(describe(peer, now)); });
  return rows;
}

PeerInfo Device::describe(const Peer& peer, Instant now) const {
  PeerInfo info{.id = peer.id,
                .key = peer.key,
                .user = peer.user,
                .named = peer.named,
                .endpoint = peer.endpoint,
                .last_handshake = peer.last_handshake,
                .traffic = peer.traffic,
                .next_deadline = peer.next_deadline()};
  if (peer.current) {
    info.state = SessionState::kExpired;
    info.role = peer.current->role;
    info.session_started = peer.current->created;
  }
  if (peer.has_live_session(now)) {
    info.state = SessionState::kLive;
  } else if (peer.has_offer(now)) {
    info.state = SessionState::kOffered;
    info.role = Role::kResponder;
    info.session_started.reset();
  }
  return info;
}

}  // namespace loopgate::wireguard
