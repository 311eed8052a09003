#include "wireguard/peer.h"

#include <utility>

#include "wireguard/constants.h"
#include "wireguard/limits.h"

namespace loopgate::wireguard {

std::string_view name(DeadlineReason reason) {
  switch (reason) {
    case DeadlineReason::kHandshakeRetry:
      return "handshake-retry";
    case DeadlineReason::kDeadPeer:
      return "dead-peer";
    case DeadlineReason::kPassiveKeepalive:
      return "passive-keepalive";
    case DeadlineReason::kPersistentKeepalive:
      return "persistent-keepalive";
    case DeadlineReason::kSessionExpiry:
      return "session-expiry";
    case DeadlineReason::kKeyErasure:
      return "key-erasure";
  }
  return "";
}

std::optional<Deadline> Peer::next_deadline() const {
  // In the order in which they fire when they fall together: a keep-alive must leave before its
  // session expires, and expiry is told before keys go.
  const Deadline all[] = {
      {passive_keepalive_at, DeadlineReason::kPassiveKeepalive},
      {persistent_keepalive_at, DeadlineReason::kPersistentKeepalive},
      {pending ? pending->retry_at : kNever, DeadlineReason::kHandshakeRetry},
      {dead_peer_at, DeadlineReason::kDeadPeer},
      {session_expiry_at, DeadlineReason::kSessionExpiry},
      {key_erasure_at, DeadlineReason::kKeyErasure},
  };
  const Deadline* earliest = &all[0];
  for (const auto& deadline : all) {
    if (deadline.at < earliest->at) earliest = &deadline;
  }
  if (earliest->at == kNever) return std::nullopt;
  return *earliest;
}

Reason Peer::why_silent(Instant now) const {
  if (was_dropped) return Reason::kNoSession;
  if (ever_connected) return Reason::kSessionExpired;
  return has_offer(now) ? Reason::kNoSession : Reason::kPeerNeverConnected;
}

bool Peer::enqueue(ByteSpan plaintext, Padding padding) {
  if (!queue) queue = std::make_unique<std::deque<QueuedPacket>>();
  if (queue->size() >= kQueuedPacketsMax || queued_bytes + plaintext.size() > kQueuedBytesMax) {
    return false;
  }
  queue->push_back({to_bytes(plaintext), padding});
  queued_bytes += plaintext.size();
  return true;
}

std::deque<QueuedPacket> Peer::take_queue() {
  if (!queue) return {};
  auto packets = std::move(*queue);
  queue.reset();
  queued_bytes = 0;
  return packets;
}

void Peer::authenticated_packet_received(const Endpoint& from, std::size_t size, Instant now) {
  endpoint = from;
  ++traffic.rx_packets;
  traffic.rx_bytes += size;
  last_activity = now;
  dead_peer_at = kNever;
  if (persistent_keepalive > Duration::zero()) persistent_keepalive_at = now + persistent_keepalive;
}

void Peer::authenticated_packet_sent(std::size_t size, Instant now) {
  ++traffic.tx_packets;
  traffic.tx_bytes += size;
  passive_keepalive_at = kNever;
  needs_another_keepalive = false;
  if (persistent_keepalive > Duration::zero()) persistent_keepalive_at = now + persistent_keepalive;
}

void Peer::data_received(Instant now) {
  if (passive_keepalive_at == kNever) {
    passive_keepalive_at = now + kKeepaliveTimeout;
  } else {
    needs_another_keepalive = true;
  }
}

void Peer::data_sent(Instant now) {
  if (dead_peer_at == kNever && current && current->role == Role::kInitiator) {
    dead_peer_at = now + kDeadPeerTimeout;
  }
}

void Peer::session_derived(Instant now) {
  last_handshake = now;
  last_activity = now;
  key_erasure_at = now + kKeyErasureTime;
}

}  // namespace loopgate::wireguard
