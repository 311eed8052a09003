#include "emulators/http/dispatch.h"

namespace loopgate::http {

std::function<void()> Dispatcher::call(ApiService& service, const OperationModel& operation,
                                       aws::Protocol protocol, ApiCall call, ApiReply reply) {
  if (auto checked = check(service, operation, protocol, call); !checked) {
    reply(aws::refuse(std::move(checked.error())));
    return nullptr;
  }
  return service.call(std::move(call), std::move(reply));
}

aws::Outcome<void> Dispatcher::check(const ApiService& service, const OperationModel& operation,
                                     aws::Protocol protocol, ApiCall& call) {
  aws::fill_idempotency_tokens(operation, call.params, [this] { return random_.uuid(); });
  if (auto valid = validator_.check(operation, protocol, call.params); !valid) return valid;
  if (access_ == nullptr) return {};
  if (auto allowed = access_->permit(call.caller, service.permission_for(call)); !allowed)
    return allowed;
  for (const auto& permission : service.further_permissions(call)) {
    if (auto allowed = access_->permit(call.caller, permission); !allowed) return allowed;
  }
  return {};
}

}  // namespace loopgate::http
