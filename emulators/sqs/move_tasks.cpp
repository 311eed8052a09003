// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
#include "emulators/sqs/errors.h"
#include "emulators/sqs/operations.h"

namespace loopgate::sqs {

http::ApiResult refuse_move_task(Queues&, const http::ApiCall& call) {
  return aws::refuse(unsupported_operation(
      call.operation +
      " is not supported by this sandbox: receive from the dead-letter queue and send again."));
}

}  // namespace loopgate::sqs
