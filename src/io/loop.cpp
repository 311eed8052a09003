#include "io/loop.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <deque>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/system_time.h"
#include "io/limits.h"

namespace loopgate::io {

namespace asio = boost::asio;

struct Loop::Impl {
  Impl(Clock& clock, TaskQueue& tasks, Mode mode) : clock(clock), tasks(tasks), mode(mode) {}

  Duration time_to_wait(Duration max_wait) const;
  bool serve_kernel(Duration wait);
  bool fire_due(Loop& loop);
  bool run_tasks();
  void end_turn();
  void wait_for_signal();

  Clock& clock;
  TaskQueue& tasks;
  const Mode mode;
  Guard* guard = nullptr;
  Duration skew{};
  std::atomic<bool> stopped = false;
  bool in_tasks = false;
  bool caught_up = false;  // in this turn, by a handler
  bool more_is_likely = false;
  unsigned lone_events = 0;
  std::function<void(int)> signal_callback;
  // One thread runs the loop; the hint spares Asio what several would need.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::optional<asio::signal_set> signals;
  // Last, to be destroyed first: what they hold may hold sockets. One may be added while another
  // runs.
  std::array<std::deque<std::function<void()>>, 3> hooks;
};

Loop::Loop(Clock& clock, TaskQueue& tasks, Mode mode)
    : impl_(std::make_unique<Impl>(clock, tasks, mode)) {
  catch_up();
}

Loop::~Loop() = default;

void Loop::run() {
  while (!stopped()) turn(std::chrono::hours(1));
}

void Loop::stop() {
  impl_->stopped = true;
  asio::post(impl_->context, [] {});  // wakes it
}

bool Loop::stopped() const {
  return impl_->stopped;
}

bool Loop::turn(Duration max_wait) {
  impl_->caught_up = false;
  bool ran = impl_->serve_kernel(impl_->time_to_wait(max_wait));
  ran |= impl_->fire_due(*this);
  ran |= impl_->run_tasks();
  impl_->end_turn();
  return ran;
}

void Loop::catch_up() {
  if (impl_->mode != Mode::kLive) return;
  Clock& clock = impl_->clock;
  const Instant now = system_instant() + impl_->skew;
  const WallTime wall = system_wall() + impl_->skew;
  if (std::chrono::abs(wall - clock.wall_at(now)) > kWallTolerance) {
    clock.set_wall(wall - (now - clock.now()));
  }
  clock.advance_to(now);
  impl_->caught_up = true;
}

void Loop::advance(Duration step) {
  LOOPGATE_CHECK(impl_->mode == Mode::kLive);
  LOOPGATE_CHECK(step >= Duration::zero());
  catch_up();
  impl_->skew += step;
  impl_->clock.advance_to(impl_->clock.now() + step, [this] { impl_->run_tasks(); });
}

void Loop::at_turn_end(Stage stage, std::function<void()> hook) {
  impl_->hooks[static_cast<std::size_t>(stage)].push_back(std::move(hook));
}

void Loop::guard_by(Guard& guard) {
  impl_->guard = &guard;
  impl_->clock.guard_by(guard);
  impl_->tasks.guard_by(guard);
}

Guard* Loop::guard() const {
  return impl_->guard;
}

void Loop::on_signal(std::function<void(int signal)> callback) {
  impl_->signal_callback = std::move(callback);
  if (impl_->signals) return;
  impl_->signals.emplace(impl_->context, SIGINT, SIGTERM);
  impl_->wait_for_signal();
}

asio::io_context& Loop::context() {
  return impl_->context;
}
Clock& Loop::clock() {
  return impl_->clock;
}
TaskQueue& Loop::tasks() {
  return impl_->tasks;
}

// The kernel is asked to wake us for the next deadline by the wait's own limit: a timer of the
// kernel's would cost a call whenever the earliest deadline changes.
Duration Loop::Impl::time_to_wait(Duration max_wait) const {
  if (!tasks.empty() || stopped) return Duration::zero();
  if (mode == Mode::kSimulated) return max_wait;
  const auto next = clock.next();
  if (!next) return max_wait;
  return std::min(max_wait, *next - (system_instant() + skew));
}

// Handlers that make others ready (a client that asks again and again) must not hold up the turn's
// end.
bool Loop::Impl::serve_kernel(Duration wait) {
  // A handler that throws has run.
  std::size_t first = 1;
  watch_guarded(guard, "the event loop", [&] {
    first = wait > Duration::zero() ? context.run_one_for(wait) : context.poll_one();
  });
  if (first == 0) return false;
  // To ask for more costs a call to the kernel, in vain while one client waits for one answer. The
  // turns in between only serve one event each.
  if (!more_is_likely && ++lone_events % kLoneEventsBeforeLook != 0) return true;
  int served = 1;
  for (std::size_t ran = 1; served < kEventsPerTurn && ran != 0; served += ran != 0) {
    ran = 1;
    watch_guarded(guard, "the event loop", [&] { ran = context.poll_one(); });
  }
  more_is_likely = served > 1;
  return true;
}

bool Loop::Impl::fire_due(Loop& loop) {
  if (mode == Mode::kSimulated) return false;
  const auto next = clock.next();
  if (!caught_up) loop.catch_up();
  return next && *next <= clock.now();
}

// Not from within a task: `advance` may be called there, and settles when that task has ended.
bool Loop::Impl::run_tasks() {
  if (in_tasks) return false;
  in_tasks = true;
  bool ran = false;
  for (int round = 0; round < kTaskRoundsPerTurn && !tasks.empty(); ++round) {
    tasks.run_ready();
    ran = true;
  }
  in_tasks = false;
  return ran;
}

void Loop::Impl::end_turn() {
  for (auto& stage : hooks) {
    // By index: a hook may add another.
    for (std::size_t i = 0; i < stage.size(); ++i)
      watch_guarded(guard, "the end of a turn", stage[i]);
  }
}

void Loop::Impl::wait_for_signal() {
  signals->async_wait([this](const boost::system::error_code& error, int signal) {
    if (error) return;
    wait_for_signal();
    signal_callback(signal);
  });
}

}  // namespace loopgate::io
