#include "emulators/sqs/sqs_port.h"

#include <fmt/format.h>

#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"

namespace loopgate::sqs {

namespace {

// Not before what it tells of is stored: a packet is delivered when its message will be there.
template <class T>
void complete_when_stored(store::Store& store, TaskQueue& tasks, aws::Completion<T> done,
                          aws::Outcome<T> outcome) {
  store.after_commit([&store, &tasks, done = std::move(done),
                      outcome = std::move(outcome)](bool committed) mutable {
    if (!committed && outcome) outcome = aws::refuse(aws::not_stored(store.failure()));
    aws::complete(tasks, std::move(done), std::move(outcome));
  });
}

}  // namespace

aws::Outcome<QueueKey> EmbeddedSqs::allowed_queue(const aws::Session& session,
                                                  std::string_view action,
                                                  const std::string& queue_arn) const {
  const auto key = QueueKey::from_arn(queue_arn);
  if (!key) return aws::refuse(invalid_address(queue_arn));
  // First may, then exists: who may not learns nothing.
  if (auto allowed = authorizer_(session, action, queue_arn); !allowed)
    return aws::refuse(allowed.error());
  if (!queues_.exists(*key)) return aws::refuse(queue_does_not_exist());
  return *key;
}

void EmbeddedSqs::get_queue_url(aws::SessionPtr session, const std::string& queue_arn,
                                aws::Completion<std::string> done) {
  const auto key = allowed_queue(*session, "sqs:GetQueueUrl", queue_arn);
  if (!key) return aws::complete<std::string>(tasks_, std::move(done), aws::refuse(key.error()));
  aws::complete<std::string>(
      tasks_, std::move(done),
      fmt::format("https://sqs.{}.amazonaws.com/{}/{}", key->region, key->account, key->name));
}

aws::Outcome<aws::SendResult> EmbeddedSqs::send(const aws::Session& session,
                                                const std::string& queue_arn,
                                                std::vector<aws::SendEntry> entries) {
  const auto key = allowed_queue(session, "sqs:SendMessage", queue_arn);
  if (!key) return aws::refuse(key.error());
  if (entries.empty()) return aws::refuse(empty_batch("SendMessageBatchRequestEntry"));
  if (entries.size() > kMaxBatchEntries) return aws::refuse(too_many_entries(entries.size()));
  std::size_t bytes = 0;
  for (const auto& entry : entries) bytes += entry.body.size() + size_of(entry.attributes);
  if (bytes > kMaxMessageBytes) return aws::refuse(batch_too_long(bytes));
  aws::SendResult result;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    auto sent = queues_.deliver(*key, std::move(entries[i]), session.account);
    if (!sent) result.failed.push_back({i, std::move(sent.error())});
  }
  return result;
}

void EmbeddedSqs::send_message_batch(aws::SessionPtr session, const std::string& queue_arn,
                                     std::vector<aws::SendEntry> entries,
                                     aws::Completion<aws::SendResult> done) {
  auto outcome = send(*session, queue_arn, std::move(entries));
  complete_when_stored(queues_.store(), tasks_, std::move(done), std::move(outcome));
}

void EmbeddedSqs::receive(aws::SessionPtr session, const std::string& queue_arn, Duration wait,
                          aws::Completion<std::vector<aws::ReceivedMessage>> done) {
  using Received = std::vector<aws::ReceivedMessage>;
  const auto key = allowed_queue(*session, "sqs:ReceiveMessage", queue_arn);
  if (!key) return aws::complete<Received>(tasks_, std::move(done), aws::refuse(key.error()));
  ReceiveRequest request;
  request.max_messages = kMaxReceived;
  request.wait = wait;
  queues_.receive(
      *key, request,
      [&store = queues_.store(), &tasks = tasks_, done = std::move(done)](auto messages) mutable {
        if (!messages)
          return aws::complete<Received>(tasks, std::move(done), aws::refuse(messages.error()));
        Received out;
        for (auto& message : *messages) {
          out.push_back({std::move(message.message_id), std::move(message.receipt_handle),
                         std::move(message.body), std::move(message.attributes)});
        }
        // Who gets nothing has changed nothing. What could not be hidden stays in the queue for
        // all.
        if (out.empty()) return aws::complete<Received>(tasks, std::move(done), std::move(out));
        complete_when_stored<Received>(store, tasks, std::move(done), std::move(out));
      });
}

void EmbeddedSqs::delete_messages(aws::SessionPtr session, const std::string& queue_arn,
                                  std::vector<std::string> receipt_handles,
                                  aws::Completion<aws::Done> done) {
  const auto key = allowed_queue(*session, "sqs:DeleteMessage", queue_arn);
  if (!key) return aws::complete<aws::Done>(tasks_, std::move(done), aws::refuse(key.error()));
  aws::Outcome<aws::Done> outcome = aws::Done{};
  // One that cannot be deleted hinders no other; the first error is told.
  for (const auto& handle : receipt_handles) {
    auto deleted = queues_.delete_message(*key, handle);
    if (!deleted && outcome) outcome = aws::refuse(std::move(deleted.error()));
  }
  complete_when_stored(queues_.store(), tasks_, std::move(done), std::move(outcome));
}

void EmbeddedSqs::create_queue(aws::SessionPtr session, const std::string& region,
                               const std::string& name, const std::string& policy,
                               aws::Completion<std::string> done) {
  const QueueKey key{session->account, region, name};
  auto outcome = [&]() -> aws::Outcome<std::string> {
    if (auto allowed = authorizer_(*session, "sqs:CreateQueue", key.arn()); !allowed) {
      return aws::refuse(allowed.error());
    }
    AttributeMap attributes;
    if (key.is_fifo()) attributes["FifoQueue"] = "true";
    if (!policy.empty()) attributes["Policy"] = policy;
    if (auto created = queues_.create(key, attributes); !created)
      return aws::refuse(created.error());
    return key.arn();
  }();
  aws::complete(tasks_, std::move(done), std::move(outcome));
}

void EmbeddedSqs::delete_queue(aws::SessionPtr session, const std::string& queue_arn,
                               aws::Completion<aws::Done> done) {
  const auto key = allowed_queue(*session, "sqs:DeleteQueue", queue_arn);
  if (!key) return aws::complete<aws::Done>(tasks_, std::move(done), aws::refuse(key.error()));
  aws::Outcome<aws::Done> outcome = aws::Done{};
  if (auto removed = queues_.remove(*key); !removed)
    outcome = aws::refuse(std::move(removed.error()));
  aws::complete(tasks_, std::move(done), std::move(outcome));
}

}  // namespace loopgate::sqs
