// 802.11 and the headers that drivers put before it.
#include <bit>
#include <optional>

#include "codec/capture/link.h"

namespace loopgate::codec::capture {

namespace {

// IEEE 802.11-2020 §9.2.4.1, the frame control field as its two bytes.
constexpr unsigned kTypeMask = 0x0C;
constexpr unsigned kTypeData = 0x08;
constexpr unsigned kSubtypeNoData = 0x40;
constexpr unsigned kSubtypeQos = 0x80;
constexpr unsigned kVersionMask = 0x03;
constexpr unsigned kToDs = 0x01;
constexpr unsigned kFromDs = 0x02;
constexpr unsigned kMoreFragments = 0x04;
constexpr unsigned kProtected = 0x40;
constexpr unsigned kHighThroughputControl = 0x80;  // "+HTC/Order", in frames with QoS

constexpr unsigned kAggregate = 0x80;  // A-MSDU present, of the QoS control field
constexpr std::size_t kSubframeHeader = 14;

// Two addresses and a length, padded to words; one of them alone is opened.
Opened open_aggregate(Frame frame) {
  ByteReader in(frame.bytes);
  if (!in.skip(kSubframeHeader - 2)) return frame.too_short();
  const auto length = in.big<std::uint16_t>();
  if (!length) return frame.too_short();
  frame = frame.behind(kSubframeHeader);
  if (*length > frame.bytes.size()) return frame.too_short();
  if (frame.bytes.size() - *length >= kSubframeHeader + 3) {
    return std::unexpected(Skip::kAirAggregate);
  }
  frame.bytes = frame.bytes.first(*length);
  return open_llc(frame);
}

struct Radiotap {
  std::size_t size = 0;
  std::uint8_t flags = 0;
};

// radiotap.org: version 0 | pad | length | presence words, of which bit 31 announces another |
// fields in the order of their bits, each aligned to its size. All little endian.
std::optional<Radiotap> parse_radiotap(ByteSpan frame) {
  constexpr std::uint32_t kAnother = 1U << 31;
  constexpr std::uint32_t kTimestamp = 1U << 0;
  constexpr std::uint32_t kFlags = 1U << 1;
  ByteReader in(frame);
  in.skip(2);
  const auto size = in.little<std::uint16_t>();
  const auto present = in.little<std::uint32_t>();
  if (!present || *size < in.position() || *size > frame.size()) return std::nullopt;
  ByteReader fields(frame.first(*size));
  fields.skip(in.position());
  for (auto word = present; word && (*word & kAnother) != 0;) {
    word = fields.little<std::uint32_t>();
    if (!word) return std::nullopt;
  }
  Radiotap out{*size, 0};
  if ((*present & kTimestamp) != 0) fields.skip((8 - fields.position() % 8) % 8 + 8);
  if ((*present & kFlags) != 0) out.flags = fields.u8().value_or(0);
  return out;
}

}  // namespace

//   frame control | duration | address 1, 2, 3 | sequence | [address 4] | [QoS] | [HT control] |
//   802.2
//
// `padded_header`: zeros fill the header up to a multiple of four.
Opened open_80211(Frame frame, bool padded_header) {
  constexpr std::size_t kThreeAddresses = 24;
  ByteReader in(frame.bytes);
  const auto low = in.u8();
  const auto high = in.u8();
  if (!high) return frame.too_short();
  if ((*low & kVersionMask) != 0 || (*low & kTypeMask) != kTypeData ||
      (*low & kSubtypeNoData) != 0) {
    return std::unexpected(Skip::kNotIp);
  }
  if ((*high & kProtected) != 0) return std::unexpected(Skip::kEncrypted);
  const bool skipped = in.skip(kThreeAddresses - 4);
  const auto sequence = in.little<std::uint16_t>();
  if (!skipped || !sequence) return frame.too_short();
  if ((*high & kMoreFragments) != 0 || (*sequence & 0xF) != 0) {
    return std::unexpected(Skip::kAirFragment);
  }
  std::size_t size = kThreeAddresses;
  if ((*high & kToDs) != 0 && (*high & kFromDs) != 0) size += 6;
  bool aggregate = false;
  if ((*low & kSubtypeQos) != 0) {
    if (frame.bytes.size() < size + 2) return frame.too_short();
    aggregate = (std::to_integer<unsigned>(frame.bytes[size]) & kAggregate) != 0;
    size += 2;
    if ((*high & kHighThroughputControl) != 0) size += 4;
  }
  if (padded_header) size = (size + 3) & ~std::size_t{3};
  if (frame.bytes.size() < size) return frame.too_short();
  frame = frame.behind(size);
  return aggregate ? open_aggregate(frame) : open_llc(frame);
}

Opened open_radiotap(Frame frame) {
  constexpr std::uint8_t kChecksumBehind = 0x10;
  constexpr std::uint8_t kHeaderPadded = 0x20;
  constexpr std::size_t kChecksum = 4;
  const auto header = parse_radiotap(frame.bytes);
  if (!header) return frame.too_short();
  frame = frame.behind(header->size);
  if ((header->flags & kChecksumBehind) != 0 && frame.whole && frame.bytes.size() >= kChecksum) {
    frame.bytes = frame.bytes.first(frame.bytes.size() - kChecksum);
  }
  return open_80211(frame, (header->flags & kHeaderPadded) != 0);
}

// Prism: message code (0x41, 0x44 …) | its length, both in the order of the machine that captured.
// AVS: 0x8021100x | its length, big endian.
Opened open_prism(Frame frame) {
  constexpr std::uint32_t kAvsMagic = 0x80211000;
  constexpr std::uint32_t kAvsMask = 0xFFFFF000;
  constexpr std::uint32_t kLargestHeader = 0xFFFF;
  ByteReader in(frame.bytes);
  const auto magic = in.big<std::uint32_t>();
  const auto length = in.big<std::uint32_t>();
  if (!length) return frame.too_short();
  const bool avs = (*magic & kAvsMask) == kAvsMagic;
  const std::uint32_t size = avs || *length <= kLargestHeader ? *length : std::byteswap(*length);
  if (size < in.position()) return std::unexpected(Skip::kMalformed);
  if (size > frame.bytes.size()) return frame.too_short();
  return open_80211(frame.behind(size), false);
}

}  // namespace loopgate::codec::capture
