// The index of messages in memory: built from the tables, kept current by the clock.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/queues.h"

namespace loopgate::sqs {

Result<std::unique_ptr<Queues>> Queues::open(store::Store& store, Clock& clock, TaskQueue& tasks,
                                             Random& random, Journal& journal) {
  if (auto migrated = Tables::migrate(store); !migrated) return std::unexpected(migrated.error());
  std::unique_ptr<Queues> queues(new Queues(store, clock, tasks, random, journal));
  queues->rebuild();
  store.on_rollback([alive = queues->alive_.token(), self = queues.get()] {
    if (alive) self->rebuild();
  });
  return queues;
}

Queues::Queues(store::Store& store, Clock& clock, TaskQueue& tasks, Random& random,
               Journal& journal)
    : store_(store),
      clock_(clock),
      tasks_(tasks),
      random_(random),
      journal_(journal),
      tables_(store) {}

Queues::~Queues() = default;

void Queues::rebuild() {
  auto before = std::move(queues_);
  queues_.clear();
  by_id_.clear();
  for (auto& row : tables_.queues()) {
    auto settings = Settings::make(row.key, row.given, {});
    // A file of another version of ours may hold what we would refuse now: defaults serve its
    // messages.
    if (!settings) settings = Settings::make(row.key, {}, {});
    auto queue = std::make_unique<Queue>(row.id, row.key, std::move(*settings), clock_);
    queue->tags = std::move(row.tags);
    queue->created = row.created;
    queue->modified = row.modified;
    by_id_.emplace(queue->id, queue.get());
    queues_.emplace(row.key, std::move(queue));
  }
  const auto now = clock_.wall();
  Queue* queue = nullptr;  // mostly that of the row before
  tables_.scan_messages([&](const IndexRow& row) {
    if (queue == nullptr || queue->id != row.queue) queue = find(row.queue);
    if (queue == nullptr) return;
    const auto expires = row.sent + queue->settings.retention;
    if (row.visible <= now) return queue->ready->add({row.id, expires}, row.group);
    const bool in_flight = row.receipt != 0;
    if (in_flight) queue->ready->lock(row.id, row.group);
    queue->hidden.add(row.id, {row.visible, expires, in_flight, row.receipt, now, row.group});
  });
  // A new id is above all that were ever given, also to messages that are gone: time is.
  constexpr int kIdsAMillisecond = 18;  // bits
  next_message_ =
      std::max({next_message_, tables_.last_message_id() + 1, to_millis(now) << kIdsAMillisecond});
  for (auto& [key, old] : before) {
    Queue* queue = find(key);
    if (queue == nullptr || queue->id != old->id) {
      fail_waiters(*old);
      continue;
    }
    queue->waiters = std::move(old->waiters);
    queue->purged = old->purged;
    queue->attempts = std::move(old->attempts);
  }
  for (auto& [key, queue] : queues_) {
    wake(*queue);
    arm(*queue);
  }
  load_moves();
}

Queue* Queues::find(const QueueKey& key) const {
  const auto found = queues_.find(key);
  return found == queues_.end() ? nullptr : found->second.get();
}

Queue* Queues::find(std::int64_t id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

void Queues::make_ready(Queue& queue, ReadyMessage message, const std::string& group) {
  queue.ready->add(message, group);
  wake(queue);
}

void Queues::drop(Queue& queue, std::int64_t id, const char* why) {
  store_.apart_from_operation([&] { tables_.delete_message(id); });
  tell(queue, 1, why);
}

// Brings what is due by now back into view.
void Queues::settle(Queue& queue) {
  const auto now = clock_.wall();
  while (auto due = queue.hidden.take_due(now)) {
    const auto& [id, message] = *due;
    if (message.in_flight) queue.ready->unlock(id, message.group);
    if (message.expires <= now) {
      drop(queue, id, "expired");
    } else {
      make_ready(queue, {id, message.expires}, message.group);
    }
  }
}

void Queues::expire(Queue& queue) {
  const auto now = clock_.wall();
  const auto first = queue.ready->next_expiry();
  if (!first || *first > now) return;
  const auto expired = queue.ready->take_expired(now);
  store_.apart_from_operation([&] {
    for (const auto id : expired) tables_.delete_message(id);
  });
  tell(queue, expired.size(), "expired");
}

void Queues::arm(Queue& queue) {
  std::optional<WallTime> next = queue.ready->next_expiry();
  // Nobody sees the difference before somebody asks, unless somebody waits.
  const auto due = queue.hidden.next_due();
  if (due && !queue.waiters.empty()) next = std::min(next.value_or(WallTime::max()), *due);
  if (!next) return;
  // An expiry may be a whole second late: many messages then expire in one sweep.
  if (next != due) next = std::chrono::ceil<std::chrono::seconds>(*next);
  const auto at = std::max(clock_.at_wall(*next), clock_.now());
  if (queue.timer.is_set() && queue.armed_for <= at) return;
  queue.armed_for = at;
  queue.timer.set_at(at, [this, id = queue.id] { on_timer(id); });
}

void Queues::on_timer(std::int64_t queue_id) {
  Queue* queue = find(queue_id);
  if (queue == nullptr) return;
  queue->armed_for = Instant::max();
  settle(*queue);
  expire(*queue);
  arm(*queue);
}

// Once a turn and queue, however many messages came.
void Queues::wake(Queue& queue) {
  if (queue.waiters.empty() || queue.wake_posted || !queue.ready->any()) return;
  queue.wake_posted = true;
  tasks_.post([this, alive = alive_.token(), id = queue.id] {
    if (!alive) return;
    if (Queue* waited_for = find(id)) {
      waited_for->wake_posted = false;
      serve(*waited_for);
    }
  });
}

void Queues::serve(Queue& queue) {
  // A reply may poll again: those of now, not those that it adds.
  for (auto left = queue.waiters.size(); left > 0 && !queue.waiters.empty(); --left) {
    if (queue.waiters.front()->has_gone()) {
      queue.waiters.pop_front();
      continue;
    }
    auto messages = take(queue, queue.waiters.front()->request);
    if (messages.empty()) break;
    const auto waiter = std::move(queue.waiters.front());
    queue.waiters.pop_front();
    const auto id = queue.id;
    waiter->deadline.cancel();
    waiter->reply(std::move(messages));
    if (find(id) != &queue) return;  // it deleted the queue
  }
  arm(queue);
}

void Queues::fail_waiters(Queue& queue) {
  for (auto& waiter : queue.waiters) {
    waiter->deadline.cancel();
    // Not here: a queue is deleted by a caller who does not expect to be called.
    tasks_.post([reply = std::move(waiter->reply)]() mutable {
      reply(aws::refuse(queue_does_not_exist()));
    });
  }
  queue.waiters.clear();
}

void Queues::send_waiters_home(Queue& queue) {
  for (auto& waiter : queue.waiters) {
    waiter->deadline.cancel();
    tasks_.post([reply = std::move(waiter->reply)]() mutable { reply(std::vector<Message>{}); });
  }
  queue.waiters.clear();
}

void Queues::tell(const Queue& queue, std::size_t count, std::string text) {
  if (count == 0) return;
  Event event;
  event.kind = EventKind::kMessageMoved;
  event.region = journal_.intern(queue.key.region);
  event.subject = journal_.intern(queue.key.name);
  event.count = static_cast<std::uint32_t>(count);
  event.text = std::move(text);
  journal_.append(std::move(event));
}

std::string sequence_number(std::int64_t message) {
  return fmt::format("18{:018}", message);
}

}  // namespace loopgate::sqs
