// What this room bounds, each with its source or our reason.
#pragma once

#include <cstddef>
#include <cstdint>

namespace loopgate::codec {

// RFC 7252 §3: token lengths 9–15 are reserved.
inline constexpr std::size_t kMaxCoapTokenBytes = 8;
// RFC 7252 §12.2: option numbers are 16 bits wide.
inline constexpr unsigned kMaxCoapOptionNumber = 65535;
// RFC 7252 bounds options only by the datagram. A real message has a dozen; a hostile one could
// turn one byte of datagram into 30 bytes of JSON.
inline constexpr std::size_t kMaxCoapOptions = 1024;
// What fits into one UDP datagram over IPv4 (65535 - 20 - 8).
inline constexpr std::size_t kMaxCoapMessageBytes = 65507;
// A JSON document that describes a CoAP message: base64 of a full datagram and its options fit four
// times.
inline constexpr std::size_t kMaxCoapJsonBytes = 512 * 1024;

// Filter and key expressions are typed by people into templates.
inline constexpr std::size_t kMaxBrexBytes = 1024;
inline constexpr int kMaxBrexDepth = 32;

// What one try of a regular expression may take before it is given up: one can be written so that
// it would take years. A millisecond; those of use need some hundred steps.
inline constexpr std::size_t kMaxRegexBytes = 4096;
inline constexpr std::uint32_t kMaxRegexSteps = 100'000;
inline constexpr std::uint32_t kMaxRegexHeapKib = 4096;

// RFC 8200 §4.1 knows eight extension headers of which each should occur once (destination options
// twice).
inline constexpr int kMaxIpv6ExtensionHeaders = 16;
// The 16-bit lengths of IPv4 (RFC 791), IPv6 (RFC 8200) and UDP (RFC 768) with their headers.
inline constexpr std::size_t kMaxUdpPayloadV4 = 65535 - 20 - 8;
inline constexpr std::size_t kMaxUdpPayloadV6 = 65535 - 8;
// WireGuard pads a plaintext with zeros to a multiple of 16 (WireGuard paper §5.4.6).
inline constexpr std::size_t kMaxTunnelPadding = 15;

// libpcap's MAXIMUM_SNAPLEN: no record of a sound capture is larger.
inline constexpr std::size_t kMaxCaptureRecordBytes = 262144;
// A pcapng block holds one record and its options, or a key log.
inline constexpr std::size_t kMaxPcapngBlockBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxCaptureInterfaces = 4096;
inline constexpr std::size_t kMaxCaptureSecrets = 1024;
// 802.1Q inside 802.1ad is two; one more for good measure.
inline constexpr int kMaxVlanTags = 4;

}  // namespace loopgate::codec
