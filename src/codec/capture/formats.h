// The two file formats behind capture::Reader. Inside this room only.
#pragma once

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string_view>

#include "codec/capture/byte_stream.h"
#include "codec/capture/reader.h"

namespace loopgate::codec::capture {

inline constexpr std::uint32_t kPcapngSectionHeader = 0x0A0D0D0A;
inline constexpr std::uint32_t kPcapngByteOrderMagic = 0x1A2B3C4D;

// `notes` outlives what is given.
bool is_pcapng(ByteSpan head);
Result<std::unique_ptr<RecordSource>> open_pcapng(ByteStream stream, Annotations& notes);
// nullptr when the bytes start like another format.
Result<std::unique_ptr<RecordSource>> open_pcap(ByteStream stream, Annotations& notes);

// Reads integers in the byte order that the file announces.
class OrderedReader {
 public:
  OrderedReader(ByteSpan bytes, bool big_endian) : in_(bytes), big_endian_(big_endian) {}

  std::optional<std::uint16_t> u16() { return number<std::uint16_t>(); }
  std::optional<std::uint32_t> u32() { return number<std::uint32_t>(); }
  std::optional<std::uint64_t> u64() { return number<std::uint64_t>(); }
  ByteReader& bytes() { return in_; }

 private:
  template <class T>
  std::optional<T> number() {
    return big_endian_ ? in_.big<T>() : in_.little<T>();
  }
  ByteReader in_;
  bool big_endian_;
};

// The frame without the `fcs` bytes of checksum that its link put behind it, as far as the capture
// kept them.
inline ByteSpan without_checksum(ByteSpan frame, std::size_t original, std::size_t fcs) {
  return original < fcs ? frame : frame.first(std::min(frame.size(), original - fcs));
}

}  // namespace loopgate::codec::capture
