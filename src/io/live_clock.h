// Live time: what the Clock is told by the system's clocks.
//
// - The sandbox's time flows with CLOCK_MONOTONIC. Its wall time is bound to it: while we run the
//   two never drift apart, so that a deadline of the one is a deadline of the other.
// - `advance` moves both ahead, deadline by deadline: what is due fires, in order, and each is
//   settled before the next. A function that runs holds the clock (its time is real: meanwhile the
//   sandbox's flows as the system's does), unless it waits for one of our own timers or runs over
//   the guard. A move is made in slices between the turns of the loop: sockets and HTTP go on.
// - When the system's wall clock goes ahead of its monotonic one (it was set, or the machine
//   slept), that time has passed here too: a move like any other.
// - When the system's wall clock is set back, ours goes on as if nothing had happened and is ahead
//   of it from then on. It never runs backwards, so nothing that is due can lie in the future for
//   ever. Only `set_back` puts it back, for a reset that forgets what was due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/system_time.h"

namespace loopgate::io {

// Functions that run now. Those that wait for an answer of ours do not hold the clock.
struct RunningFunctions {
  RunningFunctions(std::size_t all_of_them,
                   std::size_t waiting_ones = 0)  // NOLINT: a number is one
      : all(all_of_them), waiting(waiting_ones) {}

  std::size_t all;
  std::size_t waiting;
};

class LiveClock {
 public:
  LiveClock(Clock& clock, SystemTime system);

  // Sets the wall time, before anything hangs on it: the system's, and `ahead`.
  void start(Duration ahead);
  // Tells the clock the time, firing what is due.
  void catch_up();
  // Real time until the clock shows `deadline`; zero or less when it does.
  Duration until(Instant deadline) const { return deadline - (system_.instant() + skew_); }
  // How far our wall time is ahead of the system's.
  Duration ahead() const { return ahead_; }
  // The same when what the system's clock went ahead has been followed: what is worth keeping.
  Duration kept_ahead() const;

  enum class MoveId : std::uint64_t {};
  // `arrived` is called once, in a turn: true when the clock has got there with everything settled,
  // false when `set_back` came between. Moves queue up; each begins where the one before ended.
  using Arrived = std::move_only_function<void(bool arrived)>;
  MoveId advance(Duration step, Arrived arrived);
  // The clock stays where it is by now; `arrived` is not called. One that is over counts.
  void abandon(MoveId move);
  // Where the clock will be when all moves are done.
  Instant destination() const;
  // Back to the system's wall time; moves end. `Instant`s go on: they never move backwards.
  void set_back();

  // Who holds the clock while it moves. Functions that do so for longer than `guard` of real time
  // no longer count.
  void hold_while(std::function<RunningFunctions()> running, Duration guard);
  // Hears a sentence about the system's clock or an impatient move.
  void set_listener(std::function<void(std::string)> listener) { listener_ = std::move(listener); }

  // Goes on with the moves, for a slice of real time; at the beginning of a turn, when the answers
  // of the last one are written. `settled` runs what is ready and says whether nothing is left.
  // Gives whether anything fired or arrived.
  bool go_on(const std::function<bool()>& settled);
  // How long the loop may sleep on behalf of moves: nothing without a reason to wait.
  Duration patience() const;

 private:
  struct Move {
    MoveId id{};
    Duration step{};
    std::optional<Instant> target;  // once it has begun
    bool follows_system = false;
    Arrived arrived;
  };

  void follow_system_wall();
  bool is_held();
  bool any_function_runs() const { return running_ && running_().all > 0; }
  void take_step();
  void jump_to(Instant t);
  void tell(std::string sentence) const;

  Clock& clock_;
  SystemTime system_;
  Duration skew_{};   // of our Instants: ahead of the system's monotonic clock
  Duration ahead_{};  // of our wall time: ahead of the system's
  std::deque<Move> moves_;
  std::uint64_t last_move_ = 0;
  std::function<RunningFunctions()> running_;
  Duration guard_{};
  std::optional<Instant> held_since_;  // the system's
  std::size_t overdue_ = 0;            // of those that run: no longer waited for
  std::function<void(std::string)> listener_;
};

}  // namespace loopgate::io
