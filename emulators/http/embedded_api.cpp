#include "emulators/http/embedded_api.h"

#include <fmt/format.h>

#include <utility>

#include "aws/protocol/json_document.h"
#include "aws/shapes/known_services.h"

namespace loopgate::http {

aws::Outcome<ApiCall> EmbeddedApi::prepare(const aws::Session& session,
                                           const aws::Operation& operation,
                                           nlohmann::json params) const {
  const auto unknown = [](std::string message) {
    return aws::refuse(aws::unknown_operation(aws::Protocol::kJson, std::move(message)));
  };
  const auto* service = door_ == nullptr ? nullptr : door_->service(operation.service);
  if (service == nullptr) {
    const auto known = aws::shapes::kKnownServices.by_name(operation.service);
    return unknown(fmt::format("{} {} is not emulated here. Emulated are: {}.",
                               known ? known->id : std::string_view(operation.service),
                               operation.name, door_ == nullptr ? "" : door_->service_names()));
  }
  const auto model = service->model().find(operation.name);
  if (!model) {
    return unknown(fmt::format("{} has no operation {}. It has here: {}.", service->model().id,
                               operation.name, operation_names(*service)));
  }
  if (!service->has(operation.name)) return unknown(not_emulated(*service, operation.name));
  if (const auto input = model->input()) {
    if (auto checked = aws::check_document(*input, params); !checked) {
      return aws::refuse(checked.error());
    }
  }
  ApiCall call{.operation = operation.name,
               .params = std::move(params),
               .caller = {.account = session.account,
                          .region = operation.region,
                          .base_url = door_->base_url()},
               .request_id = random_.uuid()};
  auto permissions = service->further_permissions(call);
  permissions.insert(permissions.begin(), service->permission_for(call));
  for (const auto& [action, resource] : permissions) {
    if (auto allowed = authorize_(session, action, resource); !allowed) {
      return aws::refuse(allowed.error());
    }
  }
  return call;
}

namespace {

// One call that is under way: until it completes, or is let go of with its reply.
class UnderWay {
 public:
  explicit UnderWay(std::shared_ptr<std::size_t> count) : count_(std::move(count)) { ++*count_; }
  UnderWay(UnderWay&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
  UnderWay(const UnderWay&) = delete;
  ~UnderWay() { end(); }

  void end() {
    if (const auto count = std::exchange(count_, nullptr)) --*count;
  }

 private:
  std::shared_ptr<std::size_t> count_;
};

}  // namespace

void EmbeddedApi::call(aws::SessionPtr session, aws::Operation operation, nlohmann::json params,
                       aws::Completion<nlohmann::json> done) {
  (void)start(std::move(session), std::move(operation), std::move(params), std::move(done));
}

std::function<void()> EmbeddedApi::start(aws::SessionPtr session, aws::Operation operation,
                                         nlohmann::json params,
                                         aws::Completion<nlohmann::json> done) {
  ApiReply reply = [&tasks = tasks_, under_way = UnderWay(under_way_),
                    done = std::move(done)](ApiResult result) mutable {
    aws::Completion<nlohmann::json> counted = [under_way = std::move(under_way),
                                               done = std::move(done)](ApiResult outcome) mutable {
      under_way.end();
      done(std::move(outcome));
    };
    aws::complete(tasks, std::move(counted), std::move(result));
  };
  auto call = prepare(*session, operation, std::move(params));
  if (!call) {
    reply(aws::refuse(std::move(call.error())));
    return nullptr;
  }
  auto& service = *door_->service(operation.service);
  const auto model = *service.model().find(operation.name);
  return dispatcher_.call(service, model, aws::Protocol::kJson, *std::move(call), std::move(reply));
}

}  // namespace loopgate::http
