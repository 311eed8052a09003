// Logs as the gateway reaches them: a plain call, on behalf of a role's session.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/embedded.h"
#include "aws/ports.h"
#include "base/task_queue.h"
#include "emulators/logs/log_store.h"

namespace loopgate::logs {

class EmbeddedLogs : public aws::LogsPort {
 public:
  EmbeddedLogs(LogStore& logs, TaskQueue& tasks, aws::Authorizer authorizer)
      : logs_(logs), tasks_(tasks), authorizer_(std::move(authorizer)) {}

  // `group` is a name or a group's ARN, with ":*" or without.
  void put_log_events(aws::SessionPtr session, const std::string& region, const std::string& group,
                      const std::string& stream, std::vector<aws::LogLine> lines,
                      aws::Completion<aws::Done> done) override;

 private:
  aws::Outcome<void> put(const aws::Session& session, Place home, const std::string& group,
                         const std::string& stream, const std::vector<aws::LogLine>& lines);

  LogStore& logs_;
  TaskQueue& tasks_;
  aws::Authorizer authorizer_;
};

}  // namespace loopgate::logs
