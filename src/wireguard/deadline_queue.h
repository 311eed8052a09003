// The earliest deadline of many peers: a binary heap in which every peer has one place. Entries may
// lie before the peer's real deadline (a deadline that moved later is corrected when it comes up),
// so that a data packet never touches the heap.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"

namespace loopgate::wireguard {

class DeadlineQueue {
 public:
  struct Entry {
    Instant at;
    std::uint32_t slot;
  };

  std::optional<Entry> top() const;
  // Puts the slot there, or moves it.
  void set(std::uint32_t slot, Instant at);
  void remove(std::uint32_t slot);
  // Where it stands.
  std::optional<Instant> at(std::uint32_t slot) const;

 private:
  static constexpr std::uint32_t kAbsent = ~std::uint32_t{0};

  static bool before(const Entry& a, const Entry& b);
  void place(std::size_t position, Entry entry);
  void sift_up(std::size_t position);
  void sift_down(std::size_t position);

  std::vector<Entry> heap_;
  std::vector<std::uint32_t> positions_;  // by slot
};

}  // namespace loopgate::wireguard
