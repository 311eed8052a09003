// Timers (white paper §6): what happens when nothing happens.

#include "wireguard/aead.h"
#include "wireguard/constants.h"
#include "wireguard/device.h"

namespace loopgate::wireguard {

void Device::on_deadline(Moment at, Outputs& out) {
  for (std::size_t served = 0; served < kPeersPerDeadlineMax; ++served) {
    const auto top = deadlines_.top();
    if (!top || top->at > at.now) return;
    auto& peer = *peers_.at_slot(top->slot);
    for (auto due = peer.next_deadline(); due && due->at <= at.now; due = peer.next_deadline()) {
      fire(peer, due->reason, at, out);
    }
    peer.scheduled_at = kNever;
    reschedule(peer);
    if (peer.scheduled_at == kNever) deadlines_.remove(peer.slot);
  }
}

std::optional<NextDeadline> Device::next_deadline() {
  for (;;) {
    const auto top = deadlines_.top();
    if (!top) return std::nullopt;
    auto& peer = *peers_.at_slot(top->slot);
    const auto real = peer.next_deadline();
    if (real && real->at <= top->at) return NextDeadline{real->at, real->reason, peer.id};
    // It moved later, or away, since it was put there.
    peer.scheduled_at = kNever;
    if (real)
      reschedule(peer);
    else
      deadlines_.remove(peer.slot);
  }
}

// Only ever moves it earlier, unless scheduled_at was set to kNever before.
void Device::reschedule(Peer& peer) {
  const auto deadline = peer.next_deadline();
  if (!deadline || deadline->at >= peer.scheduled_at) return;
  peer.scheduled_at = deadline->at;
  deadlines_.set(peer.slot, deadline->at);
}

// Every branch stops its timer or moves it past `at`.
void Device::fire(Peer& peer, DeadlineReason reason, Moment at, Outputs& out) {
  switch (reason) {
    case DeadlineReason::kPassiveKeepalive:
      return fire_passive_keepalive(peer, at, out);
    case DeadlineReason::kPersistentKeepalive:
      return fire_persistent_keepalive(peer, at, out);
    case DeadlineReason::kHandshakeRetry:
      return retry_handshake(peer, at, out);
    case DeadlineReason::kDeadPeer:
      peer.dead_peer_at = kNever;
      return begin_handshake(peer, at, out);
    case DeadlineReason::kSessionExpiry:
      peer.session_expiry_at = kNever;
      peer.passive_keepalive_at = kNever;
      peer.dead_peer_at = kNever;
      if (peer.current) notify(NoticeKind::kSessionExpired, peer, peer.current->role, out);
      return;
    case DeadlineReason::kKeyErasure:
      return erase_keys(peer, out);
  }
}

// §6.5: something came and nothing went back.
void Device::fire_passive_keepalive(Peer& peer, Moment at, Outputs& out) {
  const bool again = peer.needs_another_keepalive;
  peer.passive_keepalive_at = kNever;
  peer.needs_another_keepalive = false;
  if (send_keepalive(peer, at, out) && again)
    peer.passive_keepalive_at = at.now + kKeepaliveTimeout;
}

void Device::fire_persistent_keepalive(Peer& peer, Moment at, Outputs& out) {
  peer.persistent_keepalive_at = at.now + peer.persistent_keepalive;
  if (!send_keepalive(peer, at, out) && peer.initiates) begin_handshake(peer, at, out);
}

void Device::retry_handshake(Peer& peer, Moment at, Outputs& out) {
  const auto age = at.now - peer.pending->first_attempt;
  // A responder that took its last chance has nothing to shake hands for once the session is over.
  const bool pointless = !peer.initiates && !peer.has_live_session(at.now);
  if (age < kRekeyAttemptTime && !pointless && send_initiation(peer, at, out)) return;
  peers_.drop(peer.pending);
  discard_queue(peer, Reason::kNoSession, out);
  notify(NoticeKind::kHandshakeGivenUp, peer, Role::kInitiator, out);
}

// §6.3: whoever seizes this machine later finds nothing.
void Device::erase_keys(Peer& peer, Outputs& out) {
  peer.key_erasure_at = kNever;
  peer.session_expiry_at = kNever;
  peer.passive_keepalive_at = kNever;
  peer.dead_peer_at = kNever;
  if (!peer.has_keys()) return;
  const auto role = peer.current ? peer.current->role : Role::kResponder;
  peers_.drop(peer.previous);
  peers_.drop(peer.current);
  peers_.drop(peer.next);
  notify(NoticeKind::kKeysErased, peer, role, out);
}

}  // namespace loopgate::wireguard
