// Queues come and go.
#include "emulators/sqs/queues.h"

#include <algorithm>

#include "codec/text.h"
#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"

namespace loopgate::sqs {

namespace {

// The attribute in which a CreateQueue differs from what exists, if there is one.
std::optional<std::string> difference(const Settings& existing, const Settings& asked) {
  const auto shown = existing.shown();
  for (const auto& [name, value] : asked.given) {
    const auto found = shown.find(name);
    if (found == shown.end() || found->second != value) return name;
  }
  return std::nullopt;
}

}  // namespace

// With the checks that need the other queues.
aws::Outcome<Settings> Queues::checked_settings(const QueueKey& key, const AttributeMap& given,
                                                const AttributeMap& changes) const {
  auto settings = Settings::make(key, given, changes);
  if (const auto policy = changes.find("Policy");
      settings && check_policy_ && policy != changes.end() && !policy->second.empty()) {
    if (const auto checked = check_policy_(policy->second); !checked)
      return aws::refuse(invalid_attribute_value("Policy", checked.error().message));
  }
  if (!settings || !settings->redrive || !changes.contains("RedrivePolicy")) return settings;
  const auto target_key = QueueKey::from_arn(settings->redrive->target_arn);
  // In the same account and region:
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
  const bool is_near =
      target_key && target_key->account == key.account && target_key->region == key.region;
  const Queue* target = is_near ? find(*target_key) : nullptr;
  const auto& text = settings->given.at("RedrivePolicy");
  if (target == nullptr) {
    return aws::refuse(
        invalid_parameter_value(text, "RedrivePolicy", "Dead letter target does not exist."));
  }
  if (!target->settings.redrive_allow.allows(key.arn())) {
    return aws::refuse(invalid_parameter_value(
        text, "RedrivePolicy",
        "The dead-letter queue's RedriveAllowPolicy does not allow this source queue."));
  }
  return settings;
}

aws::Outcome<void> Queues::create(const QueueKey& key, const AttributeMap& attributes,
                                  const std::map<std::string, std::string>& tags) {
  const auto fifo = attributes.find("FifoQueue");
  const bool is_fifo = fifo != attributes.end() && codec::lower(fifo->second) == "true";
  if (auto named = check_queue_name(key.name, is_fifo); !named) return named;
  auto settings = checked_settings(key, {}, attributes);
  if (!settings) return aws::refuse(settings.error());
  if (tags.size() > kMaxTags)
    return aws::refuse(invalid_parameter("Too many tags added for queue."));
  if (const Queue* existing = find(key)) {
    if (const auto name = difference(existing->settings, *settings)) {
      return aws::refuse(queue_name_exists(*name));
    }
    return {};
  }
  const auto now = clock_.wall();
  const auto id = tables_.insert_queue({0, key, settings->given, tags, now, now});
  auto queue = std::make_unique<Queue>(id, key, std::move(*settings), clock_);
  queue->tags = tags;
  queue->created = queue->modified = now;
  by_id_[id] = queue.get();
  queues_[key] = std::move(queue);
  return {};
}

aws::Outcome<void> Queues::remove(const QueueKey& key) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  for (const auto& message : queue->ready->all()) tables_.delete_message(message.id);
  for (const auto& [id, message] : queue->hidden.all()) tables_.delete_message(id);
  tables_.delete_queue(queue->id);
  forget_moves_of(key.arn());
  fail_waiters(*queue);
  by_id_.erase(queue->id);
  queues_.erase(key);
  return {};
}

void Queues::forget(const aws::AccountScope& scope) {
  tables_.delete_messages_of(scope);
  std::erase_if(moves_, [&](const auto& entry) {
    return scope.covers_arn(entry.second.task.request.source_arn);
  });
  for (auto& [key, queue] : queues_) {
    if (!scope.covers(key.account)) continue;
    queue->ready = sqs::make_ready(key.is_fifo());
    queue->hidden = {};
    queue->attempts.clear();
    queue->purged = {};
    queue->timer.cancel();
    queue->armed_for = Instant::max();
    send_waiters_home(*queue);
  }
}

std::vector<QueueKey> Queues::list(const std::string& account, const std::string& region,
                                   std::string_view prefix, std::string_view after,
                                   std::size_t limit) const {
  std::vector<QueueKey> out;
  const QueueKey from{account, region, std::string(std::max(prefix, after))};
  for (auto at = queues_.lower_bound(from); at != queues_.end() && out.size() < limit; ++at) {
    const auto& key = at->first;
    if (key.account != account || key.region != region || !key.name.starts_with(prefix)) break;
    if (key.name != after) out.push_back(key);
  }
  return out;
}

std::vector<QueueKey> Queues::dead_letter_sources(const QueueKey& target) const {
  std::vector<QueueKey> out;
  const auto arn = target.arn();
  for (const auto& [key, queue] : queues_) {
    if (queue->settings.redrive && queue->settings.redrive->target_arn == arn) out.push_back(key);
  }
  return out;
}

std::vector<QueueKey> Queues::all() const {
  std::vector<QueueKey> out;
  for (const auto& [key, queue] : queues_) out.push_back(key);
  return out;
}

}  // namespace loopgate::sqs
