// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html
#include "emulators/sqs/batch.h"
#include "emulators/sqs/errors.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

http::ApiResult change_one(Queues& queues, const QueueKey& key, const nlohmann::json& params) {
  const auto seconds = integer_param(params, "VisibilityTimeout");
  if (!seconds) return aws::refuse(missing_parameter("VisibilityTimeout"));
  const auto changed = queues.change_visibility(key, text_param(params, "ReceiptHandle"), *seconds);
  if (!changed) return aws::refuse(changed.error());
  return nlohmann::json::object();
}

}  // namespace

http::ApiResult change_message_visibility(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  return change_one(queues, *key, call.params);
}

http::ApiResult change_message_visibility_batch(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  return run_batch(call.params, "ChangeMessageVisibilityBatchRequestEntry",
                   [&](const nlohmann::json& entry) { return change_one(queues, *key, entry); });
}

}  // namespace loopgate::sqs
