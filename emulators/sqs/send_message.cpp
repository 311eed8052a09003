// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
#include <algorithm>

#include "emulators/sqs/batch.h"
#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

constexpr const char* kEntry = "SendMessageBatchRequestEntry";

// What may be left out may not be empty.
aws::Outcome<void> check_empty_id(const QueueKey& key, const json& params) {
  const char* const name = key.is_fifo() ? "MessageDeduplicationId" : "MessageGroupId";
  if (!params.contains(name) || !text_param(params, name).empty()) return {};
  return aws::refuse(invalid_fifo_id("", name));
}

http::ApiResult send_one(Queues& queues, const QueueKey& key, const json& params,
                         const http::ApiCall& call) {
  auto request = read_message(params, call.caller);
  if (!request) return aws::refuse(request.error());
  if (auto checked = check_empty_id(key, params); !checked) return aws::refuse(checked.error());
  request->in_batch = &params != &call.params;
  const bool told_its_own = !request->system_attributes.empty();
  add_trace(*request, call.trace_header);
  const auto sent = queues.send(key, *request);
  if (!sent) return aws::refuse(sent.error());
  json out = {{"MessageId", sent->message_id}, {"MD5OfMessageBody", sent->md5_of_body}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  add("MD5OfMessageAttributes", sent->md5_of_attributes);
  // Of what the client said, which checks it.
  if (told_its_own) add("MD5OfMessageSystemAttributes", sent->md5_of_system_attributes);
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

// An entry without what the queue cannot do without fails the whole batch.
aws::Outcome<void> check_fifo_entries(const Queues& queues, const QueueKey& key,
                                      const json& params) {
  if (!key.is_fifo()) return {};
  for (const auto& entry : params.value("Entries", json::array())) {
    if (text_param(entry, "MessageGroupId").empty()) {
      return aws::refuse(
          invalid_parameter("The request must contain the parameter MessageGroupId."));
    }
    if (!entry.contains("MessageDeduplicationId") && !queues.deduplicates_by_content(key)) {
      return aws::refuse(no_deduplication_id());
    }
  }
  return {};
}

}  // namespace

http::ApiResult send_message(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  return send_one(queues, *key, call.params, call);
}

http::ApiResult send_message_batch(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  const auto bytes = batch_size(call.params, call.caller);
  if (bytes > kMaxMessageBytes) return aws::refuse(batch_too_long(bytes));
  if (auto checked = check_entries(call.params, kEntry); !checked)
    return aws::refuse(checked.error());
  if (auto checked = check_fifo_entries(queues, *key, call.params); !checked)
    return aws::refuse(checked.error());
  return run_batch(call.params, kEntry,
                   [&](const json& entry) { return send_one(queues, *key, entry, call); });
}

}  // namespace loopgate::sqs
