// Handshakes (white paper §5.4.2 to §5.4.7): both roles.

#include <algorithm>
#include <utility>

#include "wireguard/aead.h"
#include "wireguard/constants.h"
#include "wireguard/device.h"

namespace loopgate::wireguard {

// Cheap tests first: nothing unauthenticated gets an answer, except a cookie for a valid mac1 under
// load, which is smaller than what asked for it.
void Device::receive_initiation(const Initiation& message, ByteSpan datagram, const Endpoint& from,
                                Moment at, std::size_t pending_initiations, Outputs& out) {
  const auto refuse = [&](Reason reason, const Peer* peer = nullptr) {
    discard(reason, from, peer, datagram.size(), out);
  };
  if (!cookie_checker_.mac1_is_valid(datagram)) return refuse(Reason::kBadMac1);
  if (pending_initiations > kInitiationsUnderLoad &&
      !cookie_checker_.mac2_is_valid(datagram, from, at.now)) {
    const auto reply =
        serialize(cookie_checker_.reply(datagram, message.sender, from, at.now, random_));
    const auto bytes = out.allocate(reply.size());
    std::ranges::copy(reply, bytes.begin());
    out.add(Transmit{.to = from, .bytes = bytes, .type = MessageType::kCookieReply});
    return refuse(Reason::kCookieRequired);
  }

  auto transcript = responder_start_;
  const auto es = x25519(identity_.private_key, message.ephemeral);
  if (!es) return refuse(Reason::kHandshakeFailed);
  const auto key = transcript.open_static(message.ephemeral, *es, message.sealed_static);
  if (!key) return refuse(Reason::kHandshakeFailed);

  auto* peer = peers_.find(*key);
  const auto refuse_key = [&](Reason reason) {
    refuse(reason, peer);
    std::get<Discard>(out.last()).key = *key;
  };
  if (!peer && !unknown_.allowed) return refuse_key(Reason::kUnknownPeer);
  const auto ss = peer ? peer->static_static : x25519(identity_.private_key, *key);
  if (!ss) return refuse_key(Reason::kHandshakeFailed);
  Timestamp timestamp;
  if (!transcript.open_payload(*ss, message.sealed_timestamp, timestamp.bytes)) {
    return refuse_key(Reason::kHandshakeFailed);
  }
  if (peer && timestamp <= peer->greatest_timestamp) return refuse_key(Reason::kReplayedTimestamp);
  if (peer && peer->last_initiation && at.now - *peer->last_initiation < kInitiationInterval) {
    return refuse_key(Reason::kHandshakeRateLimited);
  }
  if (!peer) peer = admit(*key, *ss, from, at, out);
  if (!peer) return refuse_key(Reason::kTooManyPeers);

  peer->greatest_timestamp = timestamp;
  peer->last_initiation = at.now;
  move_endpoint(*peer, from, Role::kResponder, out);
  peer->authenticated_packet_received(from, datagram.size(), at.now);
  suspect_psk(*peer, from, at, out);
  if (!answer(*peer, message, from, transcript, at, out)) refuse_key(Reason::kHandshakeFailed);
  reschedule(*peer);
}

// Null when the table is full of live sessions.
Peer* Device::admit(const PublicKey& key, const SecretKey& static_static, const Endpoint& from,
                    Moment at, Outputs& out) {
  if (peers_.unknown_count() >= unknown_.limit) {
    auto* idle = peers_.eviction_candidate(at.now);
    if (!idle) return nullptr;
    remove(*idle, NoticeKind::kPeerForgotten, out);
  }
  peers_.forget_removed(key);
  auto& peer = peers_.add(key, false, at.now);
  peer.static_static = static_static;
  peer.psk = unknown_.psk;
  peer.endpoint = from;
  notify(NoticeKind::kPeerAdmitted, peer, Role::kResponder, out);
  return &peer;
}

// A wrong pre-shared key shows at the initiator only: it cannot open our response, and begins
// again. One that does so again and again, each time before the last offer is old, most likely has
// that trouble.
void Device::suspect_psk(Peer& peer, const Endpoint& from, Moment at, Outputs& out) {
  const bool unused = peer.next && at.now - peer.next->created < kRekeyAttemptTime;
  peer.unused_offers = unused ? peer.unused_offers + 1 : 0;
  if (peer.unused_offers < kUnusedOffersBeforeSuspicion) return;
  discard(Reason::kWrongPsk, from, &peer, kInitiationSize, out);
  std::get<Discard>(out.last()).assumed = true;
}

bool Device::answer(Peer& peer, const Initiation& message, const Endpoint& from,
                    Transcript& transcript, Moment at, Outputs& out) {
  const auto ephemeral = Identity::generate(random_);
  const auto ee = x25519(ephemeral.private_key, message.ephemeral);
  const auto se = x25519(ephemeral.private_key, peer.key);
  if (!ee || !se) return false;
  auto keypair = std::make_unique<Keypair>();
  Response response;
  response.receiver = keypair->remote_index = message.sender;
  response.sender = keypair->local_index = peers_.add_session(peer, keypair.get());
  response.ephemeral = ephemeral.public_key;
  transcript.seal_answer(ephemeral.public_key, *ee, *se, peer.psk, {}, response.sealed_empty);
  const auto keys = transcript.split();
  keypair->send_key = keys.responder_sends;
  keypair->receive_key = keys.initiator_sends;
  keypair->created = at.now;
  keypair->role = Role::kResponder;
  install_offered(peer, std::move(keypair));
  peer.session_derived(at.now);
  log_keys(ephemeral.private_key, peer);

  const auto bytes = out.allocate(kResponseSize);
  std::ranges::copy(serialize(response), bytes.begin());
  peer.cookies.add_macs(bytes, at.now);
  out.add(Transmit{.to = from, .bytes = bytes, .type = MessageType::kResponse, .peer = peer.id});
  peer.authenticated_packet_sent(bytes.size(), at.now);
  notify(NoticeKind::kHandshakeCompleted, peer, Role::kResponder, out);
  return true;
}

void Device::receive_response(const Response& message, ByteSpan datagram, const Endpoint& from,
                              Moment at, Outputs& out) {
  const auto refuse = [&](Reason reason, const Peer* peer = nullptr) {
    discard(reason, from, peer, datagram.size(), out);
  };
  if (!cookie_checker_.mac1_is_valid(datagram)) return refuse(Reason::kBadMac1);
  const auto session = peers_.find_session(message.receiver);
  if (!session.peer || session.keypair) return refuse(Reason::kUnknownSession);
  auto& peer = *session.peer;
  const auto& pending = *peer.pending;

  auto transcript = pending.transcript;  // a forged response must not spoil the real one
  const auto ee = x25519(pending.ephemeral, message.ephemeral);
  const auto se = x25519(identity_.private_key, message.ephemeral);
  if (!ee || !se) return refuse(Reason::kHandshakeFailed, &peer);
  if (!transcript.open_answer(message.ephemeral, *ee, *se, peer.psk, message.sealed_empty, {})) {
    // Whoever made it knew our key and index; what differs is the pre-shared key, or it was altered
    // after all by somebody who made mac1 anew.
    refuse(Reason::kWrongPsk, &peer);
    std::get<Discard>(out.last()).assumed = true;
    return;
  }
  const auto keys = transcript.split();
  auto keypair = std::make_unique<Keypair>();
  keypair->send_key = keys.initiator_sends;
  keypair->receive_key = keys.responder_sends;
  keypair->local_index = pending.local_index;
  keypair->remote_index = message.sender;
  keypair->created = at.now;
  keypair->role = Role::kInitiator;
  peers_.set_session(keypair->local_index, keypair.get());
  peer.pending.reset();
  move_endpoint(peer, from, Role::kInitiator, out);
  peer.authenticated_packet_received(from, datagram.size(), at.now);
  install_accepted(peer, std::move(keypair), at, out);
  reschedule(peer);
}

void Device::receive_cookie_reply(const CookieReply& message, ByteSpan datagram,
                                  const Endpoint& from, Moment at, Outputs& out) {
  const auto session = peers_.find_session(message.receiver);
  if (!session.peer) return discard(Reason::kUnknownSession, from, nullptr, datagram.size(), out);
  auto& peer = *session.peer;
  if (!peer.cookies.consume(message, peer.key, at.now)) {
    return discard(Reason::kAuthenticationFailed, from, &peer, datagram.size(), out);
  }
  const auto role = session.keypair ? session.keypair->role : Role::kInitiator;
  notify(NoticeKind::kCookieReceived, peer, role, out);
}

std::expected<void, Reason> Device::initiate(PeerId id, Moment at, Outputs& out) {
  auto* peer = peers_.find(id);
  if (!peer || !peer->endpoint) return std::unexpected(Reason::kNoSession);
  peers_.drop(peer->pending);
  const bool sent = send_initiation(*peer, at, out);
  reschedule(*peer);
  if (!sent) return std::unexpected(Reason::kHandshakeFailed);
  return {};
}

// Unless one is under way already.
void Device::begin_handshake(Peer& peer, Moment at, Outputs& out) {
  if (!peer.pending && peer.endpoint) send_initiation(peer, at, out);
}

// False when the peer's key is not a key.
bool Device::send_initiation(Peer& peer, Moment at, Outputs& out) {
  const auto ephemeral = Identity::generate(random_);
  const auto es = x25519(ephemeral.private_key, peer.key);
  if (!es || !peer.static_static) return false;
  const auto first_attempt = peer.pending ? peer.pending->first_attempt : at.now;
  peers_.drop(peer.pending);
  const auto jitter = random_.below(kRekeyTimeoutJitterMax.count() + 1);
  peer.pending = std::make_unique<PendingHandshake>(
      PendingHandshake{.transcript = Transcript(as_bytes(kIdentifier), peer.key),
                       .ephemeral = ephemeral.private_key,
                       .local_index = peers_.add_session(peer, nullptr),
                       .first_attempt = first_attempt,
                       .retry_at = at.now + kRekeyTimeout + Duration(jitter)});
  peer.last_timestamp = std::max(Timestamp::at(at.wall), peer.last_timestamp.successor());

  Initiation message;
  message.sender = peer.pending->local_index;
  message.ephemeral = ephemeral.public_key;
  auto& transcript = peer.pending->transcript;
  transcript.seal_static(ephemeral.public_key, *es, identity_.public_key, message.sealed_static);
  transcript.seal_payload(*peer.static_static, peer.last_timestamp.bytes, message.sealed_timestamp);
  log_keys(ephemeral.private_key, peer);

  const auto bytes = out.allocate(kInitiationSize);
  std::ranges::copy(serialize(message), bytes.begin());
  peer.cookies.add_macs(bytes, at.now);
  out.add(Transmit{
      .to = *peer.endpoint, .bytes = bytes, .type = MessageType::kInitiation, .peer = peer.id});
  peer.authenticated_packet_sent(bytes.size(), at.now);
  notify(NoticeKind::kHandshakeStarted, peer, Role::kInitiator, out);
  return true;
}

// Sent with only after something was received with it: until then it waits as the next one.
void Device::install_offered(Peer& peer, std::unique_ptr<Keypair> keypair) {
  peers_.drop(peer.next);
  peers_.drop(peer.previous);
  peer.next = std::move(keypair);
}

void Device::install_accepted(Peer& peer, std::unique_ptr<Keypair> keypair, Moment at,
                              Outputs& out) {
  peers_.drop(peer.previous);
  if (peer.next) {  // the peer also began one, whose keys it may already use
    peers_.drop(peer.current);
    peer.previous = std::move(peer.next);
  } else {
    peer.previous = std::move(peer.current);
  }
  peer.current = std::move(keypair);
  peer.session_expiry_at = at.now + kRejectAfterTime;
  peer.ever_connected = true;
  peer.was_dropped = false;
  peer.session_derived(at.now);
  notify(NoticeKind::kHandshakeCompleted, peer, Role::kInitiator, out);
  const auto waiting = peer.take_queue();
  for (const auto& packet : waiting) {
    seal_and_transmit(peer, packet.plaintext, packet.padding, at, out);
  }
  // The responder may not send before it has heard from us under the new keys.
  if (waiting.empty()) send_keepalive(peer, at, out);
}

void Device::log_keys(const SecretKey& ephemeral, const Peer& peer) const {
  if (!key_log_) return;
  key_log_({.local_static = identity_.private_key,
            .remote_static = peer.key,
            .local_ephemeral = ephemeral,
            .psk = peer.psk});
}

}  // namespace loopgate::wireguard
