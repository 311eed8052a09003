// One call of a function, on its way to a worker and back.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "aws/ports.h"
#include "base/time.h"

namespace loopgate::lambda {

struct InvocationOutcome : aws::InvokeResponse {
  std::string executed_version = "$LATEST";
  std::string log_tail;  // the last 4 KB, when it was asked for
};

struct Invocation {
  std::string request_id;
  std::string payload;
  std::string function_arn;  // as it was called, with its qualifier
  std::string version = "$LATEST";
  std::string tenant_id;
  std::string client_context;  // JSON
  bool wants_log_tail = false;
  std::uint64_t batch = 0;                         // of the journal
  std::function<void(std::string_view)> on_chunk;  // response streaming; may be null
  std::move_only_function<void(InvocationOutcome)> done;
};
using InvocationPtr = std::unique_ptr<Invocation>;

}  // namespace loopgate::lambda
