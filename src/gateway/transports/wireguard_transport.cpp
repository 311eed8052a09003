#include "gateway/transports/wireguard_transport.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "codec/ip.h"
#include "wireguard/keylog.h"
#include "wireguard/messages.h"

namespace loopgate::gateway {

namespace {

EventKind kind_of(wireguard::NoticeKind notice) {
  switch (notice) {
    case wireguard::NoticeKind::kPeerAdmitted:
    case wireguard::NoticeKind::kPeerForgotten:
    case wireguard::NoticeKind::kPeerRemoved:
      return EventKind::kPeer;
    case wireguard::NoticeKind::kHandshakeStarted:
    case wireguard::NoticeKind::kHandshakeCompleted:
    case wireguard::NoticeKind::kHandshakeGivenUp:
    case wireguard::NoticeKind::kCookieReceived:
      return EventKind::kHandshake;
    case wireguard::NoticeKind::kSessionConfirmed:
    case wireguard::NoticeKind::kSessionExpired:
    case wireguard::NoticeKind::kKeysErased:
    case wireguard::NoticeKind::kEndpointChanged:
    case wireguard::NoticeKind::kKeepaliveReceived:
      return EventKind::kSession;
  }
  __builtin_unreachable();
}

bool looks_like_initiation(ByteSpan datagram) {
  return datagram.size() == wireguard::kInitiationSize &&
         datagram[0] == std::byte{static_cast<unsigned char>(wireguard::MessageType::kInitiation)};
}

// What a reply finds instead of a session has one reason; the text says more.
Reason reply_reason(Reason refusal) {
  return refusal == Reason::kDatagramTooLarge ? refusal : Reason::kNoSession;
}

}  // namespace

WireguardTransport::WireguardTransport(Context& context, TransportHost& host, std::string book_key)
    : context_(context), host_(host), book_key_(std::move(book_key)) {}

void WireguardTransport::forget_packets() {
  for (const auto& region : regions_) region->device.forget_queued();
}

void WireguardTransport::begin_drain(std::span<const Datagram> datagrams) {
  in_drain_ = true;
  // One drain of the socket comes in several parts, all at one reading of the clock.
  if (drain_at_ != context_.clock.now()) initiations_in_drain_ = 0;
  drain_at_ = context_.clock.now();
  initiations_in_drain_ += static_cast<std::size_t>(std::ranges::count_if(
      datagrams, [](const Datagram& datagram) { return looks_like_initiation(datagram.payload); }));
}

void WireguardTransport::end_drain(RegionIndex region) {
  in_drain_ = false;
  rearm(*regions_[region]);
}

void WireguardTransport::receive(const RequestPacket& packet) {
  Region& region = *regions_[packet.origin.region];
  const std::size_t pending = in_drain_ ? initiations_in_drain_ : 1;
  region.device.receive(packet.payload, packet.origin.remote, moment(), pending, receiving_);
  emit(region, receiving_, {packet.tag});
  for (const auto& item : receiving_.items()) {
    const auto* plaintext = std::get_if<wireguard::Plaintext>(&item);
    if (plaintext == nullptr) continue;
    const PeerSpec* named = plaintext->user == 0 ? nullptr : &named_[plaintext->user - 1];
    decrypted(region, packet, named, region.peers.at(plaintext->key, named != nullptr),
              {plaintext->key}, plaintext->bytes);
  }
  receiving_.clear();
  if (!in_drain_) rearm_later(region);
}

void WireguardTransport::receive_injected(const RequestPacket& packet, std::string_view peer_key) {
  const auto parsed = wireguard::PublicKey::parse(peer_key);
  LOOPGATE_CHECK(parsed.has_value());  // check_key was asked
  const wireguard::PublicKey& key = *parsed;
  Region& region = *regions_[packet.origin.region];
  const PeerSpec* named = find_named(key);
  const bool known = named != nullptr || region.peers.find(key) != nullptr;
  if (!known && (!spec_.allow_unknown || !region.peers.has_room())) {
    Event out = event(EventKind::kDiscarded, packet.tag, region, packet.origin.remote, key);
    out.reason = spec_.allow_unknown ? Reason::kTooManyPeers : Reason::kUnknownPeer;
    return context_.journal.append(std::move(out));
  }
  TunnelPeer& peer = region.peers.at(key, named != nullptr);
  peer.injected_from = packet.origin.remote;
  decrypted(region, packet, named, peer, {.peer = key, .without_session = true}, packet.payload);
}

void WireguardTransport::decrypted(Region& region, const RequestPacket& packet,
                                   const PeerSpec* named, TunnelPeer& peer, WayIn way,
                                   ByteSpan plaintext) {
  const InnerPacket inner = open_plaintext(plaintext, decapsulated_);
  host_.observe_inner(true, region.index, packet.origin.remote, packet.origin.injected,
                      peer.key_text, plaintext);
  Event out = event(EventKind::kDecrypted, packet.tag, region, packet.origin.remote, way.peer);
  out.set_payload(plaintext);
  if (inner.broken_ip) {
    out.assumed = true;
    out.text = "taken for raw bytes: it starts like IP, but its lengths or checksums do not fit";
  }
  context_.journal.append(std::move(out));
  Reason refusal = inner.refusal;
  if (inner.source && named != nullptr && !named->admits(*inner.source)) {
    refusal = Reason::kInnerSourceNotAllowed;
  }
  if (refusal != Reason::kNone) {
    Event refused =
        event(EventKind::kDiscarded, packet.tag, region, packet.origin.remote, way.peer);
    refused.reason = refusal;
    refused.assumed = refusal != Reason::kInnerSourceNotAllowed;
    if (refusal == Reason::kInnerSourceNotAllowed) refused.text = inner.source->to_string();
    return context_.journal.append(std::move(refused));
  }
  if (inner.source) {
    peer.sent_from(*inner.source);
  } else {
    peer.sent_raw = true;
  }
  RequestPacket request = packet;
  way.inner = inner.header;
  request.origin.way_back.put(way);
  request.payload = inner.data;
  request.peer_key = peer.key_text;
  request.inner = inner.header ? &*inner.header : nullptr;
  host_.deliver(request);
}

// False when no packet is large enough. `wrapped_` is good until the next call.
bool WireguardTransport::wrap(const std::optional<InnerHeader>& header, ByteSpan payload) {
  wrapped_ = payload;
  if (!header) return true;
  wrapped_storage_ = codec::build_udp(header->source, header->destination, payload);
  wrapped_ = wrapped_storage_;
  return !wrapped_.empty();
}

void WireguardTransport::reply(std::uint64_t tag, const Origin& origin, ByteSpan payload) {
  const auto tunnel = origin.way_back.get<WayIn>();
  Region& region = *regions_[origin.region];
  std::optional<InnerHeader> back = tunnel.inner;
  if (back) std::swap(back->source, back->destination);
  std::expected<void, Reason> sent = std::unexpected(Reason::kDatagramTooLarge);
  if (wrap(back, payload)) {
    if (tunnel.without_session)
      return host_.transmit({tag, origin.remote, origin.region, true}, wrapped_);
    sent = seal(region, tunnel.peer, wrapped_, {tag});
  }
  if (sent) return;
  Event out = event(EventKind::kDiscarded, tag, region, origin.remote, tunnel.peer);
  out.reason = reply_reason(sent.error());
  if (out.reason != sent.error()) out.text = describe(sent.error()).code;
  context_.journal.append(std::move(out));
}

std::expected<void, Reason> WireguardTransport::seal(Region& region,
                                                     const wireguard::PublicKey& key,
                                                     ByteSpan plaintext, Cause cause) {
  const auto peer = region.device.locate(key);
  if (!peer) return std::unexpected(peer.error());
  const TunnelPeer* const known = region.peers.find(key);
  LOOPGATE_CHECK(known != nullptr);  // made with the device's own
  cause.subject = known->subject;
  if (plaintext.empty()) cause.note = "empty: a keep-alive, which the client does not see";
  const auto sent =
      region.device.send(*peer, plaintext, padding_for(plaintext), moment(), sending_);
  if (sent) {
    for (const auto& item : sending_.items()) {
      const auto* out = std::get_if<wireguard::Transmit>(&item);
      if (out == nullptr || out->type != wireguard::MessageType::kData) continue;
      host_.observe_inner(false, region.index, out->to, host_.is_injected(out->to), known->key_text,
                          plaintext);
    }
  }
  emit(region, sending_, cause);
  sending_.clear();
  rearm_later(region);
  if (!sent) return std::unexpected(sent.error());
  return {};
}

void WireguardTransport::emit(Region& region, const wireguard::Outputs& outputs,
                              const Cause& cause) {
  for (const auto& item : outputs.items()) {
    if (const auto* out = std::get_if<wireguard::Transmit>(&item)) {
      transmit(region, *out, cause);
    } else if (const auto* discard = std::get_if<wireguard::Discard>(&item)) {
      discarded(region, *discard, cause.tag);
    } else if (const auto* notice = std::get_if<wireguard::Notice>(&item)) {
      noticed(region, *notice, cause.tag);
    }
  }
}

// Where a peer is, it said itself, authenticated: this is an answer, not something that somebody
// addressed.
void WireguardTransport::transmit(Region& region, const wireguard::Transmit& out,
                                  const Cause& cause) {
  host_.transmit({.tag = cause.tag,
                  .to = out.to,
                  .region = region.index,
                  .injected = host_.is_injected(out.to),
                  .subject = cause.subject,
                  .assumed = cause.assumed,
                  .note = cause.note},
                 out.bytes);
}

void WireguardTransport::discarded(Region& region, const wireguard::Discard& discard,
                                   std::uint64_t tag) {
  Event out = discard.key ? event(EventKind::kDiscarded, tag, region, discard.from, *discard.key)
                          : host_.event(EventKind::kDiscarded, tag, region.index, discard.from);
  out.reason = discard.reason;
  out.assumed = discard.assumed;
  out.size = static_cast<std::uint32_t>(discard.size);
  context_.journal.append(std::move(out));
}

void WireguardTransport::noticed(Region& region, const wireguard::Notice& notice,
                                 std::uint64_t tag) {
  region.peers.at(notice.key, notice.user != 0);
  Event out = event(kind_of(notice.kind), tag, region, notice.endpoint, notice.key);
  out.has_remote = notice.endpoint.port != 0;
  out.text = fmt::format("{}{}{}", name(notice.kind), out.text.empty() ? "" : " ", out.text);
  context_.journal.append(std::move(out));
  if (notice.kind == wireguard::NoticeKind::kPeerForgotten ||
      notice.kind == wireguard::NoticeKind::kPeerRemoved) {
    region.peers.erase(notice.key);
  } else if (notice.kind == wireguard::NoticeKind::kKeysErased) {
    region.peers.at(notice.key, false).forget_session();
  }
}

void WireguardTransport::on_deadline(Region& region) {
  region.armed = wireguard::kNever;
  region.device.on_deadline(moment(), sending_);
  emit(region, sending_, {});
  sending_.clear();
  rearm(region);
}

// A timer that fires too early does no harm; one for each packet would.
void WireguardTransport::rearm(Region& region) {
  const auto next = region.device.next_deadline();
  if (!next || next->at >= region.armed) return;
  region.armed = next->at;
  region.timer.set_at(next->at, [this, &region] { on_deadline(region); });
}

// Once for all that is sent in this turn.
void WireguardTransport::rearm_later(Region& region) {
  if (region.rearm_posted) return;
  region.rearm_posted = true;
  context_.tasks.post([this, index = region.index, alive = alive_.token()] {
    if (!alive) return;
    regions_[index]->rearm_posted = false;
    rearm(*regions_[index]);
  });
}

// With the peer as its subject, or in its text when the journal has no symbol for it.
Event WireguardTransport::event(EventKind kind, std::uint64_t tag, Region& region,
                                const Endpoint& remote, const wireguard::PublicKey& key) const {
  Event out = host_.event(kind, tag, region.index, remote);
  const TunnelPeer* peer = region.peers.find(key);
  if (peer != nullptr) out.subject = peer->subject;
  if (out.subject == Symbol::kNone) {
    out.text = fmt::format("peer {}", peer != nullptr ? peer->key_text : key.to_base64());
  }
  return out;
}

}  // namespace loopgate::gateway
