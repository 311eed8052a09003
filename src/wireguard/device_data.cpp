// Data messages (white paper §5.4.6): the path that every packet takes.

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "wireguard/aead.h"
#include "wireguard/constants.h"
#include "wireguard/device.h"

namespace loopgate::wireguard {

namespace {

std::size_t padded_size(std::size_t size, Padding padding) {
  if (padding == Padding::kNone) return size;
  const auto padded = (size + kPaddingMultiple - 1) / kPaddingMultiple * kPaddingMultiple;
  return std::min(padded, std::max(size, kDatagramSizeMax - kDataOverhead));
}

}  // namespace

void Device::receive_data(const Data& message, ByteSpan datagram, const Endpoint& from, Moment at,
                          Outputs& out) {
  const auto refuse = [&](Reason reason, const Peer* peer = nullptr) {
    discard(reason, from, peer, datagram.size(), out);
  };
  const auto [found, keypair] = peers_.find_session(message.receiver);
  if (!keypair) return refuse(Reason::kUnknownSession);
  auto& peer = *found;
  if (keypair->is_expired(at.now)) return refuse(Reason::kInboundSessionExpired, &peer);
  if (message.packet.size() > kDatagramSizeMax) return refuse(Reason::kMessageMalformed, &peer);

  const auto plaintext = out.allocate(message.packet.size() - kTagSize);
  if (!open(keypair->receive_key, message.counter, {}, message.packet, plaintext.data())) {
    out.shrink_last(plaintext, 0);
    return refuse(Reason::kAuthenticationFailed, &peer);
  }
  if (!keypair->window.accept(message.counter)) {
    out.shrink_last(plaintext, 0);
    return refuse(Reason::kReplayedCounter, &peer);
  }
  const auto role = keypair->role;
  if (keypair == peer.next.get()) confirm(peer, at.now, out);
  move_endpoint(peer, from, role, out);
  peer.authenticated_packet_received(from, datagram.size(), at.now);
  if (plaintext.empty()) {
    notify(NoticeKind::kKeepaliveReceived, peer, role, out);
  } else {
    peer.data_received(at.now);
    out.add(Plaintext{
        .peer = peer.id, .user = peer.user, .key = peer.key, .from = from, .bytes = plaintext});
  }
  if (peer.current && peer.current->wants_rekey_after_receiving(at.now)) {
    begin_handshake(peer, at, out);
  }
  reschedule(peer);
}

// The initiator has used what we offered: from now on we send with it too.
void Device::confirm(Peer& peer, Instant now, Outputs& out) {
  peers_.drop(peer.previous);
  peer.previous = std::move(peer.current);
  peer.current = std::move(peer.next);
  peer.session_expiry_at = peer.current->created + kRejectAfterTime;
  peer.ever_connected = true;
  peer.was_dropped = false;
  peer.unused_offers = 0;
  peer.last_activity = now;
  notify(NoticeKind::kSessionConfirmed, peer, Role::kResponder, out);
}

std::expected<Sent, Reason> Device::send(PeerId id, ByteSpan plaintext, Padding padding, Moment at,
                                         Outputs& out) {
  if (plaintext.size() > kDatagramSizeMax - kDataOverhead) {
    return std::unexpected(Reason::kDatagramTooLarge);
  }
  auto* peer = peers_.find(id);
  if (const Reason refused = refusal_of(peer, at.now); refused != Reason::kNone) {
    return std::unexpected(refused);
  }
  if (peer->has_live_session(at.now) && !peer->current->is_used_up()) {
    seal_and_transmit(*peer, plaintext, padding, at, out);
    reschedule(*peer);
    return Sent::kSealed;
  }
  if (!peer->enqueue(plaintext, padding)) return std::unexpected(Reason::kNoSession);
  begin_handshake(*peer, at, out);
  reschedule(*peer);
  return Sent::kQueued;
}

Reason Device::refusal(PeerId id, Instant now) const {
  return refusal_of(peers_.find(id), now);
}

Reason Device::refusal_of(const Peer* peer, Instant now) {
  if (!peer) return Reason::kNoSession;
  if (peer->has_live_session(now) && !peer->current->is_used_up()) return Reason::kNone;
  const bool can_begin = peer->initiates && peer->endpoint.has_value();
  return can_begin ? Reason::kNone : peer->why_silent(now);
}

// The peer has a live session, and with it an endpoint.
void Device::seal_and_transmit(Peer& peer, ByteSpan plaintext, Padding padding, Moment at,
                               Outputs& out) {
  LOOPGATE_CHECK(peer.current && peer.endpoint);
  auto& keypair = *peer.current;
  const auto padded = padded_size(plaintext.size(), padding);
  const auto datagram = out.allocate(padded + kDataOverhead);
  write_data_header(keypair.remote_index, keypair.send_counter, datagram.first<kDataHeaderSize>());
  auto* packet = datagram.data() + kDataHeaderSize;
  ByteSpan source = plaintext;
  if (padded != plaintext.size()) {  // seal what lies in place, with the padding behind it
    std::ranges::copy(plaintext, packet);
    std::fill_n(packet + plaintext.size(), padded - plaintext.size(), std::byte{0});
    source = ByteSpan(packet, padded);
  }
  seal(keypair.send_key, keypair.send_counter, {}, source, packet);
  ++keypair.send_counter;
  out.add(Transmit{.to = *peer.endpoint,
                   .bytes = datagram,
                   .type = MessageType::kData,
                   .peer = peer.id,
                   .plaintext_size = plaintext.size()});
  peer.authenticated_packet_sent(datagram.size(), at.now);
  if (!plaintext.empty()) peer.data_sent(at.now);
  if (keypair.wants_rekey_after_sending(at.now)) begin_handshake(peer, at, out);
}

// False without a session to send it in.
bool Device::send_keepalive(Peer& peer, Moment at, Outputs& out) {
  if (!peer.has_live_session(at.now) || peer.current->is_used_up()) return false;
  seal_and_transmit(peer, {}, Padding::kNone, at, out);
  return true;
}

}  // namespace loopgate::wireguard
