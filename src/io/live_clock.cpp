#include "io/live_clock.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "io/limits.h"

namespace loopgate::io {

LiveClock::LiveClock(Clock& clock, SystemTime system) : clock_(clock), system_(std::move(system)) {
  skew_ = clock_.now() - system_.instant();
  start(Duration{});
}

void LiveClock::start(Duration ahead) {
  clock_.advance_to(system_.instant() + skew_);
  ahead_ = ahead;
  clock_.set_wall(system_.wall() + ahead);
}

void LiveClock::catch_up() {
  const Instant now = system_.instant() + skew_;
  if (std::chrono::abs(system_.wall() + ahead_ - clock_.wall_at(now)) > kWallTolerance) {
    follow_system_wall();
  }
  clock_.advance_to(now);
}

// Two clocks cannot be read at once: a reading counts that nothing came between.
void LiveClock::follow_system_wall() {
  for (int attempt = 0; attempt < kReadingAttempts; ++attempt) {
    const Instant before = system_.instant();
    const WallTime wall = system_.wall();
    if (system_.instant() - before > kReadingTime) continue;
    const Duration drift = wall + ahead_ - clock_.wall_at(before + skew_);
    if (std::chrono::abs(drift) <= kWallTolerance) return;
    ahead_ -= drift;
    const auto rounded =
        to_string(std::chrono::round<std::chrono::milliseconds>(std::chrono::abs(drift)));
    if (drift > Duration{}) {
      moves_.push_back({.step = drift, .target = {}, .follows_system = true, .arrived = nullptr});
      return tell(
          fmt::format("the system's clock went ahead by {}: so does the sandbox's", rounded));
    }
    return tell(
        fmt::format("the system's clock was set back by {}: the sandbox's goes on, ahead of it "
                    "by {} until 'loopgate reset'",
                    rounded, to_string(std::chrono::round<std::chrono::seconds>(ahead_))));
  }
}

Duration LiveClock::kept_ahead() const {
  Duration sum = ahead_;
  for (const auto& move : moves_) {
    if (!move.follows_system) continue;
    sum += move.target ? *move.target - clock_.now() : move.step;
  }
  return sum;
}

LiveClock::MoveId LiveClock::advance(Duration step, Arrived arrived) {
  LOOPGATE_CHECK(step >= Duration::zero());
  const MoveId id{++last_move_};
  moves_.push_back({.id = id, .step = step, .target = {}, .arrived = std::move(arrived)});
  return id;
}

void LiveClock::abandon(MoveId id) {
  std::erase_if(moves_, [id](const Move& move) { return move.id == id && !move.follows_system; });
}

Instant LiveClock::destination() const {
  Instant at = clock_.now();
  for (const auto& move : moves_) at = move.target ? std::max(at, *move.target) : at + move.step;
  return at;
}

void LiveClock::set_back() {
  auto moves = std::exchange(moves_, {});
  clock_.advance_to(system_.instant() + skew_);
  ahead_ = {};
  clock_.set_wall(system_.wall());
  for (auto& move : moves) {
    if (move.arrived) move.arrived(false);
  }
}

void LiveClock::hold_while(std::function<RunningFunctions()> running, Duration guard) {
  running_ = std::move(running);
  guard_ = guard;
}

bool LiveClock::go_on(const std::function<bool()>& settled) {
  if (moves_.empty()) {
    held_since_.reset();
    overdue_ = 0;
    return false;
  }
  const Instant enough = system_.instant() + kMoveSlice;
  bool went = false;
  do {
    if (!settled() || moves_.empty() || is_held()) break;
    take_step();
    went = true;
    // What fired may have answered a function that waits, which hears of it at the turn's end.
  } while (!moves_.empty() && !any_function_runs() && system_.instant() < enough);
  return went;
}

void LiveClock::take_step() {
  Move& move = moves_.front();
  if (!move.target) move.target = clock_.now() + move.step;
  const auto next = clock_.next();
  if (next && *next <= *move.target) {
    jump_to(*next);
    clock_.fire_next(*next);
    return;
  }
  jump_to(*move.target);
  clock_.advance_to(*move.target);
  auto arrived = std::move(move.arrived);
  moves_.pop_front();
  if (arrived) arrived(true);
}

void LiveClock::jump_to(Instant t) {
  const Duration step = until(t);
  if (step <= Duration{}) return;
  skew_ += step;
  ahead_ += step;
}

bool LiveClock::is_held() {
  const RunningFunctions functions = running_ ? running_() : RunningFunctions(0);
  const std::size_t running =
      functions.all > functions.waiting ? functions.all - functions.waiting : 0;
  overdue_ = std::min(overdue_, running);
  if (running == overdue_) {
    held_since_.reset();
    return false;
  }
  const Instant now = system_.instant();
  if (!held_since_) held_since_ = now;
  if (now - *held_since_ < guard_) return true;
  overdue_ = running;
  held_since_.reset();
  tell("a function ran on in real time longer than the clock waits for it");
  return false;
}

Duration LiveClock::patience() const {
  if (moves_.empty()) return Duration::max();
  if (!held_since_) return Duration::zero();
  return std::max(Duration::zero(), *held_since_ + guard_ - system_.instant());
}

void LiveClock::tell(std::string sentence) const {
  if (listener_) listener_(std::move(sentence));
}

}  // namespace loopgate::io
