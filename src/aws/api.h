// The one call: every operation of every service by its AWS name, on behalf of a session and with
// its permissions. What is measured hot has a typed port beside it (ports.h).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "aws/session.h"

namespace loopgate::aws {

// An operation, where it is called, and what it is given.
struct Operation {
  std::string region;   // "us-west-2"
  std::string service;  // as AWS signs for it: "logs"
  std::string name;     // "PutLogEvents"
};

class Api {
 public:
  virtual ~Api() = default;
  // Submit and complete, as the ports. `params` and the answer are in the shape of the JSON
  // protocol, whatever the service speaks on the wire. AccessDenied when the session's role does
  // not allow it; an operation that is not there is an error of its service.
  virtual void call(SessionPtr session, Operation operation, nlohmann::json params,
                    Completion<nlohmann::json> done) = 0;
};

}  // namespace loopgate::aws
