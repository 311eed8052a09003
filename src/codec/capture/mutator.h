// Damaged copies of a captured payload, as networks and strangers make them: the same seed and
// packet give the same copies, whatever else is replayed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace loopgate::codec::capture {

struct Mutant {
  Bytes payload;
  std::string how;           // "cut to 7 of 12 bytes", "bit 3 of byte 5 flipped" …
  bool behind_next = false;  // it comes after the packet that follows
};

// `count` copies of the packet with that number: cut, flipped, twice, and late, by turns.
std::vector<Mutant> mutate(ByteSpan payload, std::uint64_t seed, std::uint64_t number,
                           std::size_t count);

}  // namespace loopgate::codec::capture
