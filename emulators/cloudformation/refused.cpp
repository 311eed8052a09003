// What the sandbox does not do is refused by name, so that nobody takes it for done.
#include <fmt/format.h>

#include "emulators/cloudformation/operations.h"

namespace loopgate::cloudformation {
namespace {

ApiResult refuse(const ApiCall& call, std::string_view what) {
  return aws::refuse(
      aws::validation_error(fmt::format("{}: the sandbox has no {}", call.operation, what)));
}

}  // namespace

ApiResult refuse_drift(Context&, const ApiCall& call) {
  return refuse(call, "drift detection: nothing changes its resources but their owners");
}

ApiResult refuse_stack_sets(Context&, const ApiCall& call) {
  return refuse(call, "stack sets: deploy the stack in each account and region");
}

ApiResult refuse_rollbacks(Context&, const ApiCall& call) {
  return refuse(call, "rollback on request: deploy the earlier template, or delete the stack");
}

ApiResult refuse_types(Context&, const ApiCall& call) {
  return refuse(call, "registry of types");
}

}  // namespace loopgate::cloudformation
