#include "emulators/sqs/ready.h"

#include <algorithm>

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

void FifoReady::refresh(std::unordered_map<std::string, Group>::iterator found) {
  auto& group = found->second;
  const bool is_available = group.locks == 0 && !group.pending.empty();
  const auto head = is_available ? group.pending.begin()->first : 0;
  if (head != group.head) {
    if (group.head != 0) available_.erase(group.head);
    if (head != 0) available_.emplace(head, found->first);
    group.head = head;
  }
  if (group.locks == 0 && group.pending.empty()) groups_.erase(found);
}

void FifoReady::add(ReadyMessage message, const std::string& group) {
  const auto found = groups_.try_emplace(group).first;
  if (found->second.pending.emplace(message.id, message.expires).second) ++size_;
  refresh(found);
}

std::optional<ReadyMessage> FifoReady::next(const std::string& preferred_group) {
  auto found = groups_.find(preferred_group);
  if (found == groups_.end() || found->second.head == 0) {
    if (available_.empty()) return std::nullopt;
    found = groups_.find(available_.begin()->second);
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

void FifoReady::lock(const std::string& group) {
  const auto found = groups_.try_emplace(group).first;
  ++found->second.locks;
  refresh(found);
}

void FifoReady::unlock(const std::string& group) {
  const auto found = groups_.find(group);
  if (found == groups_.end() || found->second.locks == 0) return;
  --found->second.locks;
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
  if (available_.empty()) return std::nullopt;
  const auto& pending = groups_.at(available_.begin()->second).pending;
  return pending.begin()->second;
}

std::unique_ptr<Ready> make_ready(bool is_fifo) {
  if (is_fifo) return std::make_unique<FifoReady>();
  return std::make_unique<StandardReady>();
}

}  // namespace loopgate::sqs
