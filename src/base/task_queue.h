// Work that is ready but must not run inside its caller: every port completes through here,
// embedded or remote, so that submit-and-complete has one order. The event loop runs it once per
// turn; scenarios until it is empty.
#pragma once

#include <deque>
#include <functional>
#include <utility>

namespace loopgate {

class TaskQueue {
 public:
  using Task = std::move_only_function<void()>;

  void post(Task task) { tasks_.push_back(std::move(task)); }
  bool empty() const { return tasks_.empty(); }

  // Runs what is queued now; what these tasks post waits for the next call. Returns how many ran.
  std::size_t run_ready() {
    std::size_t ran = 0;
    for (auto left = tasks_.size(); left > 0; --left, ++ran) {
      auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
    return ran;
  }

 private:
  std::deque<Task> tasks_;
};

}  // namespace loopgate
