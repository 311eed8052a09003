// PPP and its relatives.
#include "codec/capture/link.h"

namespace loopgate::codec::capture {

namespace {

// PPP DLL protocol numbers (IANA).
enum PppProtocol : std::uint16_t {
  kPppIpv4 = 0x0021,
  kPppIpv6 = 0x0057,
  kPppMpls = 0x0281,
  kPppMplsUpstream = 0x0283,
};

constexpr std::uint8_t kAllStations = 0xFF;         // RFC 1662 §3.1
constexpr std::uint8_t kUnnumberedInformation = 3;  // and its control field
constexpr std::uint8_t kCiscoUnicast = 0x0F;
constexpr std::uint8_t kCiscoMulticast = 0x8F;

}  // namespace

//   [address FF | control 03 |] protocol (2 bytes, or 1 when odd) | information
//
// A link may agree to leave the address away and to shorten the protocol (RFC 1661 §6.5, §6.6).
// Instead of FF, Cisco's address announces its own framing.
Opened open_ppp(Frame frame) {
  if (frame.bytes.size() < 2) return frame.too_short();
  const auto first = std::to_integer<std::uint8_t>(frame.bytes[0]);
  const auto second = std::to_integer<std::uint8_t>(frame.bytes[1]);
  if (first == kCiscoUnicast || first == kCiscoMulticast) return open_cisco_hdlc(frame);
  if (first == kAllStations && second == kUnnumberedInformation) frame = frame.behind(2);
  ByteReader in(frame.bytes);
  const auto high = in.u8();
  if (!high) return frame.too_short();
  std::uint16_t protocol = *high;
  if ((*high & 1) == 0) {
    const auto low = in.u8();
    if (!low) return frame.too_short();
    protocol = static_cast<std::uint16_t>(*high << 8 | *low);
  }
  frame = frame.behind(in.position());
  switch (protocol) {
    case kPppIpv4:
    case kPppIpv6:
      return frame;
    case kPppMpls:
    case kPppMplsUpstream:
      return open_mpls(frame);
    default:
      return std::unexpected(Skip::kNotIp);
  }
}

// RFC 2516 §4: version and type (4 bits each, both 1) | code | session | length | PPP from its
// protocol on.
Opened open_pppoe(Frame frame) {
  constexpr std::uint8_t kVersion1Type1 = 0x11;
  constexpr std::size_t kHeader = 6;
  ByteReader in(frame.bytes);
  const auto version = in.u8();
  const auto code = in.u8();
  in.skip(2);
  const auto length = in.big<std::uint16_t>();
  if (!length) return frame.too_short();
  if (*version != kVersion1Type1) return std::unexpected(Skip::kMalformed);
  if (*code != 0) return std::unexpected(Skip::kNotIp);  // discovery
  frame = frame.behind(kHeader);
  if (*length < frame.bytes.size()) frame.bytes = frame.bytes.first(*length);
  return open_ppp(frame);
}

// Address | control | EtherType.
Opened open_cisco_hdlc(Frame frame) {
  return open_at_ether_type(frame, 2);
}

}  // namespace loopgate::codec::capture
