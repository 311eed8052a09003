// What is done to a message by its receipt handle, and the end of all messages of a queue.
#include <fmt/format.h>

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

}  // namespace

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

aws::Outcome<void> Queues::delete_message(const QueueKey& key, std::string_view receipt_handle) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  const auto receipt = Receipt::parse(receipt_handle);
  if (!receipt || receipt->queue != queue->id) return aws::refuse(receipt_handle_is_invalid());
  settle(*queue);
  const auto id = receipt->message;
  if (const auto* hidden = queue->hidden.find(id)) {
    // A handle of an earlier receive succeeds without deleting anything.
    if (hidden->receipt != receipt->nonce) return {};
    const auto group = queue->hidden.take(id)->group;
    tables_.delete_message(id);
    queue->ready->unlock(group);
    wake(*queue);
    return {};
  }
  const auto row = tables_.load_message(id);
  if (!row || row->queue != queue->id || row->receipt != receipt->nonce) return {};
  if (key.is_fifo()) return aws::refuse(handle_expired(receipt_handle));
  queue->ready->remove(id, row->message.group_id);
  tables_.delete_message(id);
  return {};
}

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
  if (!receipt || receipt->queue != queue->id) return aws::refuse(receipt_handle_is_invalid());
  settle(*queue);
  const auto* hidden = queue->hidden.find(receipt->message);
  if (hidden == nullptr || !hidden->in_flight || hidden->receipt != receipt->nonce) {
    const auto row = tables_.load_message(receipt->message);
    if (row && row->queue == queue->id) return aws::refuse(message_not_in_flight());
    return aws::refuse(invalid_parameter_value(
        receipt_handle, "ReceiptHandle",
        "Message does not exist or is not available for visibility timeout change."));
  }
  const auto until = clock_.wall() + std::chrono::seconds(seconds);
  if (until - hidden->received > std::chrono::seconds(kMaxVisibilitySeconds)) {
    return aws::refuse(invalid_parameter_value(
        std::to_string(seconds), "VisibilityTimeout",
        "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]"));
  }
  auto message = *queue->hidden.take(receipt->message);
  message.until = until;
  tables_.set_visible(receipt->message, until);
  queue->hidden.add(receipt->message, std::move(message));
  settle(*queue);
  arm(*queue);
  return {};
}

aws::Outcome<void> Queues::purge(const QueueKey& key) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  const auto now = clock_.wall();
  if (options_.cooldowns && queue->purged != WallTime{} && now < queue->purged + kCooldown) {
    return aws::refuse(purge_in_progress(key.name));
  }
  queue->purged = now;
  const auto ready = queue->ready->all();
  for (const auto& message : ready) tables_.delete_message(message.id);
  for (const auto& [id, message] : queue->hidden.all()) tables_.delete_message(id);
  tell(*queue, ready.size() + queue->hidden.all().size(), "purged");
  queue->ready = sqs::make_ready(key.is_fifo());
  queue->hidden = {};
  queue->attempts.clear();
  return {};
}

}  // namespace loopgate::sqs
