// Looking into a queue without receiving: for people, scenarios and tests.
#include <algorithm>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/queues.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

struct Seen {
  std::int64_t id;
  const char* state;
};

}  // namespace

aws::Outcome<QueueCounts> Queues::counts(const QueueKey& key) {
  Queue* queue = find(key);
  if (queue == nullptr) return aws::refuse(queue_does_not_exist());
  settle(*queue);
  expire(*queue);
  return QueueCounts{queue->ready->size(), queue->hidden.in_flight(), queue->hidden.delayed()};
}

json Queues::peek(std::string_view queue_url_or_arn, std::string_view region) {
  auto key = QueueKey::from_arn(queue_url_or_arn);
  if (!key) key = parse_queue_url(queue_url_or_arn, "123456789012", region);
  if (!key) return nullptr;
  if (key->region.empty()) {
    // A URL does not say its region: the first that has such a queue.
    const auto found = std::ranges::find_if(queues_, [&](const auto& entry) {
      return entry.first.account == key->account && entry.first.name == key->name;
    });
    if (found != queues_.end()) key = found->first;
  }
  Queue* queue = find(*key);
  if (queue == nullptr) return nullptr;
  settle(*queue);
  expire(*queue);
  std::vector<Seen> seen;
  for (const auto& message : queue->ready->all()) seen.push_back({message.id, "visible"});
  for (const auto& [id, message] : queue->hidden.all()) {
    seen.push_back({id, message.in_flight ? "in-flight" : "delayed"});
  }
  std::ranges::sort(seen, {}, &Seen::id);
  if (seen.size() > kMaxPeeked) seen.resize(kMaxPeeked);
  json messages = json::array();
  for (const auto& [id, state] : seen) {
    auto row = tables_.load_message(id);
    if (!row) continue;
    const auto message = complete(*queue, std::move(*row));
    json item = {{"MessageId", message.message_id},
                 {"Body", message.body},
                 {"MD5OfBody", md5_.hex(as_bytes(message.body))},
                 {"State", state},
                 {"Attributes", system_attributes(message)}};
    if (!message.attributes.empty())
      item["MessageAttributes"] = write_attributes(message.attributes);
    messages.push_back(std::move(item));
  }
  return {{"QueueArn", key->arn()}, {"Messages", std::move(messages)}};
}

}  // namespace loopgate::sqs
