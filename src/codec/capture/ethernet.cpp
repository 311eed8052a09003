// Ethernet and what an EtherType announces.
#include "codec/capture/link.h"
#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

// IEEE 802 numbers (IANA).
enum EtherType : std::uint16_t {
  kEtherIpv4 = 0x0800,
  kEtherTransparentBridging = 0x6558,
  kEtherVlan = 0x8100,
  kEtherIpv6 = 0x86DD,
  kEtherMpls = 0x8847,
  kEtherMplsUpstream = 0x8848,
  kEtherPppoeSession = 0x8864,
  kEtherJumboLlc = 0x8870,
  kEtherPpp = 0x880B,
  kEtherProviderBridge = 0x88A8,
  kEtherOldQinQ = 0x9100,
  kEtherOldQinQ2 = 0x9200,
  kEtherOldQinQ3 = 0x9300,
};

constexpr std::uint16_t kMaxLlcLength = 1500;  // IEEE 802.3 §3.2.6
constexpr std::size_t kEthernetAddresses = 12;

bool is_vlan(std::uint16_t ether_type) {
  switch (ether_type) {
    case kEtherVlan:
    case kEtherProviderBridge:
    case kEtherOldQinQ:
    case kEtherOldQinQ2:
    case kEtherOldQinQ3:
      return true;
    default:
      return false;
  }
}

}  // namespace

Opened open_ethernet(Frame frame) {
  return open_at_ether_type(frame, kEthernetAddresses);
}

Opened open_at_ether_type(Frame frame, std::size_t before) {
  ByteReader in(frame.bytes);
  if (!in.skip(before)) return frame.too_short();
  const auto ether_type = in.big<std::uint16_t>();
  if (!ether_type) return frame.too_short();
  return open_ether_type(*ether_type, frame.behind(before + 2));
}

Opened open_ether_type(std::uint16_t ether_type, Frame frame) {
  if (++frame.layers > kMaxLinkLayers) return std::unexpected(Skip::kMalformed);
  // IEEE 802.1Q: each tag is its control information and the next EtherType.
  for (int tags = 0; is_vlan(ether_type); ++tags) {
    if (tags == kMaxVlanTags) return std::unexpected(Skip::kMalformed);
    ByteReader in(frame.bytes);
    in.skip(2);
    const auto next = in.big<std::uint16_t>();
    if (!next) return frame.too_short();
    ether_type = *next;
    frame = frame.behind(4);
  }
  if (ether_type <= kMaxLlcLength) {
    // A length; what is behind it is padding.
    if (ether_type != 0 && ether_type < frame.bytes.size()) {
      frame.bytes = frame.bytes.first(ether_type);
    }
    return open_llc(frame);
  }
  switch (ether_type) {
    case kEtherIpv4:
    case kEtherIpv6:
      return frame;
    case kEtherMpls:
    case kEtherMplsUpstream:
      return open_mpls(frame);
    case kEtherPppoeSession:
      return open_pppoe(frame);
    case kEtherPpp:
      return open_ppp(frame);
    case kEtherJumboLlc:
      return open_llc(frame);
    default:
      return std::unexpected(Skip::kNotIp);
  }
}

// IEEE 802.2, and SNAP (RFC 1042): an organization, and a number of its own.
//
//   DSAP | SSAP | control (1 byte when unnumbered) | organization (3) | protocol (2)
Opened open_llc(Frame frame) {
  constexpr std::uint8_t kSnap = 0xAA;
  constexpr std::uint8_t kIp = 0x06;
  constexpr std::uint8_t kUnnumbered = 0x03;
  constexpr std::uint32_t kBridgeTunnel = 0x0000F8;  // IEEE 802.1H
  ByteReader in(frame.bytes);
  const auto dsap = in.u8();
  const auto ssap = in.u8();
  const auto control = in.u8();
  if (!control) return frame.too_short();
  if (*control != kUnnumbered) return std::unexpected(Skip::kNotIp);
  if (*dsap == kIp && *ssap == kIp) return frame.behind(3);
  if (*dsap != kSnap || *ssap != kSnap) return std::unexpected(Skip::kNotIp);
  const auto organization = in.big<std::uint16_t>();
  const auto organization_end = in.u8();
  const auto protocol = in.big<std::uint16_t>();
  if (!protocol) return frame.too_short();
  const std::uint32_t owner = std::uint32_t{*organization} << 8 | *organization_end;
  if (owner != 0 && owner != kBridgeTunnel) return std::unexpected(Skip::kNotIp);
  // A length cannot stand here: it would open another 802.2 header, and so on.
  if (*protocol <= kMaxLlcLength) return std::unexpected(Skip::kNotIp);
  return open_ether_type(*protocol, frame.behind(8));
}

// RFC 3032 §2.1: a stack of labels, the last with its bit set; what follows says itself what it is.
// The first half byte 0 is a control word before Ethernet (RFC 4448 §4.6).
Opened open_mpls(Frame frame) {
  constexpr std::uint32_t kBottom = 0x100;
  constexpr std::size_t kControlWord = 4;
  ByteReader in(frame.bytes);
  for (;;) {
    const auto label = in.big<std::uint32_t>();
    if (!label) return frame.too_short();
    if ((*label & kBottom) != 0) break;
  }
  frame = frame.behind(in.position());
  if (frame.bytes.empty()) return frame.too_short();
  switch (std::to_integer<unsigned>(frame.bytes[0]) >> 4) {
    case 4:
    case 6:
      return frame;
    case 0:
      if (frame.bytes.size() < kControlWord) return frame.too_short();
      return open_ethernet(frame.behind(kControlWord));
    default:
      return std::unexpected(Skip::kNotIp);
  }
}

// RFC 2784 and 2890: flags, the EtherType inside, then what the flags announce. Version 1 (RFC
// 2637) carries PPP.
Opened open_gre(Frame frame) {
  constexpr std::uint16_t kChecksum = 0x8000;
  constexpr std::uint16_t kRouting = 0x4000;
  constexpr std::uint16_t kKey = 0x2000;
  constexpr std::uint16_t kSequence = 0x1000;
  constexpr std::uint16_t kAcknowledged = 0x0080;
  constexpr std::uint16_t kVersion = 0x0007;
  ByteReader in(frame.bytes);
  const auto flags = in.big<std::uint16_t>();
  const auto protocol = in.big<std::uint16_t>();
  if (!protocol) return frame.too_short();
  if ((*flags & kVersion) > 1 || (*flags & kRouting) != 0) return std::unexpected(Skip::kGre);
  const bool enhanced = (*flags & kVersion) == 1;
  std::size_t size = 4;
  for (const auto flag : {kChecksum, kKey, kSequence}) {
    if ((*flags & flag) != 0) size += 4;
  }
  if (enhanced && (*flags & kAcknowledged) != 0) size += 4;
  if (size > frame.bytes.size()) return frame.too_short();
  frame = frame.behind(size);
  if (*protocol == kEtherTransparentBridging) return open_ethernet(frame);
  if (*protocol <= kMaxLlcLength) return std::unexpected(Skip::kNotIp);
  return open_ether_type(*protocol, frame);
}

}  // namespace loopgate::codec::capture
