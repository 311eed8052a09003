// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
#include "emulators/sqs/batch.h"
#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

http::ApiResult send_one(Queues& queues, const QueueKey& key, const json& params,
                         const http::Caller& caller) {
  const auto request = read_message(params, caller);
  if (!request) return aws::refuse(request.error());
  const auto sent = queues.send(key, *request);
  if (!sent) return aws::refuse(sent.error());
  json out = {{"MessageId", sent->message_id}, {"MD5OfMessageBody", sent->md5_of_body}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  add("MD5OfMessageAttributes", sent->md5_of_attributes);
  add("MD5OfMessageSystemAttributes", sent->md5_of_system_attributes);
  add("SequenceNumber", sent->sequence_number);
  return out;
}

std::size_t batch_size(const json& params, const http::Caller& caller) {
  std::size_t bytes = 0;
  for (const auto& entry : params.value("Entries", json::array())) {
    if (const auto request = read_message(entry, caller)) {
      bytes += request->body.size() + size_of(request->attributes);
    }
  }
  return bytes;
}

}  // namespace

http::ApiResult send_message(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  return send_one(queues, *key, call.params, call.caller);
}

http::ApiResult send_message_batch(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  const auto bytes = batch_size(call.params, call.caller);
  if (bytes > kMaxMessageBytes) return aws::refuse(batch_too_long(bytes));
  return run_batch(call.params, "SendMessageBatchRequestEntry",
                   [&](const json& entry) { return send_one(queues, *key, entry, call.caller); });
}

}  // namespace loopgate::sqs
