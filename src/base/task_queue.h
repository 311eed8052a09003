// Work that is ready but must not run inside its caller: every port completes through here,
// embedded or remote, so that submit-and-complete has one order. The event loop runs it once per
// turn; scenarios until it is empty.
#pragma once

#include <deque>
#include <functional>
#include <source_location>
#include <utility>

#include "base/guard.h"

namespace loopgate {

class TaskQueue {
 public:
  using Task = std::move_only_function<void()>;

  // Each task runs behind it; it outlives the queue's runs.
  void guard_by(Guard& guard) { guard_ = &guard; }

  void post(Task task, std::source_location from = std::source_location::current()) {
    tasks_.push_back({std::move(task), from});
  }
  bool empty() const { return tasks_.empty(); }

  // Runs what is queued now; what these tasks post waits for the next call. Returns how many ran.
  std::size_t run_ready() {
    std::size_t ran = 0;
    for (auto left = tasks_.size(); left > 0; --left, ++ran) {
      auto posted = std::move(tasks_.front());
      tasks_.pop_front();
      run_guarded(guard_, {"a task", posted.from}, [&] { posted.task(); });
    }
    return ran;
  }

 private:
  struct Posted {
    Task task;
    std::source_location from;
  };

  Guard* guard_ = nullptr;
  std::deque<Posted> tasks_;
};

}  // namespace loopgate
