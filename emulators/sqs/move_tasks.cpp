// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html
#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

json describe(const MoveTask& task) {
  json out = {{"Status", name(task.status)},
              {"SourceArn", task.request.source_arn},
              {"ApproximateNumberOfMessagesMoved", task.moved},
              {"ApproximateNumberOfMessagesToMove", task.to_move},
              {"StartedTimestamp", to_millis(task.started)}};
  if (task.is_active()) out["TaskHandle"] = task.handle();
  if (task.request.destination_arn) out["DestinationArn"] = *task.request.destination_arn;
  if (task.request.per_second) out["MaxNumberOfMessagesPerSecond"] = *task.request.per_second;
  if (!task.failure.empty()) out["FailureReason"] = task.failure;
  return out;
}

}  // namespace

http::ApiResult start_message_move_task(Queues& queues, const http::ApiCall& call) {
  if (!call.params.contains("SourceArn")) return aws::refuse(missing_parameter("SourceArn"));
  MoveRequest request{text_param(call.params, "SourceArn"), std::nullopt,
                      integer_param(call.params, "MaxNumberOfMessagesPerSecond")};
  if (call.params.contains("DestinationArn")) {
    request.destination_arn = text_param(call.params, "DestinationArn");
  }
  const auto task = queues.start_move(request);
  if (!task) return aws::refuse(task.error());
  return json{{"TaskHandle", task->handle()}};
}

http::ApiResult cancel_message_move_task(Queues& queues, const http::ApiCall& call) {
  const auto task = queues.cancel_move(text_param(call.params, "TaskHandle"));
  if (!task) return aws::refuse(task.error());
  return json{{"ApproximateNumberOfMessagesMoved", task->moved}};
}

http::ApiResult list_message_move_tasks(Queues& queues, const http::ApiCall& call) {
  if (!call.params.contains("SourceArn")) return aws::refuse(missing_parameter("SourceArn"));
  const auto most = integer_param(call.params, "MaxResults").value_or(1);
  if (most < 1 || most > static_cast<std::int64_t>(kMaxMovesKept)) {
    return aws::refuse(out_of_range("MaxResults", 1, kMaxMovesKept));
  }
  const auto tasks =
      queues.list_moves(text_param(call.params, "SourceArn"), static_cast<std::size_t>(most));
  if (!tasks) return aws::refuse(tasks.error());
  json out = json::object();
  for (const auto& task : *tasks) out["Results"].push_back(describe(task));
  return out;
}

}  // namespace loopgate::sqs
