// The Lambda Runtime API as a worker speaks it: routes and answers, without a socket.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "emulators/http/message.h"
#include "emulators/lambda/invocation.h"

namespace loopgate::lambda {

struct RuntimeCall {
  enum class Kind { kNext, kResponse, kError, kInitError, kUnknown };
  Kind kind = Kind::kUnknown;
  std::string request_id;
};

RuntimeCall parse_runtime_call(std::string_view method, std::string_view path);

http::Response next_invocation(const Invocation& invocation, WallTime deadline,
                               std::string_view trace_id);
http::Response accepted();                               // 202 {"status":"OK"}
http::Response refused_id(std::string_view request_id);  // 400 InvalidRequestID
http::Response too_large();                              // 413 RequestEntityTooLarge
http::Response internal_failure(std::string_view what);  // 500
http::Response unknown_route();                          // 404

}  // namespace loopgate::lambda
