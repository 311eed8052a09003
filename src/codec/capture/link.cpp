// Which link layer it is, and those that are a small header before IP.
#include "codec/capture/link.h"

#include <bit>
#include <optional>

namespace loopgate::codec::capture {

namespace {

constexpr std::uint16_t kSmallestEtherType = 0x0600;  // IEEE 802.3 §3.2.6

// Address families of the systems that capture with loopback headers: IPv4 is 2 on all of them,
// IPv6 has a different number on each (LINKTYPE_NULL).
bool is_ip_family(std::uint32_t family) {
  constexpr std::uint32_t kIpv4 = 2;
  constexpr std::uint32_t kLinux = 10;
  constexpr std::uint32_t kNetBsd = 24;
  constexpr std::uint32_t kFreeBsd = 28;
  constexpr std::uint32_t kDarwin = 30;
  return family == kIpv4 || family == kLinux || family == kNetBsd || family == kFreeBsd ||
         family == kDarwin;
}

// Four bytes in the order of the machine that captured. A family is a small number: the order in
// which it is one is the order. Some machines wrote 16 bits and left the rest zero.
std::uint32_t family_of(std::uint32_t big) {
  const std::uint32_t little = std::byteswap(big);
  std::uint32_t value = big < little ? big : little;
  if ((value & 0xFFFF) == 0) value >>= 16;
  if (value > 0xFF && (value & 0xFF) == 0) value >>= 8;
  return value;
}

// LINKTYPE_NULL and LINKTYPE_LOOP. Some drivers put an EtherType, or PPP's address, there.
Opened open_loopback(Frame frame) {
  constexpr std::uint16_t kPppAddress = 0xFF03;
  ByteReader in(frame.bytes);
  const auto header = in.big<std::uint32_t>();
  if (!header) return frame.too_short();
  if (*header >> 16 == kPppAddress) return open_ppp(frame);
  frame = frame.behind(4);
  const std::uint32_t little = std::byteswap(*header);
  for (const std::uint32_t value : {*header, little}) {
    if (value >= kSmallestEtherType && value <= 0xFFFF && (value & 0xFF) != 0) {
      return open_ether_type(static_cast<std::uint16_t>(value), frame);
    }
  }
  if (*header == 0x0800 || little == 0x0800) return open_ether_type(0x0800, frame);
  if (!is_ip_family(family_of(*header))) return std::unexpected(Skip::kNotIp);
  return frame;
}

// LINKTYPE_LINUX_SLL: packet type | ARPHRD_ type | address length | address (8) | protocol.
// LINKTYPE_LINUX_SLL2: protocol | reserved | interface (4) | ARPHRD_ type | packet type | address
// length | address (8).
Opened open_cooked(Frame frame, std::size_t size, std::size_t protocol_at,
                   std::size_t hardware_at) {
  constexpr std::uint16_t kRadiotap = 803;  // linux/if_arp.h
  constexpr std::uint16_t kGre = 778;
  constexpr std::uint16_t kLlc = 4;  // linux/if_ether.h, ETH_P_802_2
  if (frame.bytes.size() < size) return frame.too_short();
  const auto number_at = [&](std::size_t at) {
    return *ByteReader(frame.bytes.subspan(at)).big<std::uint16_t>();
  };
  const std::uint16_t protocol = number_at(protocol_at);
  const std::uint16_t hardware = number_at(hardware_at);
  frame = frame.behind(size);
  if (hardware == kRadiotap) return open_radiotap(frame);
  if (protocol == kLlc) return open_llc(frame);
  if (protocol < kSmallestEtherType && hardware != kGre) return std::unexpected(Skip::kNotIp);
  return open_ether_type(protocol, frame);
}

// LINKTYPE_NFLOG: address family | version 0 | group (2), then (length, type, value) padded to
// words, in the order of the file, which tools that convert captures do not keep: the order in
// which the lengths lead through is tried.
std::optional<ByteSpan> find_nflog_payload(ByteSpan attributes, bool big_endian) {
  constexpr std::uint16_t kPayload = 9;  // linux/netfilter/nfnetlink_log.h, NFULA_PAYLOAD
  constexpr std::uint16_t kTypeMask = 0x7FFF;
  constexpr std::size_t kHeader = 4;
  ByteReader in(attributes);
  while (!in.empty()) {
    const auto size = big_endian ? in.big<std::uint16_t>() : in.little<std::uint16_t>();
    const auto type = big_endian ? in.big<std::uint16_t>() : in.little<std::uint16_t>();
    if (!type || *size < kHeader) return std::nullopt;
    if ((*type & kTypeMask) == kPayload) return in.take(std::min(*size - kHeader, in.remaining()));
    if (!in.skip(((*size + std::size_t{3}) & ~std::size_t{3}) - kHeader)) return std::nullopt;
  }
  return std::nullopt;
}

Opened open_nflog(Frame frame) {
  constexpr std::size_t kHeader = 4;
  ByteReader in(frame.bytes);
  const auto family = in.u8();
  const auto version = in.u8();
  if (!version || !in.skip(2)) return frame.too_short();
  if (*version != 0) return std::unexpected(Skip::kMalformed);
  if (!is_ip_family(*family)) return std::unexpected(Skip::kNotIp);
  const ByteSpan attributes = frame.bytes.subspan(kHeader);
  auto payload = find_nflog_payload(attributes, false);
  if (!payload) payload = find_nflog_payload(attributes, true);
  if (!payload) return frame.whole ? Opened(std::unexpected(Skip::kNotIp)) : frame.too_short();
  frame.bytes = *payload;
  return frame;
}

// LINKTYPE_PFLOG: header length without padding | address family | action …
Opened open_pflog(Frame frame) {
  ByteReader in(frame.bytes);
  const auto length = in.u8();
  const auto family = in.u8();
  if (!family) return frame.too_short();
  const std::size_t size = (*length + std::size_t{3}) & ~std::size_t{3};
  if (size < 4) return std::unexpected(Skip::kMalformed);
  if (frame.bytes.size() < size) return frame.too_short();
  if (!is_ip_family(*family)) return std::unexpected(Skip::kNotIp);
  return frame.behind(size);
}

// LINKTYPE_ENC: address family in the order of the machine | SPI | flags.
Opened open_enc(Frame frame) {
  constexpr std::size_t kHeader = 12;
  const auto family = ByteReader(frame.bytes).big<std::uint32_t>();
  if (frame.bytes.size() < kHeader) return frame.too_short();
  if (!is_ip_family(family_of(*family))) return std::unexpected(Skip::kNotIp);
  return frame.behind(kHeader);
}

// LINKTYPE_PKTAP, little endian: header length | type of what follows (1: a packet) | its DLT_ …
Opened open_pktap(Frame frame) {
  constexpr std::uint32_t kPacket = 1;
  ByteReader in(frame.bytes);
  const auto size = in.little<std::uint32_t>();
  const auto next = in.little<std::uint32_t>();
  const auto dlt = in.little<std::uint32_t>();
  if (!dlt) return frame.too_short();
  if (*size < in.position()) return std::unexpected(Skip::kMalformed);
  if (*size > frame.bytes.size()) return frame.too_short();
  if (*next != kPacket) return std::unexpected(Skip::kNotIp);
  const auto inner = static_cast<LinkType>(*dlt);
  if (*dlt > 0xFFFF || inner == LinkType::kPktap) return std::unexpected(Skip::kUnknownLinkType);
  return open_link(inner, frame.behind(*size));
}

// LINKTYPE_PPI, little endian: version | flags | header length (2) | DLT_ (4) | fields.
Opened open_ppi(Frame frame) {
  ByteReader in(frame.bytes);
  in.skip(2);
  const auto size = in.little<std::uint16_t>();
  const auto dlt = in.little<std::uint32_t>();
  if (!dlt) return frame.too_short();
  if (*size < in.position()) return std::unexpected(Skip::kMalformed);
  if (*size > frame.bytes.size()) return frame.too_short();
  const auto inner = static_cast<LinkType>(*dlt);
  if (*dlt > 0xFFFF || inner == LinkType::kPpi) return std::unexpected(Skip::kUnknownLinkType);
  return open_link(inner, frame.behind(*size));
}

Opened behind_direction(Frame frame, Opened (*open)(Frame)) {
  return frame.bytes.empty() ? frame.too_short() : open(frame.behind(1));
}

}  // namespace

Opened open_link(LinkType link_type, Frame frame) {
  switch (link_type) {
    case LinkType::kNull:
    case LinkType::kLoop:
      return open_loopback(frame);
    case LinkType::kEthernet:
      return open_ethernet(frame);
    case LinkType::kPpp:
    case LinkType::kPppHdlc:
      return open_ppp(frame);
    case LinkType::kPppEther:
      return open_pppoe(frame);
    case LinkType::kPppWithDirection:
      return behind_direction(frame, open_ppp);
    case LinkType::kCiscoHdlc:
      return open_cisco_hdlc(frame);
    case LinkType::kCiscoHdlcWithDirection:
      return behind_direction(frame, open_cisco_hdlc);
    case LinkType::kAtmRfc1483:
      return open_llc(frame);
    case LinkType::kMpls:
      return open_mpls(frame);
    case LinkType::kIeee80211:
      return open_80211(frame, false);
    case LinkType::kIeee80211Radiotap:
      return open_radiotap(frame);
    case LinkType::kIeee80211Prism:
    case LinkType::kIeee80211Avs:
      return open_prism(frame);
    case LinkType::kLinuxCooked:
      return open_cooked(frame, 16, 14, 2);
    case LinkType::kLinuxCooked2:
      return open_cooked(frame, 20, 0, 8);
    case LinkType::kNflog:
      return open_nflog(frame);
    case LinkType::kPflog:
      return open_pflog(frame);
    case LinkType::kEnc:
      return open_enc(frame);
    case LinkType::kPktap:
      return open_pktap(frame);
    case LinkType::kPpi:
      return open_ppi(frame);
    case LinkType::kRaw:
    case LinkType::kRawBsd:
    case LinkType::kRawOpenBsd:
    case LinkType::kIpv4:
    case LinkType::kIpv6:
      return frame;
  }
  return std::unexpected(Skip::kUnknownLinkType);
}

}  // namespace loopgate::codec::capture
