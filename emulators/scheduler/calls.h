// How a firing becomes a call: of the service that its target's ARN names, by the dispatcher's row,
// or of any operation by the one call (universal targets). The role that the target names is
// assumed for each attempt, and must allow it.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets.html
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "aws/api.h"
#include "base/random.h"
#include "emulators/scheduler/schedule.h"
#include "emulators/targets/dispatcher.h"

namespace loopgate::scheduler {

// "arn:aws:scheduler:::aws-sdk:sqs:sendMessage".
struct UniversalTarget {
  std::string service;  // "sqs", as the SDKs name it
  std::string action;   // "sendMessage"

  // nullopt: another kind of ARN.
  static std::optional<UniversalTarget> parse(std::string_view arn);
  // Scheduler calls nothing that only reads.
  bool only_reads() const;
};

// The services behind an account's schedules.
struct Neighbours {
  targets::Dispatcher& dispatcher;
  aws::Api& api;
  // AccessDenied when the role does not exist, or does not trust the principal
  // ("scheduler.amazonaws.com") on behalf of `source_arn`.
  std::function<aws::Outcome<aws::SessionPtr>(
      const std::string& role_arn, const std::string& principal, const std::string& source_arn,
      const std::string& session_name)>
      assume;
};

class Calls {
 public:
  Calls(const Neighbours& neighbours, Random& random) : neighbours_(neighbours), random_(random) {}

  // One attempt. `done` is called once, at once or later.
  void call(const Firing& firing, aws::Completion<aws::Done> done);
  // The end of one that failed: into its dead-letter queue, and one warning. `exhausted`:
  // "MaximumRetryAttempts" or "MaximumEventAgeInSeconds"; empty: it is not tried again whatever the
  // policy says.
  void give_up(const Firing& firing, const aws::AwsError& error, std::string_view exhausted);
  // Whether the role may be assumed on behalf of that schedule.
  aws::Outcome<aws::SessionPtr> assume(const std::string& role_arn, const std::string& schedule_arn,
                                       const std::string& session_name) const;

 private:
  targets::Parcel parcel(const Firing& firing, aws::SessionPtr session);
  // The target's Input with its variables; without one, what AWS tells a target by default.
  std::string payload(const Firing& firing);
  void call_universal(const Firing& firing, const UniversalTarget& target, aws::SessionPtr session,
                      aws::Completion<aws::Done> done);

  Neighbours neighbours_;
  Random& random_;
};

// "the schedule default/tick", "the rule tick".
std::string title(const std::string& schedule_arn);

}  // namespace loopgate::scheduler
