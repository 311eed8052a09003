// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html
#include "emulators/sqs/batch.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

http::ApiResult delete_one(Queues& queues, const QueueKey& key, const nlohmann::json& params) {
  const auto deleted = queues.delete_message(key, text_param(params, "ReceiptHandle"));
  if (!deleted) return aws::refuse(deleted.error());
  return nlohmann::json::object();
}

}  // namespace

http::ApiResult delete_message(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  return delete_one(queues, *key, call.params);
}

http::ApiResult delete_message_batch(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  return run_batch(call.params, "DeleteMessageBatchRequestEntry",
                   [&](const nlohmann::json& entry) { return delete_one(queues, *key, entry); });
}

}  // namespace loopgate::sqs
