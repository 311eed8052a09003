#include "codec/ip.h"

#include <algorithm>
#include <array>

#include "codec/internet_checksum.h"
#include "codec/limits.h"

namespace loopgate::codec {

namespace {

constexpr std::size_t kIpv4HeaderBytes = 20;
constexpr std::size_t kIpv6HeaderBytes = 40;
constexpr std::size_t kUdpHeaderBytes = 8;
constexpr std::uint8_t kHopLimit = 64;
constexpr std::uint16_t kDontFragment = 0x4000;
constexpr std::uint16_t kMoreFragments = 0x2000;
constexpr std::uint16_t kFragmentOffset = 0x1FFF;

using Failure = std::unexpected<IpError>;

// Assigned Internet protocol numbers that are IPv6 extension headers (IANA).
enum NextHeader : std::uint8_t {
  kHopByHop = 0,
  kRouting = 43,
  kFragmentHeader = 44,
  kAuthentication = 51,
  kDestinationOptions = 60,
  kMobility = 135,
  kHip = 139,
  kShim6 = 140,
};

IpAddress address_v4(ByteSpan bytes) {
  return IpAddress::v4(*ByteReader(bytes).big<std::uint32_t>());
}
IpAddress address_v6(ByteSpan bytes) {
  return IpAddress::v6(bytes.first<16>());
}

// Cuts the padding off behind the packet's own length.
std::expected<ByteSpan, IpError> cut_to_length(ByteSpan packet, std::size_t length,
                                               IpOrigin origin) {
  if (length > packet.size()) {
    return Failure(origin == IpOrigin::kCapture ? IpError::kTruncated : IpError::kMalformed);
  }
  const ByteSpan padding = packet.subspan(length);
  const auto is_zero = [](std::byte b) { return b == std::byte{0}; };
  if (origin == IpOrigin::kTunnel &&
      (padding.size() > kMaxTunnelPadding || !std::ranges::all_of(padding, is_zero))) {
    return Failure(IpError::kMalformed);
  }
  return packet.first(length);
}

// RFC 791 §3.1:
//
//    0                   1                   2                   3
//    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |Version|  IHL  |Type of Service|          Total Length         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |         Identification        |Flags|      Fragment Offset    |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |  Time to Live |    Protocol   |         Header Checksum       |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |          Source Address, Destination Address, Options         |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
std::expected<IpHeader, IpError> parse_v4(ByteSpan packet, IpOrigin origin) {
  if (packet.size() < kIpv4HeaderBytes) return Failure(IpError::kNotIp);
  ByteReader in(packet);
  const std::size_t header_size = std::size_t{4} * (*in.u8() & 15);
  in.skip(1);
  std::size_t total = *in.big<std::uint16_t>();
  IpHeader header;
  header.place.identification = *in.big<std::uint16_t>();
  const std::uint16_t fragment = *in.big<std::uint16_t>();
  in.skip(1);
  header.protocol = *in.u8();
  in.skip(2);
  header.source = address_v4(*in.take(4));
  header.destination = address_v4(*in.take(4));
  header.fragment = (fragment & (kMoreFragments | kFragmentOffset)) != 0;
  header.place.offset = std::size_t{8} * (fragment & kFragmentOffset);
  header.place.more = (fragment & kMoreFragments) != 0;
  header.length_open = total == 0 && origin == IpOrigin::kCapture;
  if (header.length_open) total = packet.size();
  if (header_size < kIpv4HeaderBytes || total < header_size) return Failure(IpError::kMalformed);
  const auto whole = cut_to_length(packet, total, origin);
  if (!whole) return Failure(whole.error());
  if (origin == IpOrigin::kTunnel) {
    InternetChecksum checksum;
    checksum.add(whole->first(header_size));
    if (checksum.finish() != 0) return Failure(IpError::kMalformed);
  }
  header.payload = whole->subspan(header_size);
  return header;
}

// What one extension header does to the walk. Sizes: RFC 8200 §4, RFC 4302 §2.2 for Authentication.
std::expected<void, IpError> walk_extension(ByteReader& in, IpHeader& header) {
  const std::uint8_t kind = header.protocol;
  const auto next = in.u8();
  const auto length = in.u8();
  if (!next || !length) return Failure(IpError::kMalformed);
  std::size_t rest = std::size_t{8} * *length + 6;
  if (kind == kAuthentication) rest = std::size_t{4} * *length + 6;
  if (kind == kFragmentHeader) rest = 6;
  const auto body = in.take(rest);
  if (!body) return Failure(IpError::kMalformed);
  if (kind == kFragmentHeader) {
    ByteReader place(*body);
    const std::uint16_t offset_and_more = *place.big<std::uint16_t>();
    header.fragment = header.fragment || (offset_and_more & 0xFFF9) != 0;
    header.place = {*place.big<std::uint32_t>(), offset_and_more & 0xFFF8U,
                    (offset_and_more & 1) != 0};
  }
  // A segment left means that the destination in the fixed header is not the one of the pseudo
  // header.
  if (kind == kRouting && (*body)[1] != std::byte{0}) header.pseudo_header_known = false;
  header.protocol = *next;
  return {};
}

// RFC 8200 §3:
//
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |Version| Traffic Class |           Flow Label                  |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |         Payload Length        |  Next Header  |   Hop Limit   |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//   |          Source Address (16), Destination Address (16)        |
//   +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
std::expected<IpHeader, IpError> parse_v6(ByteSpan packet, IpOrigin origin) {
  if (packet.size() < kIpv6HeaderBytes) return Failure(IpError::kNotIp);
  ByteReader fixed(packet);
  fixed.skip(4);
  std::size_t payload_size = *fixed.big<std::uint16_t>();
  IpHeader header;
  header.version = 6;
  header.length_open = payload_size == 0 && origin == IpOrigin::kCapture;
  if (header.length_open) payload_size = packet.size() - kIpv6HeaderBytes;
  header.protocol = *fixed.u8();
  fixed.skip(1);
  header.source = address_v6(*fixed.take(16));
  header.destination = address_v6(*fixed.take(16));
  const auto whole = cut_to_length(packet, kIpv6HeaderBytes + payload_size, origin);
  if (!whole) return Failure(whole.error());
  ByteReader in(whole->subspan(kIpv6HeaderBytes));
  // Behind the header of a later fragment stands no header, but the middle of something.
  for (int i = 0; is_extension_header(header.protocol) && !header.fragment; ++i) {
    if (i == kMaxIpv6ExtensionHeaders) return Failure(IpError::kMalformed);
    if (const auto walked = walk_extension(in, header); !walked) return Failure(walked.error());
  }
  header.payload = in.rest();
  return header;
}

// RFC 768 (over IPv4), RFC 8200 §8.1 (over IPv6).
void add_pseudo_header(InternetChecksum& checksum, ByteSpan source, ByteSpan destination,
                       std::uint16_t udp_size) {
  checksum.add(source);
  checksum.add(destination);
  checksum.add_u16(udp_size);
  checksum.add_u16(kProtocolUdp);
}

// The sixteen bytes of an address in an IPv6 header: an IPv4 address stands there mapped (RFC 4291
// §2.5.5.2).
std::array<std::byte, 16> bytes_v6(const IpAddress& address) {
  std::array<std::byte, 16> out{};
  const auto bytes = address.bytes();
  if (address.is_v4()) out[10] = out[11] = std::byte{0xFF};
  std::ranges::copy(bytes, out.end() - static_cast<std::ptrdiff_t>(bytes.size()));
  return out;
}

bool udp_checksum_fits(const IpHeader& header, ByteSpan udp) {
  const std::uint16_t written = *ByteReader(udp.subspan(6)).big<std::uint16_t>();
  // RFC 768: zero means that the sender made none; RFC 8200 §8.1 forbids that.
  if (written == 0) return header.version == 4;
  if (!header.pseudo_header_known) return true;
  InternetChecksum checksum;
  const auto size = static_cast<std::uint16_t>(udp.size());
  if (header.version == 4) {
    add_pseudo_header(checksum, header.source.bytes(), header.destination.bytes(), size);
  } else {
    add_pseudo_header(checksum, bytes_v6(header.source), bytes_v6(header.destination), size);
  }
  checksum.add(udp);
  return checksum.finish() == 0;
}

void write_udp(ByteWriter& out, const Endpoint& source, const Endpoint& destination,
               ByteSpan payload, InternetChecksum checksum) {
  const auto size = static_cast<std::uint16_t>(kUdpHeaderBytes + payload.size());
  checksum.add_u16(source.port);
  checksum.add_u16(destination.port);
  checksum.add_u16(size);
  checksum.add(payload);
  const std::uint16_t sum = checksum.finish();
  out.big(source.port);
  out.big(destination.port);
  out.big(size);
  out.big(sum == 0 ? std::uint16_t{0xFFFF} : sum);
  out.bytes(payload);
}

Bytes build_v4(const Endpoint& source, const Endpoint& destination, ByteSpan payload) {
  const auto udp_size = static_cast<std::uint16_t>(kUdpHeaderBytes + payload.size());
  Bytes packet;
  packet.reserve(kIpv4HeaderBytes + udp_size);
  ByteWriter out(packet);
  out.u8(0x45);
  out.u8(0);
  out.big(static_cast<std::uint16_t>(kIpv4HeaderBytes + udp_size));
  out.big(std::uint16_t{0});  // RFC 6864 §4.1: an atomic datagram may have any identification
  out.big(kDontFragment);
  out.u8(kHopLimit);
  out.u8(kProtocolUdp);
  const std::size_t checksum_at = packet.size();
  out.zeros(2);
  out.bytes(source.address.bytes());
  out.bytes(destination.address.bytes());
  InternetChecksum header;
  header.add(packet);
  const std::uint16_t sum = header.finish();
  packet[checksum_at] = static_cast<std::byte>(sum >> 8);
  packet[checksum_at + 1] = static_cast<std::byte>(sum);
  InternetChecksum checksum;
  add_pseudo_header(checksum, source.address.bytes(), destination.address.bytes(), udp_size);
  write_udp(out, source, destination, payload, checksum);
  return packet;
}

Bytes build_v6(const Endpoint& source, const Endpoint& destination, ByteSpan payload) {
  const auto udp_size = static_cast<std::uint16_t>(kUdpHeaderBytes + payload.size());
  const auto from = bytes_v6(source.address);
  const auto to = bytes_v6(destination.address);
  Bytes packet;
  packet.reserve(kIpv6HeaderBytes + udp_size);
  ByteWriter out(packet);
  out.big(std::uint32_t{6} << 28);
  out.big(udp_size);
  out.u8(kProtocolUdp);
  out.u8(kHopLimit);
  out.bytes(from);
  out.bytes(to);
  InternetChecksum checksum;
  add_pseudo_header(checksum, from, to, udp_size);
  write_udp(out, source, destination, payload, checksum);
  return packet;
}

}  // namespace

bool is_extension_header(std::uint8_t next_header) {
  switch (next_header) {
    case kHopByHop:
    case kRouting:
    case kFragmentHeader:
    case kAuthentication:
    case kDestinationOptions:
    case kMobility:
    case kHip:
    case kShim6:
      return true;
    default:
      return false;
  }
}

std::expected<IpHeader, IpError> parse_ip_header(ByteSpan packet, IpOrigin origin) {
  if (packet.empty()) return Failure(IpError::kNotIp);
  switch (std::to_integer<unsigned>(packet[0]) >> 4) {
    case 4:
      return parse_v4(packet, origin);
    case 6:
      return parse_v6(packet, origin);
    default:
      return Failure(IpError::kNotIp);
  }
}

std::expected<IpPacket, IpError> parse_udp(const IpHeader& header, IpOrigin origin) {
  if (header.fragment) return Failure(IpError::kFragment);
  if (header.protocol != kProtocolUdp) return Failure(IpError::kNotUdp);
  // RFC 768: source port, destination port, length of header and data, checksum.
  ByteReader in(header.payload);
  const auto source_port = in.big<std::uint16_t>();
  const auto destination_port = in.big<std::uint16_t>();
  const auto length = in.big<std::uint16_t>();
  const auto checksum = in.big<std::uint16_t>();
  if (!checksum) return Failure(IpError::kMalformed);
  // RFC 2675 §4: a jumbogram's is 0, and so is what a network card was to fill in.
  const std::size_t size = *length == 0 && header.length_open ? header.payload.size() : *length;
  if (size < kUdpHeaderBytes || size > header.payload.size()) return Failure(IpError::kMalformed);
  const ByteSpan udp = header.payload.first(size);
  if (origin == IpOrigin::kTunnel && !udp_checksum_fits(header, udp)) {
    return Failure(IpError::kMalformed);
  }
  return IpPacket{header.version,
                  {header.source, *source_port},
                  {header.destination, *destination_port},
                  udp.subspan(kUdpHeaderBytes)};
}

std::expected<IpPacket, IpError> parse_ip(ByteSpan packet, IpOrigin origin) {
  const auto header = parse_ip_header(packet, origin);
  if (!header) return Failure(header.error());
  return parse_udp(*header, origin);
}

Bytes build_udp(const Endpoint& source, const Endpoint& destination, ByteSpan payload) {
  const bool v4 = source.address.is_v4() && destination.address.is_v4();
  if (payload.size() > (v4 ? kMaxUdpPayloadV4 : kMaxUdpPayloadV6)) return {};
  return v4 ? build_v4(source, destination, payload) : build_v6(source, destination, payload);
}

}  // namespace loopgate::codec
