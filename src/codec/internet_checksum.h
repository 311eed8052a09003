// The Internet checksum (RFC 1071) of IPv4, UDP and their kin.
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace loopgate::codec {

// Fed part by part; only the last part may have an odd size.
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
