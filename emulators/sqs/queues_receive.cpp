// A message's way out: receiving, waiting for it, and the dead-letter queue.
#include <algorithm>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/queues.h"
#include "emulators/sqs/receipt.h"

namespace loopgate::sqs {

namespace {

constexpr const char* kTooManyInFlight = "Too many messages in flight: at most 120000 a queue.";

aws::Outcome<void> check(const Queue& queue, const ReceiveRequest& request) {
  if (request.max_messages < 1 || request.max_messages > kMaxReceived) {
    return aws::refuse(invalid_parameter_value(std::to_string(request.max_messages),
                                               "MaxNumberOfMessages",
                                               "Must be between 1 and 10, if provided."));
  }
  if (request.visibility_seconds &&
      (*request.visibility_seconds < 0 || *request.visibility_seconds > kMaxVisibilitySeconds)) {
    return aws::refuse(invalid_parameter_value(std::to_string(*request.visibility_seconds),
                                               "VisibilityTimeout",
                                               "Must be >= 0 and <= 43200, if provided."));
  }
  if (request.wait &&
      (*request.wait < Duration(0) || *request.wait > std::chrono::seconds(kMaxWaitSeconds))) {
    return aws::refuse(invalid_parameter_value(
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*request.wait).count()),
        "WaitTimeSeconds", "Must be >= 0 and <= 20, if provided."));
  }
  if (!request.attempt_id.empty() && !queue.key.is_fifo()) {
    return aws::refuse(invalid_for_queue_type("ReceiveRequestAttemptId"));
  }
  if (request.attempt_id.size() > kMaxFifoIdChars) {
    return aws::refuse(invalid_parameter_value(request.attempt_id, "ReceiveRequestAttemptId",
                                               "It can be at most 128 long."));
  }
  return {};
}

}  // namespace

WaiterId Queues::receive(const QueueKey& key, const ReceiveRequest& request, ReceiveReply reply) {
  Queue* queue = find(key);
  if (queue == nullptr) return reply(aws::refuse(queue_does_not_exist())), WaiterId::kNone;
  if (auto checked = check(*queue, request); !checked) {
    return reply(aws::refuse(checked.error())), WaiterId::kNone;
  }
  auto messages = take(*queue, request);
  const auto wait = request.wait.value_or(queue->settings.wait);
  if (!messages.empty() || wait <= Duration(0)) {
    // Only short polls of standard queues are told that too many are in flight.
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    const bool is_over = messages.empty() && !key.is_fifo() && is_at_limit(*queue);
    if (is_over) reply(aws::refuse(over_limit(kTooManyInFlight)));
    if (!is_over) reply(std::move(messages));
    return WaiterId::kNone;
  }
  if (queue->waiters.size() >= kMaxWaiters) {
    return reply(aws::refuse(over_limit("Too many receive requests wait for this queue."))),
           WaiterId::kNone;
  }
  auto waiter = std::make_unique<Waiter>();
  waiter->id = WaiterId{++last_waiter_};
  waiter->request = request;
  waiter->reply = std::move(reply);
  waiter->deadline = ScopedTimer(clock_);
  waiter->deadline.set_after(wait, [this, key, id = waiter->id] {
    Queue* waited_for = find(key);
    if (waited_for == nullptr) return;
    const auto found =
        std::ranges::find_if(waited_for->waiters, [&](const auto& w) { return w->id == id; });
    if (found == waited_for->waiters.end()) return;
    const auto done = std::move(*found);
    waited_for->waiters.erase(found);
    if (done->has_gone()) return;
    // What became visible in this very instant is still its.
    auto last = take(*waited_for, done->request);
    done->reply(std::move(last));
  });
  const auto id = waiter->id;
  queue->waiters.push_back(std::move(waiter));
  arm(*queue);
  return id;
}

void Queues::abandon(const QueueKey& key, WaiterId waiter) {
  if (Queue* queue = find(key)) {
    std::erase_if(queue->waiters, [&](const auto& w) { return w->id == waiter; });
  }
}

void Queues::tell_unread(const QueueKey& key, std::size_t count) {
  const Queue* queue = find(key);
  if (queue == nullptr) return;
  tell(
      *queue, count,
      "the client broke its connection off without reading the answer; as on AWS its messages stay "
      "invisible until their visibility timeout");
}

bool Queues::is_at_limit(const Queue& queue) {
  return queue.hidden.in_flight() >= kMaxInFlight && queue.ready->any();
}

std::vector<Message> Queues::take(Queue& queue, const ReceiveRequest& request) {
  settle(queue);
  const auto now = clock_.wall();
  const auto visible =
      now + (request.visibility_seconds ? std::chrono::seconds(*request.visibility_seconds)
                                        : queue.settings.visibility);
  std::erase_if(queue.attempts, [&](const auto& entry) { return entry.second.until <= now; });
  if (const auto again = queue.attempts.find(request.attempt_id); again != queue.attempts.end()) {
    auto repeated = repeat(queue, again->second, visible);
    if (!repeated.empty()) return repeated;
    queue.attempts.erase(again);  // nothing of it is in flight any more
  }
  std::vector<Message> out;
  Attempt attempt{{}, now + kAttemptWindow};
  std::string group;
  while (out.size() < static_cast<std::size_t>(request.max_messages)) {
    if (queue.hidden.in_flight() >= kMaxInFlight) break;
    const auto next = queue.ready->next(group);
    if (!next) break;
    auto message = take_one(queue, *next, visible);
    if (!message) continue;
    group = message->group_id;
    attempt.messages.emplace_back(next->id, queue.hidden.find(next->id)->receipt);
    out.push_back(std::move(*message));
  }
  // Locked only now: one receive may take several messages of a group.
  for (std::size_t i = 0; i < out.size(); ++i) {
    queue.ready->lock(attempt.messages[i].first, out[i].group_id);
  }
  if (!request.attempt_id.empty() && !out.empty() && queue.attempts.size() < kMaxAttempts) {
    queue.attempts[request.attempt_id] = std::move(attempt);
  }
  if (!out.empty()) arm(queue);
  return out;
}

// Nothing when the message is gone, expired, or moves to the dead-letter queue.
std::optional<Message> Queues::take_one(Queue& queue, const ReadyMessage& ready, WallTime visible) {
  auto row = tables_.load_message(ready.id);
  // Undone by a savepoint after it was indexed.
  if (!row || row->queue != queue.id) return std::nullopt;
  const auto now = clock_.wall();
  if (ready.expires <= now) {
    drop(queue, ready.id, "expired");
    return std::nullopt;
  }
  if (move_if_dead(queue, *row)) return std::nullopt;
  row->receipt = Receipt::make_nonce(random_, row->message.message_id);
  tables_.mark_received(row->id, visible, row->receipt, now);
  if (row->message.receive_count++ == 0) row->message.first_received = now;
  queue.hidden.add(row->id,
                   {visible, ready.expires, true, row->receipt, now, row->message.group_id});
  return complete(queue, std::move(*row));
}

// At the receive after the last that the redrive policy allows. A queue whose target is gone keeps
// its messages.
bool Queues::move_if_dead(Queue& queue, const MessageRow& row) {
  if (!queue.settings.redrive) return false;
  if (row.message.receive_count - row.receives_elsewhere <
      queue.settings.redrive->max_receive_count) {
    return false;
  }
  const auto key = QueueKey::from_arn(queue.settings.redrive->target_arn);
  Queue* target = key ? find(*key) : nullptr;
  if (target == nullptr || target == &queue ||
      !target->settings.redrive_allow.allows(queue.key.arn())) {
    return false;
  }
  // A standard message ages from its first sending, a FIFO one from its move.
  const auto sent = queue.key.is_fifo() ? clock_.wall() : row.message.sent;
  const auto id = next_message_++;
  tables_.move_message(row.id, id, target->id, queue.key.arn(), sent);
  make_ready(*target, {id, sent + target->settings.retention}, row.message.group_id);
  arm(*target);
  tell(queue, 1, "moved to dead-letter queue " + target->key.name);
  return true;
}

// The same messages under the same handles, hidden anew, as far as they are still in flight.
std::vector<Message> Queues::repeat(Queue& queue, Attempt& attempt, WallTime visible) {
  std::vector<Message> out;
  for (const auto& [id, receipt] : attempt.messages) {
    const auto* hidden = queue.hidden.find(id);
    if (hidden == nullptr || hidden->receipt != receipt) continue;
    auto row = tables_.load_message(id);
    if (!row) continue;
    auto message = *queue.hidden.take(id);
    message.until = visible;
    queue.hidden.add(id, std::move(message));
    tables_.set_visible(id, visible);
    out.push_back(complete(queue, std::move(*row)));
  }
  arm(queue);
  return out;
}

Message Queues::complete(const Queue& queue, MessageRow row) const {
  Message out = std::move(row.message);
  out.receipt_handle = Receipt{queue.id, row.id, row.receipt}.to_string();
  if (queue.key.is_fifo()) out.sequence_number = sequence_number(row.id);
  return out;
}

}  // namespace loopgate::sqs
