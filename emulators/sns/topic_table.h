// Topics and subscriptions in the database, and the memory that is an index of it. Every change
// goes through here, so that the two never differ.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "aws/account_scope.h"
#include "base/time.h"
#include "emulators/sns/topic.h"
#include "emulators/store/store.h"

namespace loopgate::sns {

class TopicTable {
 public:
  explicit TopicTable(store::Store& store);
  TopicTable(const TopicTable&) = delete;

  const std::map<std::string, Topic>& topics() const { return topics_; }
  const std::map<std::string, Subscription>& subscriptions() const { return subscriptions_; }
  const Topic* topic(const std::string& arn) const;
  const Subscription* subscription(const std::string& arn) const;
  // In the order of subscribing.
  const std::vector<std::string>& subscriptions_of(const std::string& topic_arn) const;

  std::size_t filter_policies_of(const std::string& topic_arn) const;

  void put(Topic topic);
  void put(Subscription subscription);        // a new one when its ordinal is 0
  void remove_topic(const std::string& arn);  // and its subscriptions
  void remove_subscription(const std::string& arn);

  // FIFO deduplication. A message that was seen within its window, else nullopt.
  struct Seen {
    std::string message_id;
    std::string sequence_number;
  };
  std::optional<Seen> seen(const std::string& topic_arn, const std::string& key, WallTime now);
  void remember(const std::string& topic_arn, const std::string& key, const Seen& seen,
                WallTime until);
  void forget_messages(const aws::AccountScope& scope);

 private:
  void load();

  store::Store& store_;
  store::Statement put_topic_;
  store::Statement put_subscription_;
  store::Statement delete_topic_;
  store::Statement delete_subscription_;
  store::Statement find_seen_;
  store::Statement put_seen_;
  store::Statement expire_seen_;
  std::map<std::string, Topic> topics_;
  std::map<std::string, Subscription> subscriptions_;
  std::map<std::string, std::vector<std::string>> by_topic_;
  std::int64_t last_ordinal_ = 0;
};

}  // namespace loopgate::sns
