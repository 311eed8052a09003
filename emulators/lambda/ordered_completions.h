// Results in the order of invocation: on simulated time, real processes must not decide by their
// speed what happens first.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace loopgate::lambda {

class OrderedCompletions {
 public:
  using Ticket = std::uint64_t;

  Ticket open() {
    results_.emplace(++last_, nullptr);
    return last_;
  }
  // Runs `act` when every earlier ticket is done; it may open and finish others.
  void finish(Ticket ticket, std::move_only_function<void()> act) {
    results_[ticket] = std::move(act);
    while (!results_.empty() && results_.begin()->second) {
      auto next = std::move(results_.begin()->second);
      results_.erase(results_.begin());
      next();
    }
  }

 private:
  Ticket last_ = 0;
  std::map<Ticket, std::move_only_function<void()>> results_;
};

}  // namespace loopgate::lambda
