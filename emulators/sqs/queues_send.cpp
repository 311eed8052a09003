// A message's way into its queue.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "codec/sha256.h"
#include "emulators/sqs/attributes.h"
#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

namespace {

bool is_fifo_id(std::string_view id) {
  return !id.empty() && id.size() <= kMaxFifoIdChars &&
         std::ranges::all_of(id, [](char c) { return c >= '!' && c <= '~'; });
}

aws::Outcome<void> check_fifo(const Queue& queue, const SendRequest& request) {
  if (!queue.key.is_fifo()) {
    if (!request.deduplication_id.empty()) {
      return aws::refuse(invalid_for_queue_type("MessageDeduplicationId"));
    }
  } else if (request.group_id.empty()) {
    return aws::refuse(missing_parameter("MessageGroupId"));
  }
  const auto check = [](const std::string& id, std::string_view parameter) -> aws::Outcome<void> {
    if (id.empty() || is_fifo_id(id)) return {};
    return aws::refuse(invalid_fifo_id(id, parameter));
  };
  if (auto group = check(request.group_id, "MessageGroupId"); !group) return group;
  return check(request.deduplication_id, "MessageDeduplicationId");
}

aws::Outcome<void> check_delay(const Queue& queue, const SendRequest& request) {
  if (!request.delay_seconds) return {};
  const auto seconds = *request.delay_seconds;
  if (queue.key.is_fifo() && seconds != 0) {
    return aws::refuse(
        invalid_parameter_value(std::to_string(seconds), "DelaySeconds",
                                "The request include parameter that is not valid for this "
                                "queue type."));
  }
  if (seconds >= 0 && seconds <= kMaxDelaySeconds) return {};
  return aws::refuse(invalid_parameter_value(std::to_string(seconds), "DelaySeconds",
                                             "DelaySeconds must be >= 0 and <= 900."));
}

aws::Outcome<void> check_content(const Queue& queue, const SendRequest& request) {
  if (request.body.empty()) return aws::refuse(missing_parameter("MessageBody"));
  const auto limit = static_cast<std::size_t>(queue.settings.max_message_bytes);
  if (request.body.size() + size_of(request.attributes) > limit) {
    return aws::refuse(invalid_parameter(
        fmt::format("One or more parameters {}. Reason: Message must be shorter than {} bytes.",
                    request.in_batch ? "cannot be validated" : "are invalid", limit)));
  }
  if (!is_message_text(request.body)) return aws::refuse(invalid_message_contents());
  if (request.attributes.size() > kMaxMessageAttributes) {
    return aws::refuse(invalid_parameter(
        fmt::format("Number of message attributes [{}] exceeds the allowed maximum [10].",
                    request.attributes.size())));
  }
  for (const auto& attribute : request.attributes) {
    if (auto checked = check_attribute(attribute); !checked) return checked;
  }
  for (const auto& attribute : request.system_attributes) {
    if (attribute.name != "AWSTraceHeader" || attribute.type != "String") {
      return aws::refuse(
          invalid_parameter(fmt::format("Message system attribute {} is invalid: only "
                                        "AWSTraceHeader of type String is supported.",
                                        attribute.name.substr(0, 100))));
    }
    if (auto checked = check_attribute(attribute); !checked) return checked;
  }
  return {};
}

}  // namespace

aws::Outcome<SentMessage> Queues::send(const QueueKey& key, const SendRequest& request) {
  const auto attributes = encode_attributes(request.attributes);
  auto sent = enqueue(key, request, attributes);
  if (!sent) return sent;
  sent->md5_of_body = md5_.hex(as_bytes(request.body));
  if (!attributes.empty()) sent->md5_of_attributes = md5_.hex(attributes);
  if (!request.system_attributes.empty()) {
    sent->md5_of_system_attributes = md5_.hex(encode_attributes(request.system_attributes));
  }
  return sent;
}

aws::Outcome<SentMessage> Queues::enqueue(const QueueKey& key, const SendRequest& request,
                                          ByteSpan attributes) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  if (auto checked = check_content(*queue, request); !checked) return aws::refuse(checked.error());
  if (auto checked = check_fifo(*queue, request); !checked) return aws::refuse(checked.error());
  if (auto checked = check_delay(*queue, request); !checked) return aws::refuse(checked.error());

  const auto now = clock_.wall();
  SentMessage sent;
  auto deduplication_id = request.deduplication_id;
  const auto scope = queue->settings.deduplicates_by_group ? request.group_id : std::string();
  if (key.is_fifo()) {
    if (deduplication_id.empty()) {
      if (!queue->settings.content_based_deduplication) {
        return aws::refuse(no_deduplication_id());
      }
      deduplication_id = codec::sha256_hex(as_bytes(request.body));
    }
    if (auto original = tables_.find_duplicate(queue->id, scope, deduplication_id, now)) {
      sent.message_id = std::move(original->message_id);
      sent.sequence_number = sequence_number(original->id);
      return sent;
    }
  }

  const auto id = next_message_++;
  sent.message_id = random_.uuid();
  const auto delay = request.delay_seconds && !key.is_fifo()
                         ? std::chrono::seconds(*request.delay_seconds)
                         : queue->settings.delay;
  const auto expires = now + queue->settings.retention;
  const bool is_delayed = delay > std::chrono::seconds(0);
  tables_.insert_message(id, queue->id, is_delayed ? now + delay : WallTime{}, sent.message_id,
                         request, attributes, now, deduplication_id);
  if (key.is_fifo()) {
    sent.sequence_number = sequence_number(id);
    tables_.remember_deduplication(queue->id, scope, deduplication_id, {sent.message_id, id},
                                   now + kDeduplicationWindow);
    if (now >= next_forgetting_) {
      tables_.forget_deduplications(now);
      next_forgetting_ = now + std::chrono::minutes(1);
    }
  }
  if (is_delayed) {
    queue->hidden.add(id, {now + delay, expires, false, 0, {}, request.group_id});
  } else {
    make_ready(*queue, {id, expires}, request.group_id);
  }
  arm(*queue);
  return sent;
}

aws::Outcome<SentMessage> Queues::deliver(const QueueKey& key, aws::SendEntry entry,
                                          std::string_view sender_id,
                                          const std::string& trace_header) {
  SendRequest request;
  request.body = std::move(entry.body);
  request.attributes = std::move(entry.attributes);
  request.group_id = std::move(entry.group_id);
  request.deduplication_id = std::move(entry.deduplication_id);
  request.sender_id = sender_id;
  add_trace(request, trace_header);
  return enqueue(key, request, encode_attributes(request.attributes));
}

aws::Outcome<SentMessage> Queues::deliver(std::string_view queue_arn, aws::SendEntry entry,
                                          std::string_view sender_id,
                                          const std::string& trace_header) {
  const auto key = QueueKey::from_arn(queue_arn);
  if (!key) return aws::refuse(queue_does_not_exist());
  return deliver(*key, std::move(entry), sender_id, trace_header);
}

}  // namespace loopgate::sqs
