// What this room bounds, each with its source or our reason.
#pragma once

#include <chrono>
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
// What is read at once: enough that a call to the kernel does not show, little enough for the
// cache.
inline constexpr std::size_t kCaptureWindowBytes = 128 * 1024;
// A pcapng block holds one record and its options, or a key log.
inline constexpr std::size_t kMaxPcapngBlockBytes = 16 * 1024 * 1024;
// The old Packet Block counts them in 16 bits.
inline constexpr std::size_t kMaxCaptureInterfaces = 65536;
// Comments and key logs of a file, which are kept while it is read.
inline constexpr std::size_t kMaxCaptureNoteBytes = 32 * 1024 * 1024;
// A window of 128 MB (2^27), what zstd itself opens unasked.
inline constexpr int kMaxZstdWindowLog = 27;
// 802.1Q inside 802.1ad is two; providers stack a few more.
inline constexpr int kMaxVlanTags = 8;
// EtherTypes one behind the other in a frame: a few carry Ethernet again.
inline constexpr int kMaxLinkLayers = 8;
// Tunnels in each other, packets put together from fragments of packets.
inline constexpr int kMaxCaptureNesting = 8;
// What `inspect` keeps of a capture, some 300 bytes each; datagrams of more flows are counted.
inline constexpr std::size_t kMaxCaptureFlows = 100'000;
// Pairs of endpoints of which `replay` knows who spoke first; some 150 bytes each, twice.
inline constexpr std::size_t kMaxSpeakers = 200'000;
// Fields of one payload, and what of two runs' answers waits for its other: beyond, answers are
// counted by what they are and not shown.
inline constexpr std::size_t kMaxComparedFields = 4096;
inline constexpr std::size_t kMaxComparedBytes = 64 * 1024 * 1024;
// RFC 8200 §4.5 gives a packet's fragments 60 seconds, RFC 1122 §3.3.2 60 to 120. What waits is
// bounded as Linux does it (ipfrag_high_thresh is 4 MB), and in number, for tiny fragments.
inline constexpr std::chrono::seconds kFragmentLifetime{60};
inline constexpr std::size_t kMaxFragmentBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxFragmentedPackets = 4096;

}  // namespace loopgate::codec
