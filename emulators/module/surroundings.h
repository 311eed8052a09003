// What every service is given to live in: the collaborators that outlive it, and the few facts
// about the sandbox that it may ask for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "aws/embedded.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "emulators/store/store.h"
#include "io/http_client.h"
#include "io/loop.h"

namespace loopgate {

using aws::Authorizer;  // IAM's answer

struct Surroundings {
  io::Loop& loop;
  Clock& clock;
  TaskQueue& tasks;
  Random& random;
  Journal& journal;
  store::Store& store;
  io::HttpSender& http;                   // of what leaves for endpoints of the users'
  std::string folder;                     // for files of services (code, builds); absolute
  std::function<std::string()> endpoint;  // of the front door, "http://127.0.0.1:4566"
  std::string service_account;            // the gateway's own: what it owns, `reset` leaves alone
  std::vector<std::string> regions;       // the first is the stacks' own
  bool simulated = false;
  Authorizer authorize = nullptr;  // the account fills it in
};

}  // namespace loopgate
