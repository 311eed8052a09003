// What is done to a message by its receipt handle, and the end of all messages of a queue.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/queues.h"
#include "emulators/sqs/receipt.h"

namespace loopgate::sqs {

namespace {

constexpr std::string_view kPrefix = "AQEB";  // as AWS's begin
constexpr std::size_t kDigits = 16;           // of each of its three numbers

aws::AwsError handle_expired(std::string_view handle) {
  return invalid_parameter_value(handle, "ReceiptHandle", "The receipt handle has expired.");
}

// The first eight digits of a UUID.
std::int64_t mark_of(std::string_view message_id) {
  std::uint32_t mark = 0;
  std::from_chars(message_id.data(),
                  message_id.data() + std::min<std::size_t>(8, message_id.size()), mark, 16);
  return mark;
}

}  // namespace

// Never 0: that is "not received".
std::int64_t Receipt::make_nonce(Random& random, std::string_view message_id) {
  return static_cast<std::int64_t>((random.u64() >> 33 | 1) << 32) | mark_of(message_id);
}

bool Receipt::is_of(std::string_view message_id) const {
  return (nonce & 0xFFFF'FFFF) == mark_of(message_id);
}

std::string Receipt::to_string() const {
  return fmt::format("{}{:016x}{:016x}{:016x}", kPrefix, queue, message, nonce);
}

std::optional<Receipt> Receipt::parse(std::string_view handle) {
  if (handle.size() != kPrefix.size() + 3 * kDigits || !handle.starts_with(kPrefix))
    return std::nullopt;
  handle.remove_prefix(kPrefix.size());
  Receipt out;
  for (auto* field : {&out.queue, &out.message, &out.nonce}) {
    const auto [end, error] = std::from_chars(handle.data(), handle.data() + kDigits, *field, 16);
    if (error != std::errc() || end != handle.data() + kDigits || *field < 0) return std::nullopt;
    handle.remove_prefix(kDigits);
  }
  return out;
}

// The handle of any receive deletes a message of a standard queue, also when it is visible again or
// was received once more (recorded on AWS, 2024-04-30). In a FIFO queue a handle ends with its
// visibility.
aws::Outcome<void> Queues::delete_message(const QueueKey& key, std::string_view receipt_handle) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  const auto receipt = Receipt::parse(receipt_handle);
  if (!receipt || receipt->queue != queue->id)
    return aws::refuse(receipt_handle_is_invalid(receipt_handle));
  settle(*queue);
  const auto id = receipt->message;
  const auto* hidden = queue->hidden.find(id);
  std::string group;
  if (hidden == nullptr || hidden->receipt != receipt->nonce) {
    auto row = tables_.load_message(id);
    if (!row || row->queue != queue->id || !receipt->is_of(row->message.message_id)) return {};
    if (key.is_fifo()) return aws::refuse(handle_expired(receipt_handle));
    group = std::move(row->message.group_id);
  }
  if (hidden != nullptr) {
    const auto taken = *queue->hidden.take(id);
    if (taken.in_flight) queue->ready->unlock(id, taken.group);
    wake(*queue);
  } else {
    queue->ready->remove(id, group);
  }
  tables_.delete_message(id);
  return {};
}

// Takes effect with the handle of any receive, as deletion does.
aws::Outcome<void> Queues::change_visibility(const QueueKey& key, std::string_view receipt_handle,
                                             std::int64_t seconds) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  if (seconds < 0 || seconds > kMaxVisibilitySeconds) {
    return aws::refuse(
        invalid_parameter_value(std::to_string(seconds), "VisibilityTimeout",
                                "VisibilityTimeout must be an integer between 0 and 43200"));
  }
  const auto receipt = Receipt::parse(receipt_handle);
  if (!receipt || receipt->queue != queue->id)
    return aws::refuse(receipt_handle_is_invalid(receipt_handle));
  settle(*queue);
  auto message = message_in_hand(*queue, *receipt);
  if (!message) return aws::refuse(std::move(message.error()));
  const auto until = clock_.wall() + std::chrono::seconds(seconds);
  if (until - message->received > std::chrono::seconds(kMaxVisibilitySeconds)) {
    return aws::refuse(invalid_parameter_value(
        std::to_string(seconds), "VisibilityTimeout",
        "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"));
  }
  const auto id = receipt->message;
  message->until = until;
  if (!queue->hidden.take(id)) {
    queue->ready->remove(id, message->group);
    queue->ready->lock(id, message->group);
  }
  tables_.set_visible(id, until);
  queue->hidden.add(id, *std::move(message));
  settle(*queue);
  arm(*queue);
  return {};
}

// As it is in flight, or would be if it were not visible again.
aws::Outcome<HiddenMessage> Queues::message_in_hand(const Queue& queue, const Receipt& receipt) {
  const auto* hidden = queue.hidden.find(receipt.message);
  if (hidden != nullptr && hidden->in_flight && hidden->receipt == receipt.nonce) return *hidden;
  const auto row = tables_.load_message(receipt.message);
  if (!row || row->queue != queue.id || !receipt.is_of(row->message.message_id)) {
    return aws::refuse(invalid_parameter_value(
        receipt.to_string(), "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change."));
  }
  if (queue.key.is_fifo()) return aws::refuse(message_not_in_flight());
  if (hidden != nullptr) return *hidden;
  return HiddenMessage{.until = {},
                       .expires = row->message.sent + queue.settings.retention,
                       .in_flight = true,
                       .receipt = row->receipt,
                       .received = clock_.wall(),
                       .group = row->message.group_id};
}

aws::Outcome<void> Queues::purge(const QueueKey& key) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  const auto now = clock_.wall();
  if (queue->purged != WallTime{} && now < queue->purged + kPurgeCooldown) {
    return aws::refuse(purge_in_progress(key.name));
  }
  queue->purged = now;
  const auto ready = queue->ready->all();
  for (const auto& message : ready) tables_.delete_message(message.id);
  for (const auto& [id, message] : queue->hidden.all()) tables_.delete_message(id);
  tables_.forget_deduplications_of(queue->id);
  tell(*queue, ready.size() + queue->hidden.all().size(), "purged");
  queue->ready = sqs::make_ready(key.is_fifo());
  queue->hidden = {};
  queue->attempts.clear();
  return {};
}

}  // namespace loopgate::sqs
