// IP packets with UDP inside, taken apart and built: IPv4 (RFC 791), IPv6 and its extension headers (RFC 8200),
// UDP (RFC 768). Used for what comes out of a WireGuard tunnel and for captures.
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
  kCapture,  // checksums may be unfinished (offloaded to a network card); a link's padding may follow
};

enum class IpError : unsigned char {
  kNotIp,      // no version nibble 4 or 6, or too short for the header: these are no IP packet
  kMalformed,  // starts like IP, but lengths or checksums do not fit
  kTruncated,  // sound so far, but ends before its own length; told apart from kMalformed for captures only
  kFragment,   // a part of a larger packet (an IPv6 atomic fragment, RFC 6946, is none)
  kNotUdp,     // TCP, ICMP, ESP …
};

// A packet of any protocol. Spans point into the input.
struct IpHeader {
  int version = 4;  // 4 or 6, of the header: an IPv4-mapped IPv6 address reads as IPv4
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;  // after IPv6 extension headers
  bool fragment = false;
  bool pseudo_header_known = true;  // false: routed by an IPv6 routing header to an address further on
  ByteSpan payload;                 // after all headers, without padding
};

struct IpPacket {
  int version = 4;
  Endpoint source;
  Endpoint destination;
  ByteSpan payload;  // of the UDP datagram
};

// kNotIp, kMalformed and kTruncated only.
std::expected<IpHeader, IpError> parse_ip_header(ByteSpan packet, IpOrigin origin = IpOrigin::kTunnel);

std::expected<IpPacket, IpError> parse_ip(ByteSpan packet, IpOrigin origin = IpOrigin::kTunnel);

// A whole packet with checksums: hop limit 64, "don't fragment". IPv6 when either address is. Empty when the
// payload is too large for one packet (kMaxUdpPayloadV4, kMaxUdpPayloadV6 in limits.h).
Bytes build_udp(const Endpoint& source, const Endpoint& destination, ByteSpan payload);

// The Internet checksum (RFC 1071), fed part by part; only the last part may have an odd size.
class InternetChecksum {
 public:
  void add(ByteSpan part);
  void add_u16(std::uint16_t value) { sum_ += value; }
  // The complement of the sum, in host order. Over data that contains its own right checksum: 0.
  std::uint16_t finish() const;

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace loopgate::codec
