// The one clock. Every deadline in the process hangs on it and nothing else reads the time. It is
// *told* the time: live by the event loop (io/live_clock.h says how the system's clocks, their
// jumps and `advance` become one time), in a scenario by the runner, step by step. How far a live
// clock is ahead of the system's is kept with the data (sandbox/clock_store.h).
//
// Timers fire in a fixed order: by deadline, then by order of insertion. A callback may set and
// cancel timers; one that it sets at or before the present fires in the same advance.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <source_location>
#include <unordered_map>
#include <utility>

#include "base/guard.h"
#include "base/time.h"

namespace loopgate {

enum class TimerId : std::uint64_t { kNone = 0 };

class Clock {
 public:
  explicit Clock(WallTime wall_start, Instant start = Instant{})
      : now_(start), wall_offset_(wall_start.time_since_epoch() - start.time_since_epoch()) {}
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  Instant now() const { return now_; }
  WallTime wall() const { return WallTime(now_.time_since_epoch() + wall_offset_); }
  WallTime wall_at(Instant t) const { return WallTime(t.time_since_epoch() + wall_offset_); }
  Instant at_wall(WallTime t) const { return Instant(t.time_since_epoch() - wall_offset_); }

  // Each callback runs behind it; it outlives the clock's moves.
  void guard_by(Guard& guard) { guard_ = &guard; }

  TimerId call_at(Instant deadline, std::function<void()> callback,
                  std::source_location from = std::source_location::current());
  TimerId call_after(Duration delay, std::function<void()> callback,
                     std::source_location from = std::source_location::current()) {
    return call_at(now_ + delay, std::move(callback), from);
  }
  // False when it has fired or was cancelled already.
  bool cancel(TimerId id);

  // The earliest deadline, if there is one.
  std::optional<Instant> next() const;

  // Moves to `t` (never backwards: an earlier `t` is ignored) and fires everything due on the way,
  // each at its own deadline. After each callback, `settle` runs (scenarios drain the loop there);
  // may be null.
  void advance_to(Instant t, const std::function<void()>& settle = nullptr);

  // Fires the earliest timer if it is due by `limit`, at its own deadline; false when none is.
  bool fire_next(Instant limit);

  // Live only (io/live_clock.h): before anything hangs on it, or when all that did is forgotten.
  void set_wall(WallTime wall) { wall_offset_ = wall.time_since_epoch() - now_.time_since_epoch(); }

 private:
  using Key = std::pair<Instant, std::uint64_t>;
  struct Timer {
    std::function<void()> callback;
    std::source_location from;
  };

  Instant now_;
  Duration wall_offset_;
  std::uint64_t last_id_ = 0;
  Guard* guard_ = nullptr;
  std::map<Key, Timer> timers_;
  std::unordered_map<std::uint64_t, Instant> deadlines_;
};

// A timer that is cancelled with its owner.
class ScopedTimer {
 public:
  ScopedTimer() = default;
  explicit ScopedTimer(Clock& clock) : clock_(&clock) {}
  ScopedTimer(ScopedTimer&& other) noexcept
      : clock_(other.clock_), id_(std::exchange(other.id_, TimerId::kNone)) {}
  ScopedTimer& operator=(ScopedTimer&& other) noexcept {
    cancel();
    clock_ = other.clock_;
    id_ = std::exchange(other.id_, TimerId::kNone);
    return *this;
  }
  ~ScopedTimer() { cancel(); }

  // Replaces what was set before.
  void set_at(Instant deadline, std::function<void()> callback,
              std::source_location from = std::source_location::current());
  void set_after(Duration delay, std::function<void()> callback,
                 std::source_location from = std::source_location::current()) {
    set_at(clock_->now() + delay, std::move(callback), from);
  }
  void cancel();
  bool is_set() const { return id_ != TimerId::kNone; }

 private:
  Clock* clock_ = nullptr;
  TimerId id_ = TimerId::kNone;
};

}  // namespace loopgate
