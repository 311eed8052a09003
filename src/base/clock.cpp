#include "base/clock.h"

#include <algorithm>

#include "base/check.h"

namespace loopgate {

TimerId Clock::call_at(Instant deadline, std::function<void()> callback,
                       std::source_location from) {
  LOOPGATE_CHECK(callback != nullptr);
  const auto id = ++last_id_;
  timers_.emplace(Key{deadline, id}, Timer{std::move(callback), from});
  deadlines_.emplace(id, deadline);
  return TimerId{id};
}

bool Clock::cancel(TimerId id) {
  const auto found = deadlines_.find(static_cast<std::uint64_t>(id));
  if (found == deadlines_.end()) return false;
  timers_.erase(Key{found->second, found->first});
  deadlines_.erase(found);
  return true;
}

std::optional<Instant> Clock::next() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.begin()->first.first;
}

bool Clock::fire_next(Instant limit) {
  if (timers_.empty() || timers_.begin()->first.first > limit) return false;
  const auto [deadline, id] = timers_.begin()->first;
  const auto timer = std::move(timers_.begin()->second);
  timers_.erase(timers_.begin());
  deadlines_.erase(id);
  now_ = std::max(now_, deadline);
  run_guarded(guard_, {"a timer", timer.from}, [&] { timer.callback(); });
  return true;
}

void Clock::advance_to(Instant t, const std::function<void()>& settle) {
  while (fire_next(t)) {
    if (settle) settle();
  }
  now_ = std::max(now_, t);
}

void ScopedTimer::set_at(Instant deadline, std::function<void()> callback,
                         std::source_location from) {
  LOOPGATE_CHECK(clock_ != nullptr);
  cancel();
  // The slot is emptied before the callback runs: it may set this very timer again.
  const auto fire = [this, callback = std::move(callback)] {
    id_ = TimerId::kNone;
    callback();
  };
  id_ = clock_->call_at(deadline, fire, from);
}

void ScopedTimer::cancel() {
  if (id_ != TimerId::kNone) clock_->cancel(std::exchange(id_, TimerId::kNone));
}

}  // namespace loopgate
