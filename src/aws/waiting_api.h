// The one call for those who wait: what may take its time (a long poll) can be abandoned.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "aws/api.h"

namespace loopgate::aws {

class WaitingApi : public Api {
 public:
  // As `call`. What is given back abandons it: nothing that it waits for is taken for it any more,
  // and it does not complete, unless its answer was on its way already. Null when there is nothing
  // to abandon.
  virtual std::function<void()> start(SessionPtr session, Operation operation,
                                      nlohmann::json params, Completion<nlohmann::json> done) = 0;
};

}  // namespace loopgate::aws
