#include "codec/internet_checksum.h"

#include <algorithm>
#include <array>
#include <bit>

namespace loopgate::codec {

void InternetChecksum::add(ByteSpan part) {
  // RFC 1071 §2(B): summed in the machine's own order and swapped once, the sum is the same.
  std::uint64_t sum = 0;
  while (part.size() >= 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, part.data(), sizeof word);
    sum += word;
    part = part.subspan(4);
  }
  std::array<std::byte, 4> last{};
  std::ranges::copy(part, last.begin());
  std::uint32_t word = 0;
  std::memcpy(&word, last.data(), sizeof word);
  sum += word;
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  const auto folded = static_cast<std::uint16_t>(sum);
  sum_ += std::endian::native == std::endian::little ? __builtin_bswap16(folded) : folded;
}

std::uint16_t InternetChecksum::finish() const {
  std::uint64_t sum = sum_;
  while (sum >> 16 != 0) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

}  // namespace loopgate::codec
