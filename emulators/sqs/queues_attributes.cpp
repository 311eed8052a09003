// What is known and set about a queue.
#include <fmt/format.h>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

aws::Outcome<AttributeMap> Queues::attributes(const QueueKey& key) {
  const auto counted = counts(key);
  if (!counted) return aws::refuse(counted.error());
  const Queue& queue = *find(key);
  auto out = queue.settings.shown();
  out["QueueArn"] = key.arn();
  out["CreatedTimestamp"] = std::to_string(to_seconds(queue.created));
  out["LastModifiedTimestamp"] = std::to_string(to_seconds(queue.modified));
  out["ApproximateNumberOfMessages"] = std::to_string(counted->ready);
  out["ApproximateNumberOfMessagesNotVisible"] = std::to_string(counted->in_flight);
  out["ApproximateNumberOfMessagesDelayed"] = std::to_string(counted->delayed);
  return out;
}

aws::Outcome<void> Queues::set_attributes(const QueueKey& key, const AttributeMap& changes) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  auto settings = checked_settings(key, queue->settings.given, changes);
  if (!settings) return aws::refuse(settings.error());
  const bool delay_changed = settings->delay != queue->settings.delay;
  const bool retention_changed = settings->retention != queue->settings.retention;
  queue->settings = std::move(*settings);
  queue->modified = clock_.wall();
  save(*queue);
  // The delay of a FIFO queue holds for messages that are in it already.
  if (delay_changed && key.is_fifo()) restart_delays(*queue);
  // Deadlines stand in the index; a new retention is rare enough to build it anew.
  if (retention_changed) rebuild();
  return {};
}

void Queues::restart_delays(Queue& queue) {
  std::vector<std::int64_t> delayed;
  for (const auto& [id, message] : queue.hidden.all()) {
    if (!message.in_flight) delayed.push_back(id);
  }
  for (const auto id : delayed) {
    auto message = *queue.hidden.take(id);
    const auto sent = message.expires - queue.settings.retention;
    message.until = sent + queue.settings.delay;
    tables_.set_visible(id, message.until);
    queue.hidden.add(id, std::move(message));
  }
  settle(queue);
  arm(queue);
}

aws::Outcome<std::map<std::string, std::string>> Queues::tags(const QueueKey& key) const {
  const Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  return queue->tags;
}

aws::Outcome<void> Queues::set_tags(const QueueKey& key,
                                    const std::map<std::string, std::string>& tags) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  if (tags.size() > kMaxTags) {
    return aws::refuse(
        invalid_parameter(fmt::format("Too many tags added for queue {}.", key.name)));
  }
  queue->tags = tags;
  save(*queue);
  return {};
}

std::optional<std::string> Queues::policy(const QueueKey& key) const {
  const Queue* queue = find(key);
  if (queue == nullptr) return std::nullopt;
  const auto found = queue->settings.given.find("Policy");
  return found == queue->settings.given.end() ? std::string() : found->second;
}

bool Queues::deduplicates_by_content(const QueueKey& key) const {
  const Queue* queue = find(key);
  return queue != nullptr && queue->settings.content_based_deduplication;
}

void Queues::save(const Queue& queue) {
  tables_.update_queue(
      {queue.id, queue.key, queue.settings.given, queue.tags, queue.created, queue.modified});
}

}  // namespace loopgate::sqs
