#include "gateway/transports/inner.h"

#include "codec/ip.h"

namespace loopgate::gateway {

namespace {

Reason refusal_of(codec::IpError error) {
  switch (error) {
    case codec::IpError::kFragment:
      return Reason::kInnerFragment;
    case codec::IpError::kNotUdp:
      return Reason::kInnerNotUdp;
    case codec::IpError::kNotIp:
    case codec::IpError::kMalformed:
    case codec::IpError::kTruncated:
      return Reason::kInnerMalformed;
  }
  __builtin_unreachable();
}

}  // namespace

InnerPacket open_plaintext(ByteSpan plaintext, bool decapsulate) {
  InnerPacket out{.data = plaintext};
  const auto ip = codec::parse_ip_header(plaintext);
  if (!ip) {
    out.broken_ip = ip.error() != codec::IpError::kNotIp;
    return out;
  }
  out.source = ip->source;
  const auto end = ip->payload.data() + ip->payload.size();
  out.data = plaintext.first(static_cast<std::size_t>(end - plaintext.data()));
  if (!decapsulate) return out;
  const auto udp = codec::parse_ip(plaintext);
  if (!udp) {
    out.refusal = refusal_of(udp.error());
    return out;
  }
  out.data = udp->payload;
  out.header = InnerHeader{udp->source, udp->destination, udp->version};
  return out;
}

wireguard::Padding padding_for(ByteSpan plaintext) {
  return codec::parse_ip_header(plaintext) ? wireguard::Padding::kTo16 : wireguard::Padding::kNone;
}

}  // namespace loopgate::gateway
