#include "wireguard/timestamp.h"

#include <cstdint>
#include <span>

namespace loopgate::wireguard {

namespace {

// 2^62, and TAI's ten seconds ahead of UTC in 1970. Leap seconds are left out, as in every
// implementation.
constexpr std::uint64_t kEpoch = 0x4000'0000'0000'000aULL;
constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;

void write_big(std::span<std::byte> out, std::uint64_t value) {
  for (std::size_t i = out.size(); i > 0; --i, value >>= 8) {
    out[i - 1] = static_cast<std::byte>(value);
  }
}

std::uint64_t read_big(std::span<const std::byte> in) {
  std::uint64_t value = 0;
  for (const std::byte b : in) value = value << 8 | std::to_integer<std::uint64_t>(b);
  return value;
}

}  // namespace

Timestamp Timestamp::at(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  Timestamp out;
  const std::span bytes(out.bytes);
  write_big(bytes.first(8),
            kEpoch + static_cast<std::uint64_t>(seconds.time_since_epoch().count()));
  write_big(bytes.subspan(8), static_cast<std::uint64_t>((time - seconds).count()));
  return out;
}

Timestamp Timestamp::successor() const {
  Timestamp out = *this;
  const std::span bytes(out.bytes);
  const auto nanos = read_big(bytes.subspan(8)) + 1;
  if (nanos < kNanosPerSecond) {
    write_big(bytes.subspan(8), nanos);
  } else {
    write_big(bytes.subspan(8), 0);
    write_big(bytes.first(8), read_big(bytes.first(8)) + 1);
  }
  return out;
}

}  // namespace loopgate::wireguard
