// CloudWatch Logs over AWS JSON 1.1: enough to read what the gateway and functions wrote, and to
// write. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
#pragma once

#include <functional>
#include <string>

#include "emulators/http/api.h"
#include "emulators/http/shape.h"
#include "emulators/logs/log_store.h"

namespace loopgate::logs {

class LogsService : public http::ApiService {
 public:
  explicit LogsService(LogStore& logs);

  const http::ServiceModel& model() const override { return model_; }
  http::Permission permission_for(const http::ApiCall& call) const override;
  std::function<void()> call(http::ApiCall call, http::ApiReply reply) override;

 private:
  http::ApiResult run(const http::ApiCall& call);

  LogStore& logs_;
  http::ServiceModel model_;
};

http::ServiceModel logs_model();

}  // namespace loopgate::logs
