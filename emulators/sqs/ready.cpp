#include "emulators/sqs/ready.h"

#include <algorithm>
#include <utility>

namespace loopgate::sqs {

void StandardReady::add(ReadyMessage message, const std::string&) {
  if (in_order_.empty() || in_order_.back().id < message.id) {
    in_order_.push_back(message);
  } else {
    late_.emplace(message.id, message.expires);
  }
}

std::optional<ReadyMessage> StandardReady::next(const std::string&) {
  const bool take_late =
      !late_.empty() && (in_order_.empty() || late_.begin()->first < in_order_.front().id);
  if (take_late) {
    const ReadyMessage message{late_.begin()->first, late_.begin()->second};
    late_.erase(late_.begin());
    return message;
  }
  if (in_order_.empty()) return std::nullopt;
  const auto message = in_order_.front();
  in_order_.pop_front();
  return message;
}

void StandardReady::remove(std::int64_t id, const std::string&) {
  if (late_.erase(id) > 0) return;
  const auto found = std::ranges::lower_bound(in_order_, id, {}, &ReadyMessage::id);
  if (found != in_order_.end() && found->id == id) in_order_.erase(found);
}

std::vector<ReadyMessage> StandardReady::all() const {
  std::vector<ReadyMessage> out(in_order_.begin(), in_order_.end());
  for (const auto& [id, expires] : late_) out.push_back({id, expires});
  std::ranges::sort(out, {}, &ReadyMessage::id);
  return out;
}

std::optional<WallTime> StandardReady::next_expiry() const {
  std::optional<WallTime> first;
  if (!in_order_.empty()) first = in_order_.front().expires;
  if (!late_.empty()) first = std::min(first.value_or(WallTime::max()), late_.begin()->second);
  return first;
}

void FifoReady::refresh(Groups::iterator found) {
  auto& [name, group] = *found;
  if (group.has_next() != (group.turn != 0)) {
    if (group.turn != 0) {
      waiting_.erase(std::exchange(group.turn, 0));
    } else {
      group.turn = ++last_turn_;
      waiting_.emplace(group.turn, name);
    }
  }
  const auto oldest = group.pending.empty() ? 0 : group.pending.begin()->first;
  if (oldest != group.oldest) {
    oldest_.erase(group.oldest);
    if (oldest != 0) oldest_.insert(*group.pending.begin());
    group.oldest = oldest;
  }
  if (group.pending.empty() && group.held.empty()) groups_.erase(found);
}

void FifoReady::add(ReadyMessage message, const std::string& group) {
  const auto found = groups_.try_emplace(group).first;
  if (found->second.pending.emplace(message.id, message.expires).second) ++size_;
  refresh(found);
}

std::optional<ReadyMessage> FifoReady::next(const std::string& preferred_group) {
  auto found = groups_.find(preferred_group);
  if (found == groups_.end() || found->second.turn == 0) {
    if (waiting_.empty()) return std::nullopt;
    found = groups_.find(waiting_.begin()->second);
  }
  auto& pending = found->second.pending;
  const ReadyMessage message{pending.begin()->first, pending.begin()->second};
  pending.erase(pending.begin());
  --size_;
  refresh(found);
  return message;
}

void FifoReady::remove(std::int64_t id, const std::string& group) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return;
  size_ -= found->second.pending.erase(id);
  refresh(found);
}

void FifoReady::lock(std::int64_t id, const std::string& group) {
  const auto found = groups_.try_emplace(group).first;
  found->second.held.insert(id);
  refresh(found);
}

void FifoReady::unlock(std::int64_t id, const std::string& group) {
  const auto found = groups_.find(group);
  if (found == groups_.end()) return;
  found->second.held.erase(id);
  refresh(found);
}

std::vector<ReadyMessage> FifoReady::all() const {
  std::vector<ReadyMessage> out;
  for (const auto& [name, group] : groups_) {
    for (const auto& [id, expires] : group.pending) out.push_back({id, expires});
  }
  std::ranges::sort(out, {}, &ReadyMessage::id);
  return out;
}

std::optional<WallTime> FifoReady::next_expiry() const {
  if (oldest_.empty()) return std::nullopt;
  return oldest_.begin()->second;
}

std::unique_ptr<Ready> make_ready(bool is_fifo) {
  if (is_fifo) return std::make_unique<FifoReady>();
  return std::make_unique<StandardReady>();
}

}  // namespace loopgate::sqs
