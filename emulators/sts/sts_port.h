// STS as the gateway reaches it: a session for a role that exists and trusts the caller.
#pragma once

#include <string>

#include "aws/ports.h"
#include "base/clock.h"
#include "base/task_queue.h"
#include "emulators/iam/roles.h"

namespace loopgate::sts {

class EmbeddedSts : public aws::StsPort {
 public:
  EmbeddedSts(iam::Roles& roles, Clock& clock, TaskQueue& tasks)
      : roles_(roles), clock_(clock), tasks_(tasks) {}

  // ValidationError when `duration` is outside 15 minutes … 12 hours or longer than the role
  // allows.
  void assume_role(const std::string& role_arn, const std::string& principal_arn,
                   const std::string& session_name, Duration duration,
                   aws::Completion<aws::SessionPtr> done) override;

 private:
  iam::Roles& roles_;
  Clock& clock_;
  TaskQueue& tasks_;
};

// The checks of AssumeRole's DurationSeconds.
aws::Outcome<void> check_duration(const iam::Role& role, Duration duration);
aws::Outcome<void> check_session_name(const std::string& name);

}  // namespace loopgate::sts
