// A map that keeps its most recently used entries: what the gateway remembers about strangers must
// not grow with their number.
#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>

namespace loopgate::gateway {

template <class Key, class Value>
class RecentMap {
 public:
  explicit RecentMap(std::size_t capacity) : capacity_(capacity) {}

  // Also makes the entry the most recent. Valid until the next `put`.
  Value* find(const Key& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  void put(const Key& key, Value value) {
    if (Value* known = find(key); known != nullptr) {
      *known = std::move(value);
      return;
    }
    if (index_.size() == capacity_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
    }
    entries_.emplace_front(key, std::move(value));
    index_.emplace(key, entries_.begin());
  }

  void erase(const Key& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return;
    entries_.erase(found->second);
    index_.erase(found);
  }

  std::size_t size() const { return index_.size(); }
  bool empty() const { return index_.empty(); }

 private:
  using Entries = std::list<std::pair<Key, Value>>;

  std::size_t capacity_;
  Entries entries_;  // most recent first
  std::unordered_map<Key, typename Entries::iterator> index_;
};

}  // namespace loopgate::gateway
