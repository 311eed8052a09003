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
    {"StartMessageMoveTask", start_message_move_task},
    {"CancelMessageMoveTask", cancel_message_move_task},
    {"ListMessageMoveTasks", list_message_move_tasks},
};

}  // namespace

SqsService::SqsService(Queues& queues) : TableService(aws::shapes::kSqs, kOperations, queues) {}

namespace {

std::string resource_of(const http::ApiCall& call) {
  const auto& account = call.caller.account;
  const auto& region = call.caller.region;
  if (const auto name = text_param(call.params, "QueueName"); !name.empty()) {
    return QueueKey{account, region, name}.arn();
  }
  // Of move tasks.
  if (auto source = text_param(call.params, "SourceArn"); !source.empty()) return source;
  if (const auto handle = MoveHandle::parse(text_param(call.params, "TaskHandle"))) {
    return handle->source_arn;
  }
  const auto key = parse_queue_url(text_param(call.params, "QueueUrl"), account, region);
  return key ? key->arn() : "*";
}

}  // namespace

// A batch is allowed by the permission of its single operation.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
http::Permission SqsService::permission_for(const http::ApiCall& call) const {
  std::string_view action = call.operation;
  if (constexpr std::string_view kBatch = "Batch"; action.ends_with(kBatch)) {
    action.remove_suffix(kBatch.size());
  }
  return {"sqs:" + std::string(action), resource_of(call)};
}

// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
std::vector<http::Permission> SqsService::further_permissions(const http::ApiCall& call) const {
  std::vector<http::Permission> out;
  if (call.operation != "StartMessageMoveTask") return out;
  const auto source = text_param(call.params, "SourceArn");
  for (const char* action : {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}) {
    out.push_back({action, source});
  }
  const auto destination = text_param(call.params, "DestinationArn");
  if (!destination.empty()) out.push_back({"sqs:SendMessage", destination});
  return out;
}

}  // namespace loopgate::sqs
