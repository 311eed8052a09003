// One queue in memory: its settings, and an index of its messages that can be rebuilt from the
// store.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "emulators/sqs/message.h"
#include "emulators/sqs/ready.h"
#include "emulators/sqs/settings.h"

namespace loopgate::sqs {

enum class WaiterId : std::uint64_t { kNone = 0 };

using ReceiveReply = std::move_only_function<void(aws::Outcome<std::vector<Message>>)>;

// A message that may not be received now.
struct HiddenMessage {
  WallTime until{};
  WallTime expires{};
  bool in_flight = false;  // else delayed
  std::int64_t receipt = 0;
  WallTime received{};  // this time, not first
  std::string group;
};

// In flight or delayed, by id and by deadline.
class HiddenMessages {
 public:
  void add(std::int64_t id, HiddenMessage message);
  const HiddenMessage* find(std::int64_t id) const;
  std::optional<HiddenMessage> take(std::int64_t id);
  // The one that is due first, if it is by `now`.
  std::optional<std::pair<std::int64_t, HiddenMessage>> take_due(WallTime now);
  std::optional<WallTime> next_due() const;
  std::size_t in_flight() const { return in_flight_; }
  std::size_t delayed() const { return messages_.size() - in_flight_; }
  const std::unordered_map<std::int64_t, HiddenMessage>& all() const { return messages_; }

 private:
  std::unordered_map<std::int64_t, HiddenMessage> messages_;
  std::set<std::pair<WallTime, std::int64_t>> due_;
  std::size_t in_flight_ = 0;
};

// A long poll.
struct Waiter {
  WaiterId id{};
  ReceiveRequest request;
  ReceiveReply reply;
  ScopedTimer deadline;  // stays where it is: its callback knows its address

  bool has_gone() const { return request.is_awaited && !request.is_awaited(); }
};

// What a ReceiveRequestAttemptId has received, to be given again.
struct Attempt {
  std::vector<std::pair<std::int64_t, std::int64_t>> messages;  // id, receipt
  WallTime until{};
};

struct Queue {
  Queue(std::int64_t queue_id, QueueKey queue_key, Settings queue_settings, Clock& clock);

  std::int64_t id;
  QueueKey key;
  Settings settings;
  std::map<std::string, std::string> tags;
  WallTime created{};
  WallTime modified{};
  WallTime purged{};

  std::unique_ptr<Ready> ready;
  HiddenMessages hidden;
  std::map<std::string, Attempt> attempts;

  std::list<std::unique_ptr<Waiter>> waiters;
  bool wake_posted = false;
  // Fires when something expires, or becomes visible to who waits.
  ScopedTimer timer;
  Instant armed_for = Instant::max();
};

}  // namespace loopgate::sqs
