// What fires schedules, and scheduled rules: the next time of each, the timer of the first of them,
// the attempts of what has fired until they succeed or are given up.
//
// What is due is a row before it is called, and what is called in one turn of the loop is committed
// with that turn: a process that is killed repeats nothing that was done, and forgets nothing that
// was not. What fell due while no process ran fires once, late; its other times are passed over.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "aws/account_scope.h"
#include "base/alive.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "emulators/scheduler/calls.h"
#include "emulators/scheduler/expression/expression.h"
#include "emulators/scheduler/tables.h"
#include "emulators/scheduler/zones.h"

namespace loopgate::scheduler {

class Engine {
 public:
  struct Parts {
    Clock& clock;
    TaskQueue& tasks;
    Random& random;
    Journal& journal;
    store::Store& store;
  };

  Engine(const Parts& parts, const Neighbours& neighbours);
  Engine(const Engine&) = delete;

  // When every service is there: what a former process began goes on, what is due fires.
  void resume();

  // Made or changed: it is planned anew, from now on. Its expression is one that parses.
  void put(Schedule schedule);
  // With its firings.
  void remove(const std::string& arn);
  void remove_all(const aws::AccountScope& scope);
  // Firings that are not over go; schedules stay, and are planned anew when the clock is where it
  // will be.
  void forget(const aws::AccountScope& scope);

  Tables& tables() { return tables_; }
  Calls& calls() { return calls_; }
  Zones& zones() { return zones_; }
  Clock& clock() { return clock_; }

 private:
  void plan(Schedule& schedule, WallTime after);
  void plan_all(const aws::AccountScope& scope);
  // The timers of all rows.
  void rebuild();
  void arm();
  void run_next();
  void pass_over(Schedule schedule);
  void fire(Schedule schedule);
  void attempt(Firing firing);
  void finished(const std::string& id, Instant began, const aws::Outcome<aws::Done>& outcome);
  void failed(Firing firing, const aws::AwsError& error);
  void end(const Firing& firing);
  void tell(EventKind kind, const Firing& firing, std::string text, Duration took = {});
  Duration delay_after(int attempts);

  Clock& clock_;
  TaskQueue& tasks_;
  Random& random_;
  Journal& journal_;
  Tables tables_;
  Zones zones_;
  Calls calls_;
  // By time: ARNs of schedules, ids of firings.
  using Item = std::pair<WallTime, std::string>;
  std::set<Item> agenda_;
  Item begun_;  // and not ended: it is undone
  ScopedTimer timer_;
  bool is_running_ = false;  // since `resume`
  Alive alive_;
};

}  // namespace loopgate::scheduler
