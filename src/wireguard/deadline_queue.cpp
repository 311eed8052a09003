#include "wireguard/deadline_queue.h"

namespace loopgate::wireguard {

std::optional<DeadlineQueue::Entry> DeadlineQueue::top() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front();
}

std::optional<Instant> DeadlineQueue::at(std::uint32_t slot) const {
  if (slot >= positions_.size() || positions_[slot] == kAbsent) return std::nullopt;
  return heap_[positions_[slot]].at;
}

void DeadlineQueue::set(std::uint32_t slot, Instant at) {
  if (slot >= positions_.size()) positions_.resize(slot + 1, kAbsent);
  if (positions_[slot] == kAbsent) {
    heap_.push_back({at, slot});
    positions_[slot] = static_cast<std::uint32_t>(heap_.size() - 1);
  } else {
    heap_[positions_[slot]].at = at;
  }
  sift_up(positions_[slot]);
  sift_down(positions_[slot]);
}

void DeadlineQueue::remove(std::uint32_t slot) {
  if (slot >= positions_.size() || positions_[slot] == kAbsent) return;
  const auto position = positions_[slot];
  positions_[slot] = kAbsent;
  const auto last = heap_.back();
  heap_.pop_back();
  if (position == heap_.size()) return;
  place(position, last);
  sift_up(position);
  sift_down(positions_[last.slot]);
}

// Ties go by slot, so that the same inputs give the same order.
bool DeadlineQueue::before(const Entry& a, const Entry& b) {
  return a.at != b.at ? a.at < b.at : a.slot < b.slot;
}

void DeadlineQueue::place(std::size_t position, Entry entry) {
  heap_[position] = entry;
  positions_[entry.slot] = static_cast<std::uint32_t>(position);
}

void DeadlineQueue::sift_up(std::size_t position) {
  const auto entry = heap_[position];
  while (position > 0) {
    const auto parent = (position - 1) / 2;
    if (!before(entry, heap_[parent])) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, entry);
}

void DeadlineQueue::sift_down(std::size_t position) {
  const auto entry = heap_[position];
  for (;;) {
    auto child = 2 * position + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], entry)) break;
    place(position, heap_[child]);
    position = child;
  }
  place(position, entry);
}

}  // namespace loopgate::wireguard
