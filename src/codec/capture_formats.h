// The two file formats behind capture::Reader. Inside this room only.
#pragma once

#include <memory>

#include "codec/capture.h"

namespace loopgate::codec::capture {

inline constexpr std::uint32_t kPcapngSectionHeader = 0x0A0D0D0A;
inline constexpr std::uint32_t kPcapngByteOrderMagic = 0x1A2B3C4D;

// nullptr when the bytes start like another format.
Result<std::unique_ptr<RecordSource>> open_pcap(ByteSpan file);
Result<std::unique_ptr<RecordSource>> open_pcapng(ByteSpan file);

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

}  // namespace loopgate::codec::capture
