#include "emulators/sqs/service.h"

#include <algorithm>
#include <string_view>

#include "emulators/sqs/model.h"
#include "emulators/sqs/operations.h"

namespace loopgate::sqs {

namespace {

struct Entry {
  std::string_view name;
  Operation run;
};

constexpr Entry kOperations[] = {
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

const http::ServiceModel& SqsService::model() const {
  return service_model();
}

std::function<void()> SqsService::call(http::ApiCall call, http::ApiReply reply) {
  if (call.operation == "ReceiveMessage") return receive_message(queues_, call, std::move(reply));
  const auto* found = std::ranges::find(kOperations, call.operation, &Entry::name);
  if (found == std::end(kOperations)) {
    reply(aws::refuse({"InvalidAction",
                       "The action " + call.operation + " is not valid for this endpoint.",
                       400,
                       {}}));
  } else {
    reply(found->run(queues_, call));
  }
  return nullptr;
}

}  // namespace loopgate::sqs
