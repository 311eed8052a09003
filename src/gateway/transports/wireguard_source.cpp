// Packet sources on a WireGuard listener: which session carries an entry, and in what form.
#include <fmt/format.h>

#include "gateway/transports/wireguard_transport.h"

namespace loopgate::gateway {

void WireguardTransport::source(std::uint64_t tag, RegionIndex index, const SourcedPacket& packet) {
  Region& region = *regions_[index];
  const auto key = wireguard::PublicKey::parse(packet.peer_key);
  if (!key) {
    Event out = host_.event(EventKind::kDiscarded, tag, index, packet.remote);
    out.reason = packet.peer_key.empty() ? Reason::kPeerKeyMissing : Reason::kPeerKeyMalformed;
    return context_.journal.append(std::move(out));
  }
  const auto refuse = [&](Reason reason, const std::string& text = {}) {
    Event out = event(EventKind::kDiscarded, tag, region, packet.remote, *key);
    out.reason = reason;
    if (!text.empty()) out.text = text;
    context_.journal.append(std::move(out));
  };
  const TunnelPeer* const peer = region.peers.find(*key);
  const Reach found = reach(region, *key);
  const bool replayed = found.reason != Reason::kNone && peer != nullptr && peer->injected_from;
  if (found.reason != Reason::kNone && !replayed) return refuse(found.reason, found.text);

  Cause cause{.tag = tag};
  std::optional<InnerHeader> header;
  if (decapsulated_ && peer != nullptr && peer->sent_raw) {
    cause = {tag, true, "as raw bytes: that is what this session sent last"};
  } else if (decapsulated_) {
    if (!packet.inner) return refuse(Reason::kInnerMissing);
    header = packet.inner;
    warn_if_swapped(tag, region, packet, *key);
  }
  if (!wrap(header, packet.payload)) return refuse(Reason::kDatagramTooLarge);
  if (replayed) return host_.transmit({tag, *peer->injected_from, index, true}, wrapped_);
  const auto session = region.device.peer(*region.device.locate(*key), context_.clock.now());
  if (session && session->endpoint != packet.remote && cause.note.empty()) {
    cause = {tag, true, "to where the session's client is now, not to Remote"};
  }
  if (const auto sent = seal(region, *key, wrapped_, cause); !sent) refuse(sent.error());
}

// Sessions are regional: what is published for one region finds none of another.
WireguardTransport::Reach WireguardTransport::reach(Region& region,
                                                    const wireguard::PublicKey& key) {
  Reach out{state_of(region, key)};
  if (out.reason == Reason::kNone) return out;
  for (const auto& other : regions_) {
    if (other.get() == &region) continue;
    const Reason reason = state_of(*other, key);
    const std::string& name = context_.region_name(other->index);
    if (reason == Reason::kNone) {
      return {Reason::kSessionInOtherRegion, fmt::format("the session lives in {}", name)};
    }
    const bool never_here =
        out.reason == Reason::kPeerKeyUnknown || out.reason == Reason::kPeerNeverConnected;
    if (never_here && reason == Reason::kSessionExpired) {
      out = {reason, fmt::format("it lived in {}", name)};
    }
  }
  return out;
}

Reason WireguardTransport::state_of(Region& region, const wireguard::PublicKey& key) {
  const auto peer = region.device.locate(key);
  if (!peer) return peer.error();
  const auto info = region.device.peer(*peer, context_.clock.now());
  if (info && info->state == wireguard::SessionState::kLive) return Reason::kNone;
  return region.device.refusal(*peer, context_.clock.now());
}

// A published inbound `Inner` points to the server. It is sent as it stands, like the service does.
void WireguardTransport::warn_if_swapped(std::uint64_t tag, Region& region,
                                         const SourcedPacket& packet,
                                         const wireguard::PublicKey& key) {
  const IpAddress& to = packet.inner->destination.address;
  const TunnelPeer* const peer = region.peers.find(key);
  if (peer == nullptr || peer->has_sent_from(to)) return;
  Event out = event(EventKind::kWarning, tag, region, packet.remote, key);
  out.assumed = true;
  out.text = fmt::format(
      "Inner.DestinationAddress {} is not an inner address that this session has sent from; Inner "
      "is "
      "meant from the receiver's point of view: swap source and destination of the inbound one",
      to.to_string());
  context_.journal.append(std::move(out));
}

}  // namespace loopgate::gateway
