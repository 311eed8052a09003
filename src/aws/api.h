// The one call: every operation of every service by its AWS name, in process, on behalf of a
// session and with its permissions. Destinations, rules, schedules, state machines and the console
// use this door; what is measured hot has a typed port of its own (ports.h).
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "aws/ports.h"

namespace loopgate::aws {

struct ApiRequest {
  std::string region;
  std::string service;    // as signatures name it: "sqs", "states"
  std::string operation;  // "SendMessage"
  // A document by the operation's input shape (aws/protocol/protocol.h): AWS's member names, blobs
  // as base64 text, a payload as its bytes, timestamps as seconds since 1970 or ISO 8601.
  nlohmann::json params = nlohmann::json::object();
};

class Api {
 public:
  virtual ~Api() = default;
  // Returns at once; `done` runs later, exactly once, from the task queue, with the document that
  // the output shape describes. Errors are the service's own; besides, what concerns all services:
  // AccessDenied, ExpiredToken, UnknownOperationException (no such service or operation here, by
  // name), SerializationException (a parameter of the wrong type), the service's own validation
  // error.
  virtual void call(SessionPtr session, ApiRequest request, Completion<nlohmann::json> done) = 0;
  // Calls that have not completed: who waits for the sandbox to settle waits for these, but for
  // those that wait for the clock (long polls).
  virtual std::size_t under_way() const = 0;
};

}  // namespace loopgate::aws
