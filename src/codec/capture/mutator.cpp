#include "codec/capture/mutator.h"

#include <fmt/format.h>

#include "base/random.h"

namespace loopgate::codec::capture {

namespace {

Mutant cut(ByteSpan payload, Random& random) {
  const auto size = static_cast<std::size_t>(random.below(payload.size()));
  return {to_bytes(payload.first(size)),
          fmt::format("cut to {} of {} bytes", size, payload.size())};
}

Mutant flipped(ByteSpan payload, Random& random) {
  const auto at = static_cast<std::size_t>(random.below(payload.size()));
  const auto bit = static_cast<unsigned>(random.below(8));
  Mutant out{to_bytes(payload), fmt::format("bit {} of byte {} flipped", bit, at)};
  out.payload[at] ^= static_cast<std::byte>(1U << bit);
  return out;
}

}  // namespace

std::vector<Mutant> mutate(ByteSpan payload, std::uint64_t seed, std::uint64_t number,
                           std::size_t count) {
  // Neighbouring seeds and packets must not give the same: the odd constant is 2^64 by the golden
  // ratio, which spreads the numbers.
  auto random = Random::from_seed(seed ^ (number * 0x9E3779B97F4A7C15U));
  const auto turn = random.below(4);
  std::vector<Mutant> out;
  for (std::size_t i = 0; i < count; ++i) {
    switch (payload.empty() ? 2 + (turn + i) % 2 : (turn + i) % 4) {
      case 0:
        out.push_back(cut(payload, random));
        break;
      case 1:
        out.push_back(flipped(payload, random));
        break;
      case 2:
        out.push_back({to_bytes(payload), "sent twice"});
        break;
      default:
        out.push_back({to_bytes(payload), "once more behind the next packet", true});
        break;
    }
  }
  return out;
}

}  // namespace loopgate::codec::capture
