// IP packets with UDP inside, taken apart and built: IPv4 (RFC 791), IPv6 and its extension headers
// (RFC 8200), UDP (RFC 768). Used for what comes out of a WireGuard tunnel and for captures.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "base/ip_address.h"

namespace loopgate::codec {

inline constexpr std::uint8_t kProtocolUdp = 17;

// Who made the packet, hence what may be wrong with it.
enum class IpOrigin : unsigned char {
  kTunnel,   // checksums must fit; at most 15 zero bytes of padding follow (WireGuard pads to 16)
  kCapture,  // checksums may be unfinished (left to a network card), a link's padding may follow
};

enum class IpError : unsigned char {
  kNotIp,      // no version nibble 4 or 6, or too short for the header: these are no IP packet
  kMalformed,  // starts like IP, but lengths or checksums do not fit
  kTruncated,  // of a capture: ends before its own length
  kFragment,   // a part of a larger packet (an IPv6 atomic fragment, RFC 6946, is none)
  kNotUdp,     // TCP, ICMP, ESP …
};

// Where a fragment belongs: RFC 791 §3.1, RFC 8200 §4.5.
struct FragmentPlace {
  std::uint32_t identification = 0;
  std::size_t offset = 0;  // in bytes
  bool more = false;       // others follow
};

// A packet of any protocol. Spans point into the input.
struct IpHeader {
  int version = 4;  // 4 or 6, of the header: an IPv4-mapped IPv6 address reads as IPv4
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;  // after IPv6 extension headers
  bool fragment = false;
  FragmentPlace place;  // of a fragment
  // False when an IPv6 routing header leads on to another address, which the UDP checksum covers.
  bool pseudo_header_known = true;
  // Of a capture: a length of 0, which a network card was to fill in when it cut the packet into
  // segments. All that was captured counts as the packet.
  bool length_open = false;
  ByteSpan payload;  // after all headers, without padding
};

struct IpPacket {
  int version = 4;
  Endpoint source;
  Endpoint destination;
  ByteSpan payload;  // of the UDP datagram
};

// Whether an IPv6 next header is an extension header that we walk over.
bool is_extension_header(std::uint8_t next_header);

// kNotIp, kMalformed and kTruncated only.
std::expected<IpHeader, IpError> parse_ip_header(ByteSpan packet,
                                                 IpOrigin origin = IpOrigin::kTunnel);

// What is in an unfragmented packet of protocol UDP. Else kFragment, kNotUdp, kMalformed.
std::expected<IpPacket, IpError> parse_udp(const IpHeader& header,
                                           IpOrigin origin = IpOrigin::kTunnel);

std::expected<IpPacket, IpError> parse_ip(ByteSpan packet, IpOrigin origin = IpOrigin::kTunnel);

// A whole packet with checksums: hop limit 64, "don't fragment". IPv6 when either address is. Empty
// when the payload is too large for one packet (kMaxUdpPayloadV4, kMaxUdpPayloadV6 in limits.h).
Bytes build_udp(const Endpoint& source, const Endpoint& destination, ByteSpan payload);

}  // namespace loopgate::codec
