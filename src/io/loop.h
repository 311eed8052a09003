// The one event loop. A turn: wait for the kernel or the next deadline; run what is ready (sockets,
// HTTP, processes), due timers, posted tasks; then the end of the turn: datagrams leave, the
// transaction commits, answers that waited for it are written.
//
// The only room, besides emulators/http, that includes Asio or POSIX; Asio appears in no header.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/guard.h"
#include "base/system_time.h"
#include "base/task_queue.h"

namespace boost::asio {
class io_context;
}

namespace loopgate::io {

class LiveClock;

class Loop {
 public:
  // Live, the loop tells `clock` the time (live_clock.h). Simulated, it never moves it.
  enum class Mode { kLive, kSimulated };

  // `system` is read when live.
  Loop(Clock& clock, TaskQueue& tasks, Mode mode, SystemTime system = {});
  ~Loop();
  Loop(const Loop&) = delete;

  // Turns until `stop`.
  void run();
  void stop();
  bool stopped() const;

  // One turn. Waits for at most `max_wait` of real time when nothing is ready (zero: does not
  // wait). Returns whether anything ran.
  bool turn(Duration max_wait);

  // Tells the clock the time, firing what is due. Whatever the kernel wakes (a handler on
  // `context()`) calls it before anything else, so that what it does is stamped with the time of
  // its arrival. What fires may destroy its owner: callers hold on to themselves. Simulated: does
  // nothing.
  void catch_up();

  // Live only: moves of the clock, which happen in turns.
  LiveClock& live_clock();

  // Called at each turn's end in the order they were added. `kFlush` hooks (datagrams) run before
  // `kCommit` (the store), `kAfterCommit` last.
  enum class Stage { kFlush, kCommit, kAfterCommit };
  void at_turn_end(Stage stage, std::function<void()> hook);

  // Once, at the end of this turn: for what has had its share of it and goes on in the next.
  void after_turn(std::function<void()> callback);

  // Held by whatever waits for an answer from outside this process that will surely come (an HTTP
  // request with its deadlines): a sandbox that settles waits for as long as somebody holds one.
  std::shared_ptr<void> outside_work();
  bool awaits_outside() const;

  // SIGINT and SIGTERM; the callback runs in a turn.
  void on_signal(std::function<void(int signal)> callback);

  // Everything that the loop runs, its clock's timers and its queue's tasks run behind it. It
  // outlives the loop's turns. Whoever calls others from a handler of the kernel's runs each call
  // behind guard(), so that what it does after the call (watching a socket again) is done.
  void guard_by(Guard& guard);
  Guard* guard() const;  // null: there is none

  boost::asio::io_context& context();  // for io and emulators/http only
  Clock& clock();
  TaskQueue& tasks();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace loopgate::io
