// From a captured frame through its link layer to IP.
#include <bit>

#include "codec/capture.h"
#include "codec/ip.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

// IEEE 802 numbers (IANA).
enum EtherType : std::uint16_t {
  kEtherIpv4 = 0x0800,
  kEtherVlan = 0x8100,
  kEtherIpv6 = 0x86DD,
  kEtherProviderBridge = 0x88A8,
  kEtherOldQinQ = 0x9100,
};

constexpr std::size_t kLargestFixedHeader =
    40;  // IPv6; below that a cut packet is not worth a guess

using Content = std::variant<UdpDatagram, Skip>;

Skip skip_of(IpError error, bool whole) {
  switch (error) {
    case IpError::kNotIp:
      return Skip::kNotIp;
    case IpError::kMalformed:
      return whole ? Skip::kMalformed : Skip::kTruncated;
    case IpError::kTruncated:
      // The frame is complete, so it is the packet that lies about its length.
      return whole ? Skip::kMalformed : Skip::kTruncated;
    case IpError::kFragment:
      return Skip::kFragment;
    case IpError::kNotUdp:
      return Skip::kNotUdp;
  }
  return Skip::kMalformed;
}

Content open_ip(ByteSpan packet, bool whole) {
  if (!whole && packet.size() < kLargestFixedHeader) return Skip::kTruncated;
  const auto ip = parse_ip(packet, IpOrigin::kCapture);
  if (!ip) return skip_of(ip.error(), whole);
  return UdpDatagram{ip->source, ip->destination, ip->payload};
}

bool is_vlan(std::uint16_t ether_type) {
  return ether_type == kEtherVlan || ether_type == kEtherProviderBridge ||
         ether_type == kEtherOldQinQ;
}

// From the EtherType on. IEEE 802.1Q: each tag is its control information and the next EtherType.
Content open_ether_type(ByteReader in, bool whole) {
  auto ether_type = in.big<std::uint16_t>();
  for (int tags = 0; ether_type && is_vlan(*ether_type); ++tags) {
    if (tags == kMaxVlanTags) return Skip::kMalformed;
    if (!in.skip(2)) return whole ? Skip::kMalformed : Skip::kTruncated;
    ether_type = in.big<std::uint16_t>();
  }
  if (!ether_type) return whole ? Skip::kMalformed : Skip::kTruncated;
  if (*ether_type != kEtherIpv4 && *ether_type != kEtherIpv6) return Skip::kNotIp;
  return open_ip(in.rest(), whole);
}

// Link layers whose header ends with an EtherType, or is followed by one.
Content open_after(ByteSpan frame, std::size_t before_ether_type, bool whole) {
  ByteReader in(frame);
  if (!in.skip(before_ether_type)) return whole ? Skip::kMalformed : Skip::kTruncated;
  return open_ether_type(in, whole);
}

// LINKTYPE_LINUX_SLL2: the EtherType comes first, then 18 more bytes.
Content open_cooked2(ByteSpan frame, bool whole) {
  ByteReader in(frame);
  const auto ether_type = in.big<std::uint16_t>();
  if (!ether_type || !in.skip(18)) return whole ? Skip::kMalformed : Skip::kTruncated;
  if (*ether_type == kEtherIpv4 || *ether_type == kEtherIpv6) return open_ip(in.rest(), whole);
  if (!is_vlan(*ether_type)) return Skip::kNotIp;
  if (!in.skip(2)) return whole ? Skip::kMalformed : Skip::kTruncated;
  return open_ether_type(in, whole);
}

// LINKTYPE_NULL: an address family in the byte order of the machine that captured. All of them are
// below 256, so the order shows. IPv6 has a different number on each BSD.
Content open_loopback(ByteSpan frame, bool whole) {
  ByteReader in(frame);
  const auto family = in.big<std::uint32_t>();
  if (!family) return whole ? Skip::kMalformed : Skip::kTruncated;
  const std::uint32_t value = *family < 256 ? *family : std::byteswap(*family);
  const bool is_ip = value == 2 || value == 10 || value == 24 || value == 28 || value == 30;
  return is_ip ? open_ip(in.rest(), whole) : Content(Skip::kNotIp);
}

}  // namespace

std::string_view describe(Skip skip) {
  switch (skip) {
    case Skip::kNotIp:
      return "not IP";
    case Skip::kNotUdp:
      return "not UDP";
    case Skip::kFragment:
      return "a fragment of an IP packet";
    case Skip::kTruncated:
      return "cut short by the capture";
    case Skip::kMalformed:
      return "malformed";
    case Skip::kUnknownLinkType:
      return "of an unknown link type";
  }
  return "";
}

std::variant<UdpDatagram, Skip> dissect(LinkType link_type, ByteSpan frame, bool whole) {
  switch (link_type) {
    case LinkType::kNull:
    case LinkType::kLoop:
      return open_loopback(frame, whole);
    case LinkType::kEthernet:
      return open_after(frame, 12, whole);
    case LinkType::kLinuxCooked:
      return open_after(frame, 14, whole);
    case LinkType::kLinuxCooked2:
      return open_cooked2(frame, whole);
    case LinkType::kRaw:
    case LinkType::kRawBsd:
    case LinkType::kRawOpenBsd:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
      return open_ip(frame, whole);
  }
  return Skip::kUnknownLinkType;
}

}  // namespace loopgate::codec::capture
