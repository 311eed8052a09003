// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
#include <algorithm>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

constexpr std::string_view kSystemAttributes[] = {
    "All",
    "SenderId",
    "SentTimestamp",
    "ApproximateReceiveCount",
    "ApproximateFirstReceiveTimestamp",
    "SequenceNumber",
    "MessageDeduplicationId",
    "MessageGroupId",
    "AWSTraceHeader",
    "DeadLetterQueueSourceArn",
};

// What of each message was asked for.
struct Selection {
  std::vector<std::string> system;
  std::vector<std::string> attributes;
};

aws::Outcome<Selection> read_selection(const json& params) {
  Selection out;
  for (const char* name : {"AttributeNames", "MessageSystemAttributeNames"}) {
    for (auto& wanted : list_param(params, name)) {
      if (std::ranges::find(kSystemAttributes, wanted) == std::end(kSystemAttributes)) {
        return aws::refuse(unknown_attribute(wanted));
      }
      out.system.push_back(std::move(wanted));
    }
  }
  out.attributes = list_param(params, "MessageAttributeNames");
  return out;
}

// "All", "*", ".*", "prefix.*" or the name.
bool selects(const std::string& pattern, const std::string& name) {
  if (pattern == "All" || pattern == "*" || pattern == ".*" || pattern == name) return true;
  return pattern.ends_with(".*") && name.starts_with(pattern.substr(0, pattern.size() - 2));
}

bool is_selected(const std::vector<std::string>& patterns, const std::string& name) {
  return std::ranges::any_of(patterns, [&](const std::string& p) { return selects(p, name); });
}

json write_message(Queues& queues, const Message& message, const Selection& selection) {
  json out = {{"MessageId", message.message_id},
              {"ReceiptHandle", message.receipt_handle},
              {"MD5OfBody", queues.md5().hex(as_bytes(message.body))},
              {"Body", message.body}};
  json system = json::object();
  for (const auto& [name, value] : system_attributes(message)) {
    const bool wanted = std::ranges::any_of(
        selection.system, [&](const std::string& s) { return s == "All" || s == name; });
    if (wanted) system[name] = value;
  }
  if (!system.empty()) out["Attributes"] = std::move(system);
  Attributes attributes;
  for (const auto& attribute : message.attributes) {
    if (is_selected(selection.attributes, attribute.name)) attributes.push_back(attribute);
  }
  if (!attributes.empty()) {
    // Over what is returned: that is all that a client can check.
    out["MD5OfMessageAttributes"] = queues.md5().hex(encode_attributes(attributes));
    out["MessageAttributes"] = write_attributes(attributes);
  }
  return out;
}

ReceiveRequest read_request(const json& params) {
  ReceiveRequest out;
  out.max_messages = integer_param(params, "MaxNumberOfMessages").value_or(1);
  out.visibility_seconds = integer_param(params, "VisibilityTimeout");
  if (const auto wait = integer_param(params, "WaitTimeSeconds")) {
    // Bounded before it becomes a duration; the check that names the parameter comes later.
    out.wait = std::chrono::seconds(std::clamp<std::int64_t>(*wait, -1, 1'000'000));
  }
  out.attempt_id = text_param(params, "ReceiveRequestAttemptId");
  return out;
}

}  // namespace

std::function<void()> receive_message(Queues& queues, http::ApiCall call, http::ApiReply reply) {
  const auto key = called_queue(queues, call);
  if (!key) return reply(aws::refuse(key.error())), nullptr;
  auto selection = read_selection(call.params);
  if (!selection) return reply(aws::refuse(selection.error())), nullptr;
  auto request = read_request(call.params);
  const auto exchange = call.exchange;
  if (exchange) request.is_awaited = [exchange] { return exchange->is_awaited(); };
  const auto waiter =
      queues.receive(*key, request,
                     [&queues, key = *key, exchange, selection = std::move(*selection),
                      reply = std::move(reply)](auto messages) mutable {
                       if (!messages) return reply(aws::refuse(messages.error()));
                       if (exchange && !messages->empty()) {
                         exchange->on_unread([&queues, key, count = messages->size()] {
                           queues.tell_unread(key, count);
                         });
                       }
                       json out = json::object();
                       for (const auto& message : *messages) {
                         out["Messages"].push_back(write_message(queues, message, selection));
                       }
                       reply(std::move(out));
                     });
  if (waiter == WaiterId::kNone) return nullptr;
  return [&queues, key = *key, waiter] { queues.abandon(key, waiter); };
}

}  // namespace loopgate::sqs
