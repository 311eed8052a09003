// What FIFO topics with an ArchivePolicy keep of what was published, and how far subscriptions have
// come that have it replayed.
// https://docs.aws.amazon.com/sns/latest/dg/fifo-message-archiving-replay.html
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "aws/error.h"
#include "base/time.h"
#include "emulators/sns/message.h"
#include "emulators/sns/topic.h"
#include "emulators/store/store.h"

namespace loopgate::sns {

// Of a topic: how long messages are kept; nullopt: they are not (any more), "{}" or nothing.
aws::Outcome<std::optional<std::chrono::days>> parse_archive_policy(std::string_view text);

// Of a subscription: from when to when.
struct ReplayPolicy {
  WallTime from{};
  std::optional<WallTime> until{};
};
aws::Outcome<ReplayPolicy> parse_replay_policy(std::string_view text);

struct ArchivedMessage {
  std::int64_t id = 0;  // in the order of publishing
  WallTime at{};
  std::string message_id;
  std::string sequence_number;
  PublishRequest request;  // without the topic
};

class Archive {
 public:
  explicit Archive(store::Store& store);
  Archive(const Archive&) = delete;

  void add(const std::string& topic_arn, const ArchivedMessage& message);
  // Behind `after`, the oldest first.
  std::vector<ArchivedMessage> read(const std::string& topic_arn, std::int64_t after,
                                    std::size_t limit);
  std::int64_t last(const std::string& topic_arn);  // its id; 0: there is none
  std::optional<WallTime> oldest(const std::string& topic_arn);
  void drop_before(const std::string& topic_arn, WallTime at);
  void drop(const std::string& topic_arn);

  // A subscription that is on its way through the archive.
  struct Replay {
    std::string subscription_arn;
    std::int64_t behind = 0;   // the last message that it has passed
    std::int64_t barrier = 0;  // the last one of before: what comes after it is new
    ReplayPolicy policy;
    bool done = false;
  };
  void put(const Replay& replay);
  std::optional<Replay> replay(const std::string& subscription_arn);
  bool is_running(const std::string& subscription_arn) const {
    return running_.contains(subscription_arn);
  }
  const std::set<std::string>& running() const { return running_; }  // ARNs of subscriptions
  void end(const std::string& subscription_arn);

  void forget(const aws::AccountScope& scope);

 private:
  void load();

  store::Store& store_;
  store::Statement insert_;
  store::Statement drop_before_;
  std::set<std::string> running_;  // of the replays that are not done
};

}  // namespace loopgate::sns
