// CloudWatch Logs over AWS JSON 1.1: enough to read what the gateway and functions wrote, and to
// write. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
#pragma once

#include <string>

#include "emulators/http/api.h"
#include "emulators/logs/log_store.h"

namespace loopgate::logs {

class LogsService : public http::TableService<LogStore> {
 public:
  explicit LogsService(LogStore& logs);

  http::Permission permission_for(const http::ApiCall& call) const override;
};

}  // namespace loopgate::logs
