// Which counters of a session were seen (white paper §5.4.6, and RFC 6479 for the ring).
//
// A counter is new when it is greater than all before, or at most kReach behind the greatest and
// not seen. Most sessions never lose anything: their window is one word. The ring is made when a
// counter that is still missing would fall out of that word.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace loopgate::wireguard {

class ReplayWindow {
 public:
  static constexpr std::size_t kWordBits = 64;
  static constexpr std::size_t kRingBits = 8192;
  // One word of the ring is always being cleared.
  static constexpr std::uint64_t kReach = kRingBits - kWordBits;

  // Marks it as seen. False when it was seen, is too old, or may not be used at all
  // (kRejectAfterMessages). Only for counters of packets that authenticated.
  bool accept(std::uint64_t counter);

  bool has_ring() const { return ring_ != nullptr; }

 private:
  using Ring = std::array<std::uint64_t, kRingBits / kWordBits>;

  bool accept_in_word(std::uint64_t counter);
  bool accept_in_ring(std::uint64_t counter);
  void make_ring();
  std::uint64_t& word_of(std::uint64_t counter) {
    return (*ring_)[counter / kWordBits % ring_->size()];
  }

  std::uint64_t next_ = 0;  // one more than the greatest seen
  // Without a ring: bit i is set when next_ − 1 − i was seen; everything before these 64 was.
  // Counters below zero count as seen.
  std::uint64_t recent_ = ~std::uint64_t{0};
  std::unique_ptr<Ring> ring_;
};

}  // namespace loopgate::wireguard
