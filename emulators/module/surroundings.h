// What every service is given to live in: the collaborators that outlive it, and the few facts
// about the sandbox that it may ask for.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/error.h"
#include "aws/ports.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "emulators/store/store.h"
#include "io/loop.h"

namespace loopgate {

// Whether a session may do `action` ("sqs:SendMessage") to a resource: IAM's answer.
using Authorizer = std::function<aws::Outcome<void>(
    const aws::Session& session, std::string_view action, const std::string& resource_arn)>;

struct Surroundings {
  io::Loop& loop;
  Clock& clock;
  TaskQueue& tasks;
  Random& random;
  Journal& journal;
  store::Store& store;
  std::string folder;                     // for files of services (code, builds); absolute
  std::function<std::string()> endpoint;  // of the front door, "http://127.0.0.1:4566"
  std::string service_account;            // the gateway's own: what it owns, `reset` leaves alone
  std::vector<std::string> regions;       // the first is the stacks' own
  bool simulated = false;
  Authorizer authorize = nullptr;  // the account fills it in
};

}  // namespace loopgate
