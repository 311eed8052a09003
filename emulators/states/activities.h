// Work for activities: tasks that wait for a worker, and workers that wait for a task.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "aws/account_scope.h"
#include "base/clock.h"
#include "emulators/http/api.h"
#include "emulators/states/language/datum.h"

namespace loopgate::states {

class Activities {
 public:
  // Tells the execution that a worker took its task; false when it no longer wants it.
  using Taken = std::function<bool(const std::string& token, const std::string& worker)>;

  Activities(Clock& clock, Taken taken) : clock_(clock), taken_(std::move(taken)) {}

  void offer(const std::string& activity_arn, const std::string& token, Datum input);
  void withdraw(const std::string& token);
  // Answers with a task at once or within a minute, then empty. Returns what abandons the call.
  std::function<void()> poll(const std::string& activity_arn, const std::string& worker,
                             http::ApiReply reply);
  void forget(const aws::AccountScope& scope);

 private:
  struct Task {
    std::string token;
    Datum input;
  };
  struct Poller {
    std::uint64_t id = 0;
    std::string worker;
    http::ApiReply reply;
    ScopedTimer timer;
  };

  void match(const std::string& activity_arn);
  void give_up(const std::string& activity_arn, std::uint64_t id, bool answers);

  Clock& clock_;
  Taken taken_;
  std::map<std::string, std::deque<Task>> tasks_;
  std::map<std::string, std::deque<std::unique_ptr<Poller>>> pollers_;
  std::uint64_t last_id_ = 0;
};

}  // namespace loopgate::states
