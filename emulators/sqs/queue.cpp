#include "emulators/sqs/queue.h"

namespace loopgate::sqs {

Queue::Queue(std::int64_t queue_id, QueueKey queue_key, Settings queue_settings, Clock& clock)
    : id(queue_id),
      key(std::move(queue_key)),
      settings(std::move(queue_settings)),
      ready(make_ready(key.is_fifo())),
      timer(clock) {}

void HiddenMessages::add(std::int64_t id, HiddenMessage message) {
  take(id);
  due_.emplace(message.until, id);
  if (message.in_flight) ++in_flight_;
  messages_.emplace(id, std::move(message));
}

const HiddenMessage* HiddenMessages::find(std::int64_t id) const {
  const auto found = messages_.find(id);
  return found == messages_.end() ? nullptr : &found->second;
}

std::optional<HiddenMessage> HiddenMessages::take(std::int64_t id) {
  auto node = messages_.extract(id);
  if (node.empty()) return std::nullopt;
  due_.erase({node.mapped().until, id});
  if (node.mapped().in_flight) --in_flight_;
  return std::move(node.mapped());
}

std::optional<std::pair<std::int64_t, HiddenMessage>> HiddenMessages::take_due(WallTime now) {
  if (due_.empty() || due_.begin()->first > now) return std::nullopt;
  const auto id = due_.begin()->second;
  return std::pair(id, *take(id));
}

std::optional<WallTime> HiddenMessages::next_due() const {
  if (due_.empty()) return std::nullopt;
  return due_.begin()->first;
}

}  // namespace loopgate::sqs
