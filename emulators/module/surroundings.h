// What every service is given to live in: the collaborators that outlive it, and the few facts
// about the sandbox that it may ask for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "aws/embedded.h"
#include "aws/object_place.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "emulators/http/access.h"
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
  // Whether a snapshot may be put back, and with it rows that are gone by now; null: never.
  std::function<bool()> has_snapshots = nullptr;
  http::AccessOptions access_options = {};
  bool allow_service_delivery = false;  // see targets::Dispatcher::Permissions::pass_services

  // The account fills these in: S3's answer, and IAM's.
  aws::ReadObject read_object = nullptr;
  Authorizer authorize = nullptr;
  http::Access* access = nullptr;
  // Whether a text is a policy for a resource of a service ("sqs"): MalformedPolicyDocument, whose
  // sentence says what is wrong, or OutOfScope when it names another service's actions.
  std::function<aws::Outcome<void>(const std::string& text, std::string_view service)>
      check_policy = nullptr;
  // Temporary credentials of a session; two that are alike differ by the label.
  std::function<aws::Credentials(const aws::Session&, std::string_view label)> credentials =
      nullptr;
};

}  // namespace loopgate
