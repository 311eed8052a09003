#include "wireguard/replay_window.h"

#include "wireguard/constants.h"

namespace loopgate::wireguard {

bool ReplayWindow::accept(std::uint64_t counter) {
  if (counter >= kRejectAfterMessages) return false;
  return ring_ ? accept_in_ring(counter) : accept_in_word(counter);
}

bool ReplayWindow::accept_in_word(std::uint64_t counter) {
  if (counter < next_) {
    const auto behind = next_ - 1 - counter;
    if (behind >= kWordBits) return false;
    const auto bit = std::uint64_t{1} << behind;
    if (recent_ & bit) return false;
    recent_ |= bit;
    return true;
  }
  const auto shift = counter + 1 - next_;
  const bool all_leaving_seen =
      shift < kWordBits ? recent_ >> (kWordBits - shift) == (std::uint64_t{1} << shift) - 1
                        : shift == kWordBits && recent_ == ~std::uint64_t{0};
  if (!all_leaving_seen) {
    make_ring();
    return accept_in_ring(counter);
  }
  recent_ = (shift < kWordBits ? recent_ << shift : 0) | 1;
  next_ = counter + 1;
  return true;
}

bool ReplayWindow::accept_in_ring(std::uint64_t counter) {
  if (counter >= next_) {
    const auto words_ahead = counter / kWordBits - (next_ - 1) / kWordBits;
    for (std::uint64_t i = 1; i <= words_ahead && i <= ring_->size(); ++i) {
      word_of(next_ - 1 + i * kWordBits) = 0;
    }
    next_ = counter + 1;
  } else if (next_ - 1 - counter > kReach) {
    return false;
  }
  const auto bit = std::uint64_t{1} << (counter % kWordBits);
  auto& word = word_of(counter);
  if (word & bit) return false;
  word |= bit;
  return true;
}

void ReplayWindow::make_ring() {
  ring_ = std::make_unique<Ring>();
  if (next_ == 0) {
    next_ = 1;  // as if 0 were the greatest, with its bit clear: it may still come
    return;
  }
  const auto newest = next_ - 1;
  ring_->fill(~std::uint64_t{0});
  word_of(newest) = (std::uint64_t{2} << (newest % kWordBits)) - 1;  // none above it
  for (std::uint64_t behind = 0; behind < kWordBits && behind <= newest; ++behind) {
    const auto counter = newest - behind;
    if (!(recent_ >> behind & 1)) word_of(counter) &= ~(std::uint64_t{1} << (counter % kWordBits));
  }
}

}  // namespace loopgate::wireguard
