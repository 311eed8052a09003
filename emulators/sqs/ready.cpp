#include "emulators/sqs/ready.h"

#include <algorithm>
#include <utility>

#include "emulators/sqs/limits.h"

namespace loopgate::sqs {

void MessageLine::add(ReadyMessage message) {
  if (in_order_.empty() || in_order_.back().id < message.id) {
    in_order_.push_back(message);
  } else {
    late_.emplace(message.id, message.expires);
  }
}

std::optional<std::int64_t> MessageLine::first() const {
  if (late_.empty() && in_order_.empty()) return std::nullopt;
  if (late_.empty()) return in_order_.front().id;
  if (in_order_.empty()) return late_.begin()->first;
  return std::min(late_.begin()->first, in_order_.front().id);
}

ReadyMessage MessageLine::take_first() {
  if (!late_.empty() && late_.begin()->first == first()) {
    const ReadyMessage message{late_.begin()->first, late_.begin()->second};
    late_.erase(late_.begin());
    return message;
  }
  const auto message = in_order_.front();
  in_order_.pop_front();
  return message;
}

bool MessageLine::remove(std::int64_t id) {
  if (late_.erase(id) > 0) return true;
  const auto found = std::ranges::lower_bound(in_order_, id, {}, &ReadyMessage::id);
  if (found == in_order_.end() || found->id != id) return false;
  in_order_.erase(found);
  return true;
}

void MessageLine::take_expired(WallTime now, std::vector<std::int64_t>& out) {
  std::erase_if(late_, [&](const auto& entry) {
    if (entry.second > now) return false;
    out.push_back(entry.first);
    return true;
  });
  std::erase_if(in_order_, [&](const ReadyMessage& message) {
    if (message.expires > now) return false;
    out.push_back(message.id);
    return true;
  });
}

void MessageLine::append_to(std::vector<ReadyMessage>& out) const {
  out.insert(out.end(), in_order_.begin(), in_order_.end());
  for (const auto& [id, expires] : late_) out.push_back({id, expires});
}

std::optional<WallTime> MessageLine::next_expiry() const {
  std::optional<WallTime> first;
  if (!in_order_.empty()) first = in_order_.front().expires;
  if (!late_.empty()) first = std::min(first.value_or(WallTime::max()), late_.begin()->second);
  return first;
}

bool StandardReady::is_noisy(const Tenant& tenant) const {
  return tenant.in_flight >= kNoisyInFlight && tenant.in_flight * 100 > in_flight_ * kNoisyShare;
}

// Where it belongs by its first message and what it has in flight; away when it has neither.
void StandardReady::place(Tenants::iterator found) {
  auto& tenant = found->second;
  if (tenant.head != 0) (tenant.stands_noisy ? noisy_heads_ : heads_).erase(tenant.head);
  tenant.head = tenant.line.first().value_or(0);
  tenant.stands_noisy = is_noisy(tenant);
  if (tenant.head != 0) {
    (tenant.stands_noisy ? noisy_heads_ : heads_).emplace(tenant.head, found);
  } else if (tenant.in_flight == 0) {
    tenants_.erase(found);
  }
}

void StandardReady::add(ReadyMessage message, const std::string& group) {
  if (group.empty()) return alone_.add(message);
  const auto tenant = tenants_.try_emplace(group).first;
  tenant->second.line.add(message);
  ++grouped_;
  place(tenant);
}

// The shares of all tenants change with each message: where they stand is looked at when it counts.
std::optional<std::int64_t> StandardReady::first_quiet() {
  for (auto at = noisy_heads_.begin(); at != noisy_heads_.end();) {
    const auto tenant = (at++)->second;
    if (!is_noisy(tenant->second)) place(tenant);
  }
  while (!heads_.empty() && is_noisy(heads_.begin()->second->second)) place(heads_.begin()->second);
  if (heads_.empty()) return alone_.first();
  return std::min(heads_.begin()->first, alone_.first().value_or(heads_.begin()->first));
}

ReadyMessage StandardReady::take_from(Tenants::iterator tenant) {
  const auto message = tenant->second.line.take_first();
  --grouped_;
  place(tenant);
  return message;
}

std::optional<ReadyMessage> StandardReady::next(const std::string&) {
  if (grouped_ == 0) {
    if (alone_.empty()) return std::nullopt;
    return alone_.take_first();
  }
  if (const auto quiet = first_quiet()) {
    return alone_.first() == quiet ? alone_.take_first() : take_from(heads_.begin()->second);
  }
  return take_from(noisy_heads_.begin()->second);
}

void StandardReady::remove(std::int64_t id, const std::string& group) {
  if (group.empty()) {
    alone_.remove(id);
    return;
  }
  const auto tenant = tenants_.find(group);
  if (tenant == tenants_.end() || !tenant->second.line.remove(id)) return;
  --grouped_;
  place(tenant);
}

void StandardReady::lock(std::int64_t, const std::string& group) {
  ++in_flight_;
  if (group.empty()) return;
  const auto tenant = tenants_.try_emplace(group).first;
  ++tenant->second.in_flight;
}

void StandardReady::unlock(std::int64_t, const std::string& group) {
  if (in_flight_ > 0) --in_flight_;
  const auto tenant = tenants_.find(group);
  if (tenant == tenants_.end()) return;
  if (tenant->second.in_flight > 0) --tenant->second.in_flight;
  if (tenant->second.in_flight == 0) place(tenant);
}

std::vector<ReadyMessage> StandardReady::all() const {
  std::vector<ReadyMessage> out;
  out.reserve(size());
  alone_.append_to(out);
  for (const auto& [group, tenant] : tenants_) tenant.line.append_to(out);
  std::ranges::sort(out, {}, &ReadyMessage::id);
  return out;
}

std::vector<std::int64_t> StandardReady::take_expired(WallTime now) {
  std::vector<std::int64_t> out;
  alone_.take_expired(now, out);
  for (auto at = tenants_.begin(); at != tenants_.end();) {
    const auto tenant = at++;
    const auto before = out.size();
    tenant->second.line.take_expired(now, out);
    grouped_ -= out.size() - before;
    if (out.size() != before) place(tenant);
  }
  return out;
}

std::optional<WallTime> StandardReady::next_expiry() const {
  auto first = alone_.next_expiry();
  // Of all tenants the oldest message; others may hide behind it for a while.
  for (const auto* heads : {&heads_, &noisy_heads_}) {
    if (heads->empty()) continue;
    const auto expiry = heads->begin()->second->second.line.next_expiry();
    if (expiry) first = std::min(first.value_or(WallTime::max()), *expiry);
  }
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

std::vector<std::int64_t> FifoReady::take_expired(WallTime now) {
  std::vector<std::int64_t> out;
  for (auto at = groups_.begin(); at != groups_.end();) {
    const auto group = at++;
    const auto before = out.size();
    std::erase_if(group->second.pending, [&](const auto& entry) {
      if (entry.second > now) return false;
      out.push_back(entry.first);
      return true;
    });
    size_ -= out.size() - before;
    if (out.size() != before) refresh(group);
  }
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
