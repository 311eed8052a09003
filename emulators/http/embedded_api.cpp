#include "emulators/http/embedded_api.h"

#include <fmt/format.h>

#include "aws/protocol/json_document.h"
#include "aws/shapes/known_services.h"

namespace loopgate::http {

ApiService* EmbeddedApi::find(std::string_view name) const {
  for (auto* service : services_) {
    if (service->model().name == name) return service;
  }
  return nullptr;
}

std::string EmbeddedApi::service_names() const {
  std::string names;
  for (const auto* service : services_) {
    names.append(names.empty() ? "" : ", ").append(service->model().name);
  }
  return names;
}

aws::Outcome<ApiCall> EmbeddedApi::prepare(const aws::Session& session,
                                           aws::ApiRequest& request) const {
  const auto unknown = [](std::string message) {
    return aws::refuse(aws::unknown_operation(aws::Protocol::kJson, std::move(message)));
  };
  const auto* service = find(request.service);
  if (service == nullptr) {
    const auto known = aws::shapes::kKnownServices.by_name(request.service);
    return unknown(fmt::format("{} {} is not emulated here. Emulated are: {}.",
                               known ? known->id : std::string_view(request.service),
                               request.operation, service_names()));
  }
  const auto operation = service->model().find(request.operation);
  if (!operation) {
    return unknown(fmt::format("{} has no operation {}. It has here: {}.", service->model().id,
                               request.operation, operation_names(*service)));
  }
  if (!service->has(request.operation)) return unknown(not_emulated(*service, request.operation));
  if (const auto input = operation->input()) {
    if (auto checked = aws::check_document(*input, request.params); !checked) {
      return aws::refuse(checked.error());
    }
  }
  ApiCall call{.operation = request.operation,
               .params = std::move(request.params),
               .caller = {.account = session.account,
                          .region = request.region,
                          .access_key_id = {},
                          .base_url = base_url_()},
               .request_id = random_.uuid()};
  const auto allowed = authorizer_(session, service->action_of(call), service->resource_of(call));
  if (!allowed) return aws::refuse(allowed.error());
  return call;
}

void EmbeddedApi::call(aws::SessionPtr session, aws::ApiRequest request,
                       aws::Completion<nlohmann::json> done) {
  ++*under_way_;
  ApiReply reply = [&tasks = tasks_, under_way = under_way_,
                    done = std::move(done)](ApiResult result) mutable {
    aws::Completion<nlohmann::json> counted = [under_way,
                                               done = std::move(done)](ApiResult outcome) mutable {
      --*under_way;
      done(std::move(outcome));
    };
    aws::complete(tasks, std::move(counted), std::move(result));
  };
  auto call = prepare(*session, request);
  if (!call) return reply(aws::refuse(std::move(call.error())));
  auto& service = *find(request.service);
  const auto operation = *service.model().find(request.operation);
  dispatcher_.call(service, operation, aws::Protocol::kJson, *std::move(call), std::move(reply));
}

}  // namespace loopgate::http
