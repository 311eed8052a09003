// The one way into an operation, whoever calls: by HTTP or in process. Tokens that the caller left
// to us are filled in, parameters are checked, then the service is called.
#pragma once

#include "aws/protocol/validate.h"
#include "base/random.h"
#include "emulators/http/api.h"

namespace loopgate::http {

class Dispatcher {
 public:
  explicit Dispatcher(Random& random) : random_(random) {}

  // `call.params` are decoded. `protocol`: whose names a refusal has. Gives what abandons the call,
  // or null.
  std::function<void()> call(ApiService& service, const OperationModel& operation,
                             aws::Protocol protocol, ApiCall call, ApiReply reply);
  // The first half: tokens and constraints.
  aws::Outcome<void> check(const OperationModel& operation, aws::Protocol protocol, ApiCall& call);

 private:
  Random& random_;
  aws::Validator validator_;
};

}  // namespace loopgate::http
