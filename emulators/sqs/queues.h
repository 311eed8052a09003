// SQS: queues and their messages, apart from any protocol. The operations of the API, the gateway's
// embedded port, SNS's deliveries, stacks and scenarios all come through here, within the turn that
// calls: what a turn does is one transaction of the store. Queues of every account and region live
// side by side.
//
// The tables are the truth. Memory holds which messages are ready, in flight or delayed, never
// their bodies.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "base/alive.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "emulators/sqs/md5.h"
#include "emulators/sqs/move_task.h"
#include "emulators/sqs/queue.h"
#include "emulators/sqs/receipt.h"
#include "emulators/sqs/tables.h"
#include "emulators/store/store.h"

namespace loopgate::sqs {

struct QueueCounts {
  std::size_t ready = 0;
  std::size_t in_flight = 0;
  std::size_t delayed = 0;
};

class Queues {
 public:
  // All of them outlive the queues. Fails when the tables cannot be brought up to date.
  static Result<std::unique_ptr<Queues>> open(store::Store& store, Clock& clock, TaskQueue& tasks,
                                              Random& random, Journal& journal);
  ~Queues();
  Queues(const Queues&) = delete;

  // Of what is set as a Policy: the error's sentence becomes the reason. None: JSON is enough.
  using PolicyCheck = std::function<aws::Outcome<void>(const std::string& text)>;
  void check_policies(PolicyCheck check) { check_policy_ = std::move(check); }

  // Queues (queues.cpp). What exists with the same attributes is found again.
  aws::Outcome<void> create(const QueueKey& key, const AttributeMap& attributes,
                            const std::map<std::string, std::string>& tags = {});
  aws::Outcome<void> remove(const QueueKey& key);
  bool exists(const QueueKey& key) const { return queues_.contains(key); }
  // By name, those after `after`, at most `limit`.
  std::vector<QueueKey> list(const std::string& account, const std::string& region,
                             std::string_view prefix, std::string_view after,
                             std::size_t limit) const;
  std::vector<QueueKey> dead_letter_sources(const QueueKey& target) const;
  std::vector<QueueKey> all() const;
  // Every queue as if it had just been made: no messages, no memory of any. Who waits for messages
  // gets none.
  void forget(const aws::AccountScope& scope);

  // Attributes and tags (queues_attributes.cpp).
  aws::Outcome<AttributeMap> attributes(const QueueKey& key);
  aws::Outcome<void> set_attributes(const QueueKey& key, const AttributeMap& changes);
  aws::Outcome<std::map<std::string, std::string>> tags(const QueueKey& key) const;
  aws::Outcome<void> set_tags(const QueueKey& key, const std::map<std::string, std::string>& tags);
  // The queue's policy, "" without one; nullopt without a queue.
  std::optional<std::string> policy(const QueueKey& key) const;
  bool deduplicates_by_content(const QueueKey& key) const;

  // Messages in (queues_send.cpp).
  aws::Outcome<SentMessage> send(const QueueKey& key, const SendRequest& request);
  // The same for callers in this process, who check no digests: they stay empty. In the turn of the
  // caller: an SNS publish and its deliveries are one transaction.
  aws::Outcome<SentMessage> deliver(const QueueKey& key, aws::SendEntry entry,
                                    std::string_view sender_id,
                                    const std::string& trace_header = {});
  aws::Outcome<SentMessage> deliver(std::string_view queue_arn, aws::SendEntry entry,
                                    std::string_view sender_id,
                                    const std::string& trace_header = {});

  // Messages out (queues_receive.cpp). Replies exactly once: at once with messages, without a wait
  // or with an error; else when a message comes or the wait is over. The id is of a poll that waits
  // and may be abandoned.
  WaiterId receive(const QueueKey& key, const ReceiveRequest& request, ReceiveReply reply);
  // Without a reply.
  void abandon(const QueueKey& key, WaiterId waiter);
  // In the journal: whoever was answered these messages did not read them.
  void tell_unread(const QueueKey& key, std::size_t count);

  // By receipt handle (queues_receipts.cpp).
  aws::Outcome<void> delete_message(const QueueKey& key, std::string_view receipt_handle);
  aws::Outcome<void> change_visibility(const QueueKey& key, std::string_view receipt_handle,
                                       std::int64_t seconds);
  aws::Outcome<void> purge(const QueueKey& key);

  // Move tasks (queues_move.cpp).
  aws::Outcome<MoveTask> start_move(const MoveRequest& request);
  aws::Outcome<MoveTask> cancel_move(std::string_view handle);
  // Of a source, the latest first.
  aws::Outcome<std::vector<MoveTask>> list_moves(const std::string& source_arn,
                                                 std::size_t limit) const;

  // A look into a queue that changes nothing (queues_peek.cpp).
  aws::Outcome<QueueCounts> counts(const QueueKey& key);
  // By URL or ARN: {"QueueArn", "Messages": [{"MessageId", "Body", "MD5OfBody", "State": "visible"
  // | "delayed" | "in-flight", "Attributes", "MessageAttributes"}]}, oldest first, at most
  // kMaxPeeked; null without a queue.
  nlohmann::json peek(std::string_view queue_url_or_arn, std::string_view region = {});

  store::Store& store() { return store_; }
  TaskQueue& tasks() { return tasks_; }
  Random& random() { return random_; }
  Md5& md5() { return md5_; }

 private:
  struct Move {
    MoveTask task;
    ScopedTimer timer;
    std::uint64_t step = 0;  // that comes next; 0: none
  };

  Queues(store::Store& store, Clock& clock, TaskQueue& tasks, Random& random, Journal& journal);

  // `attributes` are the request's, encoded.
  aws::Outcome<SentMessage> enqueue(const QueueKey& key, const SendRequest& request,
                                    ByteSpan attributes);

  // Index (queues_index.cpp).
  void rebuild();
  Queue* find(const QueueKey& key) const;
  Queue* find(std::int64_t id) const;
  void make_ready(Queue& queue, ReadyMessage message, const std::string& group);
  void drop(Queue& queue, std::int64_t id, const char* why);
  void settle(Queue& queue);
  void expire(Queue& queue);
  void arm(Queue& queue);
  void wake(Queue& queue);
  void serve(Queue& queue);
  void on_timer(std::int64_t queue_id);
  void save(const Queue& queue);
  void fail_waiters(Queue& queue);
  void send_waiters_home(Queue& queue);

  aws::Outcome<Settings> checked_settings(const QueueKey& key, const AttributeMap& given,
                                          const AttributeMap& changes) const;
  void restart_delays(Queue& queue);

  static bool is_at_limit(const Queue& queue);
  std::vector<Message> take(Queue& queue, const ReceiveRequest& request);
  std::optional<Message> take_one(Queue& queue, const ReadyMessage& ready, WallTime visible);
  bool move_if_dead(Queue& queue, const MessageRow& row);
  std::vector<Message> repeat(Queue& queue, Attempt& attempt, WallTime visible);
  Message complete(const Queue& queue, MessageRow row) const;
  aws::Outcome<HiddenMessage> message_in_hand(const Queue& queue, const Receipt& receipt);

  // Of queues that move tasks name.
  aws::Outcome<QueueKey> moved_queue(const std::string& arn, const char* parameter) const;
  aws::Outcome<void> check_move(const MoveRequest& request) const;
  void load_moves();
  void forget_old_moves(const std::string& source_arn);
  void forget_moves_of(const std::string& source_arn);
  void continue_move(Move& move, Duration delay);
  void step_move(Move& move);
  void end_move(Move& move, MoveStatus status, std::string failure = {});
  void send_anew(const MessageRow& row, Queue& target);

  // The journal's event of messages that were moved, expired or purged.
  void tell(const Queue& queue, std::size_t count, std::string text);

  store::Store& store_;
  Clock& clock_;
  TaskQueue& tasks_;
  Random& random_;
  Journal& journal_;
  PolicyCheck check_policy_;
  Md5 md5_;
  Tables tables_;
  std::map<QueueKey, std::unique_ptr<Queue>> queues_;
  std::unordered_map<std::int64_t, Queue*> by_id_;
  std::map<std::int64_t, Move> moves_;  // by number
  std::uint64_t last_step_ = 0;
  std::int64_t next_message_ = 1;
  std::uint64_t last_waiter_ = 0;
  WallTime next_forgetting_{};
  // What posted tasks watch: they may run after us.
  Alive alive_;
};

// 20 digits that grow with every message.
std::string sequence_number(std::int64_t message);

}  // namespace loopgate::sqs
