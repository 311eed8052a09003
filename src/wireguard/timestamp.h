// TAI64N (https://cr.yp.to/libtai/tai64.html): eight bytes of seconds and four of nanoseconds, big
// endian, so that later is greater byte by byte. A responder only compares; it never asks what time
// it is.
#pragma once

#include <array>
#include <compare>
#include <cstddef>

#include "base/time.h"

namespace loopgate::wireguard {

inline constexpr std::size_t kTimestampSize = 12;

struct Timestamp {
  std::array<std::byte, kTimestampSize> bytes{};  // zero is older than any

  static Timestamp at(WallTime time);
  // The next greater one, for a wall clock that stood still or was set back.
  Timestamp successor() const;

  auto operator<=>(const Timestamp&) const = default;
};

}  // namespace loopgate::wireguard
