// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteQueue.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_PurgeQueue.html
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

http::ApiResult delete_queue(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  if (const auto removed = queues.remove(*key); !removed) return aws::refuse(removed.error());
  return nlohmann::json::object();
}

http::ApiResult purge_queue(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  if (const auto purged = queues.purge(*key); !purged) return aws::refuse(purged.error());
  return nlohmann::json::object();
}

}  // namespace loopgate::sqs
