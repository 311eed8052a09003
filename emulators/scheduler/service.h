// EventBridge Scheduler's operations, REST and JSON at /schedules, /schedule-groups and /tags.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
#pragma once

#include <memory>

#include "emulators/http/rest_calls.h"
#include "emulators/scheduler/operations.h"

namespace loopgate::scheduler {

class SchedulerOperations : public http::TableService<Context> {
 public:
  explicit SchedulerOperations(Context& context);

  http::Permission permission_for(const http::ApiCall& call) const override;
  std::vector<http::Permission> further_permissions(const http::ApiCall& call) const override;
};

class SchedulerService : public http::RestService {
 public:
  // All of them outlive the service; `access` may be null.
  SchedulerService(Context& context, Random& random, http::Access* access)
      : operations_(context), calls_(operations_, random, access) {}

  std::string_view name() const override { return "scheduler"; }
  http::ApiService* operations() override { return &operations_; }
  bool owns(const http::Request& request) const override;
  void handle(http::Request request, http::Caller caller,
              std::shared_ptr<http::Exchange> exchange) override {
    calls_.handle(request, std::move(caller), exchange);
  }
  http::Response render(const aws::AwsError& error) const override { return calls_.render(error); }

 private:
  SchedulerOperations operations_;
  http::RestCalls calls_;
};

}  // namespace loopgate::scheduler
