// The sessions of execution roles. One is asked for when the first task needs it, and kept until
// shortly before it ends; what it may do is looked up with each call.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "aws/ports.h"
#include "base/alive.h"
#include "base/clock.h"

namespace loopgate::states {

class Sessions {
 public:
  Sessions(aws::StsPort& sts, Clock& clock) : sts_(sts), clock_(clock) {}

  // `principal`: "states.amazonaws.com", or the role on whose behalf another one is assumed
  // (Credentials). Completes at once when there is one.
  void get(const std::string& role_arn, const std::string& principal,
           aws::Completion<aws::SessionPtr> done);
  void forget() { sessions_.clear(); }

 private:
  using Key = std::pair<std::string, std::string>;

  aws::StsPort& sts_;
  Clock& clock_;
  std::map<Key, aws::SessionPtr> sessions_;
  Alive alive_;
};

}  // namespace loopgate::states
