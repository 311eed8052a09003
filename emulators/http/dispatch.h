// The one way into an operation, whoever calls: by HTTP or in process. Tokens that the caller left
// to us are filled in, parameters and permission are checked, then the service is called.
#pragma once

#include "aws/protocol/validate.h"
#include "base/random.h"
#include "emulators/http/access.h"
#include "emulators/http/api.h"

namespace loopgate::http {

class Dispatcher {
 public:
  // `access` outlives this; null: whoever calls has asked before.
  explicit Dispatcher(Random& random, Access* access = nullptr)
      : random_(random), access_(access) {}

  void ask(Access& access) { access_ = &access; }

  // `call.params` are decoded. `protocol`: whose names a refusal has. Gives what abandons the call,
  // or null.
  std::function<void()> call(ApiService& service, const OperationModel& operation,
                             aws::Protocol protocol, ApiCall call, ApiReply reply);
  // The first half: tokens, constraints, permission.
  aws::Outcome<void> check(const ApiService& service, const OperationModel& operation,
                           aws::Protocol protocol, ApiCall& call);

 private:
  Random& random_;
  Access* access_;
  aws::Validator validator_;
};

}  // namespace loopgate::http
