// The tables of SQS. A message is one row without secondary indexes, so that a send is one append;
// which messages a queue has and which is next, memory knows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "aws/account_scope.h"
#include "emulators/sqs/message.h"
#include "emulators/sqs/move_task.h"
#include "emulators/sqs/settings.h"
#include "emulators/store/store.h"

namespace loopgate::sqs {

struct QueueRow {
  std::int64_t id = 0;
  QueueKey key;
  AttributeMap given;
  std::map<std::string, std::string> tags;
  WallTime created{};
  WallTime modified{};
};

struct MessageRow {
  std::int64_t id = 0;
  std::int64_t queue = 0;
  WallTime visible{};
  std::int64_t receipt = 0;
  std::int64_t receives_elsewhere =
      0;            // before it was moved here: they do not count for the redrive
  Message message;  // without receipt handle and sequence number
};

// What memory knows of a message.
struct IndexRow {
  std::int64_t id = 0;
  std::int64_t queue = 0;
  WallTime visible{};
  std::int64_t receipt = 0;
  WallTime sent{};
  std::string group;
};

struct Duplicate {
  std::string message_id;
  std::int64_t id = 0;  // for its sequence number
};

class Tables {
 public:
  static Status migrate(store::Store& store);
  explicit Tables(store::Store& store);

  std::int64_t insert_queue(const QueueRow& row);  // gives the id
  void update_queue(const QueueRow& row);
  void delete_queue(std::int64_t id);
  std::vector<QueueRow> queues();

  void insert_message(std::int64_t id, std::int64_t queue, WallTime visible,
                      const std::string& message_id, const SendRequest& request,
                      ByteSpan attributes, WallTime sent, const std::string& deduplication_id);
  std::optional<MessageRow> load_message(std::int64_t id);
  void mark_received(std::int64_t id, WallTime visible, std::int64_t receipt,
                     WallTime first_received);
  void set_visible(std::int64_t id, WallTime visible);
  void move_message(std::int64_t id, std::int64_t new_id, std::int64_t queue,
                    const std::string& source_arn, WallTime sent);
  // As if it had just been sent.
  void renew_message(std::int64_t id, std::int64_t new_id, std::int64_t queue,
                     const std::string& message_id, WallTime sent);
  void delete_message(std::int64_t id);
  // Those in the queues of these accounts, and what is remembered of them.
  void delete_messages_of(const aws::AccountScope& scope);
  std::int64_t last_message_id();
  // Every message, by ascending id. There may be millions: one row serves for all of them.
  void scan_messages(const std::function<void(const IndexRow&)>& visit);

  std::optional<Duplicate> find_duplicate(std::int64_t queue, const std::string& scope,
                                          const std::string& id, WallTime now);
  void remember_deduplication(std::int64_t queue, const std::string& scope, const std::string& id,
                              const Duplicate& original, WallTime until);
  void forget_deduplications(WallTime now);
  void forget_deduplications_of(std::int64_t queue);

  std::int64_t insert_move(const MoveTask& task);  // gives the number
  void update_move(const MoveTask& task);          // its status and what it has moved
  void delete_move(std::int64_t number);
  std::vector<MoveTask> moves();

 private:
  store::Store& store_;
  store::Statement insert_queue_, update_queue_, delete_queue_, delete_queue_deduplications_,
      select_queues_;
  store::Statement insert_message_, load_message_, mark_received_, set_visible_, move_message_,
      delete_message_, last_message_id_, scan_messages_;
  store::Statement find_duplicate_, remember_deduplication_, forget_deduplications_;
  store::Statement renew_message_, insert_move_, update_move_, delete_move_, select_moves_;
};

}  // namespace loopgate::sqs
