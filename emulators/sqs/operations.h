// The operations of SQS: parameters in the shape of the JSON protocol in, result or error out. One
// file an operation, or a tight group of them.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
#pragma once

#include "emulators/http/api.h"
#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

http::ApiResult create_queue(Queues& queues, const http::ApiCall& call);
http::ApiResult delete_queue(Queues& queues, const http::ApiCall& call);
http::ApiResult get_queue_url(Queues& queues, const http::ApiCall& call);
http::ApiResult list_queues(Queues& queues, const http::ApiCall& call);
http::ApiResult list_dead_letter_source_queues(Queues& queues, const http::ApiCall& call);
http::ApiResult get_queue_attributes(Queues& queues, const http::ApiCall& call);
http::ApiResult set_queue_attributes(Queues& queues, const http::ApiCall& call);
http::ApiResult add_permission(Queues& queues, const http::ApiCall& call);
http::ApiResult remove_permission(Queues& queues, const http::ApiCall& call);
http::ApiResult tag_queue(Queues& queues, const http::ApiCall& call);
http::ApiResult untag_queue(Queues& queues, const http::ApiCall& call);
http::ApiResult list_queue_tags(Queues& queues, const http::ApiCall& call);
http::ApiResult send_message(Queues& queues, const http::ApiCall& call);
http::ApiResult send_message_batch(Queues& queues, const http::ApiCall& call);
http::ApiResult delete_message(Queues& queues, const http::ApiCall& call);
http::ApiResult delete_message_batch(Queues& queues, const http::ApiCall& call);
http::ApiResult change_message_visibility(Queues& queues, const http::ApiCall& call);
http::ApiResult change_message_visibility_batch(Queues& queues, const http::ApiCall& call);
http::ApiResult purge_queue(Queues& queues, const http::ApiCall& call);
http::ApiResult start_message_move_task(Queues& queues, const http::ApiCall& call);
http::ApiResult cancel_message_move_task(Queues& queues, const http::ApiCall& call);
http::ApiResult list_message_move_tasks(Queues& queues, const http::ApiCall& call);

// The one that may answer later. The callback abandons it; null when it has answered.
std::function<void()> receive_message(Queues& queues, http::ApiCall call, http::ApiReply reply);

}  // namespace loopgate::sqs
