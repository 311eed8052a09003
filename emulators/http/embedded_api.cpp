#include "emulators/http/embedded_api.h"

#include <fmt/format.h>

namespace loopgate::http {

Permission ApiService::permission_for(const ApiCall& call) const {
  return {fmt::format("{}:{}", model().name, call.operation), "*"};
}

void EmbeddedApi::call(aws::SessionPtr session, aws::Operation operation, nlohmann::json params,
                       aws::Completion<nlohmann::json> done) {
  ApiReply reply = [&tasks = tasks_, done = std::move(done)](ApiResult result) mutable {
    tasks.post([done = std::move(done), result = std::move(result)]() mutable {
      done(std::move(result));
    });
  };
  ApiService* const service = door_ == nullptr ? nullptr : door_->service(operation.service);
  if (service == nullptr) {
    return reply(
        aws::refuse({"UnknownOperationException",
                     fmt::format("{} {} is not emulated here", operation.service, operation.name),
                     400,
                     {}}));
  }
  ApiCall call{std::move(operation.name),
               std::move(params),
               {.account = session->account, .region = std::move(operation.region)}};
  const auto permission = service->permission_for(call);
  if (auto allowed = authorize_(*session, permission.action, permission.resource); !allowed) {
    return reply(aws::refuse(std::move(allowed.error())));
  }
  service->call(std::move(call), std::move(reply));
}

}  // namespace loopgate::http
