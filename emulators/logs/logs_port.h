// Logs as the gateway reaches them: a plain call, on behalf of a role's session.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/ports.h"
#include "base/task_queue.h"
#include "emulators/logs/log_store.h"

namespace loopgate::logs {

class EmbeddedLogs : public aws::LogsPort {
 public:
  // Whether the session may do `action` ("logs:PutLogEvents") to `resource_arn`, the stream's. A
  // policy on
  // "<group arn>:*" covers it, whether it was written with the ":*" of the group's own ARN or
  // without.
  using Authorizer = std::function<aws::Outcome<void>(
      const aws::Session& session, std::string_view action, const std::string& resource_arn)>;

  EmbeddedLogs(LogStore& logs, TaskQueue& tasks, Authorizer authorizer)
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
  Authorizer authorizer_;
};

}  // namespace loopgate::logs
