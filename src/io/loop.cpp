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
#include <vector>

#include "base/check.h"
#include "base/system_time.h"
#include "io/limits.h"
#include "io/live_clock.h"

namespace loopgate::io {

namespace asio = boost::asio;

namespace {

// Whether to stay awake for what comes next. Goes on while each time something came in time; after
// one in vain it pauses, longer each time: a client that is slow, or needs our core to be quick,
// soon has it for itself.
class Spins {
 public:
  bool is_worth_a_try() { return in_a_row_ > 0 || ++paused_ >= pause_; }
  void ended(bool in_time) {
    paused_ = 0;
    if (!in_time) {
      in_a_row_ = 0;
      pause_ = std::min(2 * pause_, kLongestSpinPause);
    } else if (++in_a_row_ >= kSpinsInARow) {
      pause_ = kSpinPause;
    }
  }

 private:
  unsigned in_a_row_ = 0;  // that were in time
  unsigned paused_ = 0;    // turns
  unsigned pause_ = kSpinPause;
};

}  // namespace

struct Loop::Impl {
  Impl(Clock& clock, TaskQueue& tasks, Mode mode, SystemTime system)
      : clock(clock), tasks(tasks), mode(mode) {
    if (mode == Mode::kLive) live.emplace(clock, std::move(system));
  }

  Duration time_to_wait(Duration max_wait) const;
  bool serve_kernel(Duration wait);
  std::size_t spin(Duration wait);
  std::size_t await_event(Duration wait);
  bool fire_due(Loop& loop);
  bool run_tasks();
  bool move_clock();
  void end_turn();
  void wait_for_signal();

  Clock& clock;
  TaskQueue& tasks;
  const Mode mode;
  Guard* guard = nullptr;
  std::optional<LiveClock> live;
  std::atomic<bool> stopped = false;
  bool caught_up = false;  // in this turn, by a handler
  bool more_is_likely = false;
  unsigned lone_events = 0;
  bool served = false;  // an event, in the last turn
  Spins spins;
  std::function<void(int)> signal_callback;
  // One thread runs the loop; the hint spares Asio what several would need.
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  std::optional<asio::signal_set> signals;
  // Last, to be destroyed first: what they hold may hold sockets. One may be added while another
  // runs.
  std::array<std::deque<std::function<void()>>, 3> hooks;
  std::vector<std::function<void()>> after_turn;
  std::shared_ptr<void> outside_work = std::make_shared<char>();
};

Loop::Loop(Clock& clock, TaskQueue& tasks, Mode mode, SystemTime system)
    : impl_(std::make_unique<Impl>(clock, tasks, mode, std::move(system))) {}

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
  // Who waits for the clock's arrival is answered at this turn's end.
  bool ran = impl_->move_clock();
  ran |= impl_->serve_kernel(ran ? Duration::zero() : impl_->time_to_wait(max_wait));
  ran |= impl_->fire_due(*this);
  ran |= impl_->run_tasks();
  impl_->end_turn();
  return ran;
}

void Loop::catch_up() {
  if (!impl_->live) return;
  impl_->live->catch_up();
  impl_->caught_up = true;
}

LiveClock& Loop::live_clock() {
  LOOPGATE_CHECK(impl_->live.has_value());
  return *impl_->live;
}

void Loop::at_turn_end(Stage stage, std::function<void()> hook) {
  impl_->hooks[static_cast<std::size_t>(stage)].push_back(std::move(hook));
}

void Loop::after_turn(std::function<void()> callback) {
  impl_->after_turn.push_back(std::move(callback));
}

std::shared_ptr<void> Loop::outside_work() {
  return impl_->outside_work;
}

bool Loop::awaits_outside() const {
  return impl_->outside_work.use_count() > 1;
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
  if (!live) return max_wait;
  Duration wait = std::min({max_wait, live->patience(), Duration(kLookAtWall)});
  if (const auto next = clock.next()) wait = std::min(wait, live->until(*next));
  return wait;
}

// Who answers a reply at once meets us awake: to be put to sleep and woken costs more than his
// answer takes.
std::size_t Loop::Impl::spin(Duration wait) {
  if (!served || !spins.is_worth_a_try()) return 0;
  const auto until = system_instant() + std::min(wait, Duration(kSpin));
  std::size_t ran = 0;
  do {
    ran = context.poll_one();
  } while (ran == 0 && system_instant() < until);
  spins.ended(ran != 0);
  return ran;
}

std::size_t Loop::Impl::await_event(Duration wait) {
  if (wait <= Duration::zero()) return context.poll_one();
  if (spin(wait) != 0) return 1;
  return context.run_one_for(wait);
}

// Handlers that make others ready (a client that asks again and again) must not hold up the turn's
// end.
bool Loop::Impl::serve_kernel(Duration wait) {
  // A handler that throws has run.
  std::size_t first = 1;
  watch_guarded(guard, "the event loop", [&] { first = await_event(wait); });
  served = first != 0;
  if (!served) return false;
  // To ask for more costs a call to the kernel, in vain while one client waits for one answer. The
  // turns in between only serve one event each.
  if (!more_is_likely && ++lone_events % kLoneEventsBeforeLook != 0) return true;
  int events = 1;
  for (std::size_t ran = 1; events < kEventsPerTurn && ran != 0; events += ran != 0) {
    ran = 1;
    watch_guarded(guard, "the event loop", [&] { ran = context.poll_one(); });
  }
  more_is_likely = events > 1;
  return true;
}

bool Loop::Impl::fire_due(Loop& loop) {
  if (!live) return false;
  const auto next = clock.next();
  if (!caught_up) loop.catch_up();
  return next && *next <= clock.now();
}

bool Loop::Impl::run_tasks() {
  bool ran = false;
  for (int round = 0; round < kTaskRoundsPerTurn && !tasks.empty(); ++round) {
    tasks.run_ready();
    ran = true;
  }
  return ran;
}

bool Loop::Impl::move_clock() {
  if (!live) return false;
  return live->go_on([this] {
    run_tasks();
    return tasks.empty();
  });
}

void Loop::Impl::end_turn() {
  for (auto& stage : hooks) {
    // By index: a hook may add another.
    for (std::size_t i = 0; i < stage.size(); ++i)
      watch_guarded(guard, "the end of a turn", stage[i]);
  }
  for (const auto& callback : std::exchange(after_turn, {})) {
    watch_guarded(guard, "the end of a turn", callback);
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
