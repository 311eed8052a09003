// Asynchronous invocations: stored before their 202, run at once, retried after one and two minutes
// of the clock, and handed to the function's dead-letter queue or on-failure destination when
// nothing helped. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "aws/account_scope.h"
#include "aws/error.h"
#include "aws/ports.h"
#include "base/alive.h"
#include "emulators/lambda/function_table.h"
#include "emulators/lambda/invocation.h"
#include "emulators/lambda/surroundings.h"

namespace loopgate::lambda {

struct QueuedEvent {
  std::int64_t id = 0;
  std::string arn;  // as it was called
  std::string request_id;
  std::string payload;
  std::string tenant_id;
  int attempts = 0;  // made so far
  std::int64_t accepted_ms = 0;
  std::int64_t due_ms = 0;
};

// Sends what could not be processed (or its record) to a queue, topic or function. The target's ARN
// decides.
using DeliverRecord = std::function<void(const std::string& target_arn, std::string payload,
                                         std::vector<aws::MessageAttribute> attributes)>;

class EventQueue {
 public:
  struct Runner {
    // Null when the function has gone.
    std::function<FunctionPtr(const std::string& arn)> find;
    std::function<void(const QueuedEvent&,
                       std::move_only_function<void(aws::Outcome<InvocationOutcome>)>)>
        run;
  };

  EventQueue(Surroundings& surroundings, Runner runner, DeliverRecord deliver);

  // Stored in this turn's transaction; runs in a later task. False when kMaxStoredEvents wait.
  bool accept(QueuedEvent event);
  // Stored events go; those that run are not retried.
  void forget(const aws::AccountScope& scope);
  std::size_t running() const { return running_.size(); }
  std::size_t stored() const { return events_.size(); }

 private:
  void load();
  void schedule();
  void run_due();
  void run(std::int64_t id);
  void on_result(std::int64_t id, const aws::Outcome<InvocationOutcome>& result);
  void retry_at(QueuedEvent& event, std::int64_t due_ms);
  void give_up(const QueuedEvent& event, const FunctionConfig& function, std::string_view condition,
               const InvocationOutcome& outcome);
  void finish(std::int64_t id);

  Surroundings& surroundings_;
  Runner runner_;
  DeliverRecord deliver_;
  std::map<std::int64_t, QueuedEvent> events_;              // all that is stored
  std::set<std::pair<std::int64_t, std::int64_t>> by_due_;  // (due, id) of those that do not run
  std::set<std::int64_t> running_;
  bool scheduled_ = false;
  ScopedTimer timer_;
  Alive alive_;
  store::Statement select_, insert_, update_, delete_;
};

}  // namespace loopgate::lambda
