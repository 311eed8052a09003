// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

http::ApiResult create_queue(Queues& queues, const http::ApiCall& call) {
  const QueueKey key{call.caller.account, call.caller.region, text_param(call.params, "QueueName")};
  const auto created =
      queues.create(key, map_param(call.params, "Attributes"), map_param(call.params, "tags"));
  if (!created) return aws::refuse(created.error());
  return nlohmann::json{{"QueueUrl", queue_url(key, call.caller.base_url)}};
}

}  // namespace loopgate::sqs
