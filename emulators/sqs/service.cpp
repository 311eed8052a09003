#include "emulators/sqs/service.h"

#include "aws/shapes/services.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

constexpr http::Operation<Queues> kOperations[] = {
    {"CreateQueue", create_queue},
    {"DeleteQueue", delete_queue},
    {"GetQueueUrl", get_queue_url},
    {"ListQueues", list_queues},
    {"ListDeadLetterSourceQueues", list_dead_letter_source_queues},
    {"GetQueueAttributes", get_queue_attributes},
    {"SetQueueAttributes", set_queue_attributes},
    {"AddPermission", add_permission},
    {"RemovePermission", remove_permission},
    {"TagQueue", tag_queue},
    {"UntagQueue", untag_queue},
    {"ListQueueTags", list_queue_tags},
    {"SendMessage", send_message},
    {"SendMessageBatch", send_message_batch},
    {"ReceiveMessage", receive_message},
    {"DeleteMessage", delete_message},
    {"DeleteMessageBatch", delete_message_batch},
    {"ChangeMessageVisibility", change_message_visibility},
    {"ChangeMessageVisibilityBatch", change_message_visibility_batch},
    {"PurgeQueue", purge_queue},
    {"StartMessageMoveTask", refuse_move_task},
    {"CancelMessageMoveTask", refuse_move_task},
    {"ListMessageMoveTasks", refuse_move_task},
};

}  // namespace

SqsService::SqsService(Queues& queues) : TableService(aws::shapes::kSqs, kOperations, queues) {}

std::string SqsService::resource_of(const http::ApiCall& call) const {
  const auto& [account, region, access_key, base_url] = call.caller;
  if (const auto name = http::text_param(call.params, "QueueName"); !name.empty()) {
    return QueueKey{account, region, name}.arn();
  }
  const auto key = parse_queue_url(http::text_param(call.params, "QueueUrl"), account, region);
  return key ? key->arn() : "*";
}

}  // namespace loopgate::sqs
