// Packets as the service bills them: each delivery to a destination and each packet out, answers
// and sourced ones alike, once per started KB of payload; what is discarded is free. That the empty
// payload counts as one, and that a packet of a tunnel counts with what was inside, is our reading.
#pragma once

#include <cstdint>
#include <map>

#include "base/symbol.h"

namespace loopgate::gateway {

inline constexpr std::size_t kBilledBytes = 1024;

struct BilledPackets {
  std::uint64_t packets = 0;
  std::uint64_t billed = 0;

  void add(std::size_t payload_bytes) {
    ++packets;
    billed += payload_bytes == 0 ? 1 : (payload_bytes + kBilledBytes - 1) / kBilledBytes;
  }
  BilledPackets& operator+=(const BilledPackets& other) {
    packets += other.packets;
    billed += other.billed;
    return *this;
  }
};

// Of one listener, or of several.
struct BillLine {
  BilledPackets delivered;  // once for each destination
  BilledPackets replied;
  BilledPackets sourced;

  std::uint64_t billed() const { return delivered.billed + replied.billed + sourced.billed; }
  BillLine& operator+=(const BillLine& other) {
    delivered += other.delivered;
    replied += other.replied;
    sourced += other.sourced;
    return *this;
  }
};

using Bill = std::map<Symbol, BillLine>;  // by the listener's name, deleted ones too

}  // namespace loopgate::gateway
