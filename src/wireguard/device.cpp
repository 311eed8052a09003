#include "wireguard/device.h"

#include <utility>

#include "wireguard/constants.h"

namespace loopgate::wireguard {

Device::Device(const SecretKey& private_key, Random& random)
    : identity_(Identity::of(private_key)),
      random_(random),
      cookie_checker_(identity_.public_key),
      responder_start_(as_bytes(kIdentifier), identity_.public_key),
      peers_(random) {}

void Device::receive(ByteSpan datagram, const Endpoint& from, Moment at,
                     std::size_t pending_initiations, Outputs& out) {
  const auto message = parse(datagram);
  if (!message) return discard(message.error(), from, nullptr, datagram.size(), out);
  if (const auto* data = std::get_if<Data>(&*message)) {
    receive_data(*data, datagram, from, at, out);
  } else if (const auto* initiation = std::get_if<Initiation>(&*message)) {
    receive_initiation(*initiation, datagram, from, at, pending_initiations, out);
  } else if (const auto* response = std::get_if<Response>(&*message)) {
    receive_response(*response, datagram, from, at, out);
  } else {
    receive_cookie_reply(std::get<CookieReply>(*message), datagram, from, at, out);
  }
}

void Device::notify(NoticeKind kind, const Peer& peer, Role role, Outputs& out) {
  out.add(Notice{.kind = kind,
                 .peer = peer.id,
                 .user = peer.user,
                 .key = peer.key,
                 .endpoint = peer.endpoint.value_or(Endpoint{}),
                 .role = role});
}

void Device::discard(Reason reason, const Endpoint& from, const Peer* peer, std::size_t size,
                     Outputs& out) {
  Discard discard{.reason = reason, .from = from, .size = size};
  if (peer) {
    discard.peer = peer->id;
    discard.key = peer->key;
  }
  out.add(std::move(discard));
}

// §2.1: the source of the last authenticated packet is where the peer is.
void Device::move_endpoint(Peer& peer, const Endpoint& from, Role role, Outputs& out) {
  if (peer.endpoint == from) return;
  const bool moved = peer.endpoint.has_value();
  peer.endpoint = from;
  if (moved) notify(NoticeKind::kEndpointChanged, peer, role, out);
}

}  // namespace loopgate::wireguard
