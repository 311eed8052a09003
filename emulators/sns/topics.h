// SNS: topics, their subscriptions, and what is published. A publish and its deliveries to queues
// happen in one call, so in one turn and one transaction: the dispatcher
// (targets/dispatcher.h) takes them. Functions are invoked asynchronously.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/error.h"
#include "aws/ports.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "emulators/sns/message.h"
#include "emulators/sns/topic.h"
#include "emulators/sns/topic_table.h"
#include "emulators/targets/dispatcher.h"

namespace loopgate::sns {

struct PublishedMessage {
  std::string topic_arn;
  std::string message_id;
  std::string body;
  std::vector<aws::MessageAttribute> attributes;
};

struct PublishResult {
  std::string message_id;
  std::string sequence_number;  // FIFO
};

struct SubscribeRequest {
  std::string topic_arn;
  std::string protocol;
  std::string endpoint;
  std::string owner;  // account of who subscribes
  AttributeMap attributes;
};

std::string topic_arn(const std::string& account, const std::string& region,
                      const std::string& name);

class Topics {
 public:
  Topics(store::Store& store, Clock& clock, Random& random, Journal& journal,
         targets::Dispatcher& dispatcher);
  Topics(const Topics&) = delete;

  // Called after each publish, with the number of subscriptions that it was not filtered from.
  void set_publish_observer(std::function<void(const PublishedMessage&, std::size_t)> observer) {
    observer_ = std::move(observer);
  }
  // "http://127.0.0.1:4566": where the UnsubscribeURL of envelopes leads. Empty: AWS's own host.
  void set_public_url(std::string url) { public_url_ = std::move(url); }

  // Finds a topic with the same attributes and tags as it is.
  aws::Outcome<std::string> create_topic(const std::string& account, const std::string& region,
                                         const std::string& name, const AttributeMap& attributes,
                                         const AttributeMap& tags);
  void delete_topic(const std::string& arn);  // one that is gone counts
  aws::Outcome<const Topic*> topic(const std::string& arn) const;
  aws::Outcome<AttributeMap> topic_attributes(const std::string& arn) const;
  aws::Outcome<void> set_topic_attribute(const std::string& arn, const std::string& name,
                                         const std::string& value);
  aws::Outcome<void> set_tags(const std::string& arn, const AttributeMap& add,
                              const std::vector<std::string>& remove);

  // Gives the subscription's ARN; the same as before for the same protocol and endpoint.
  aws::Outcome<const Subscription*> subscribe(const SubscribeRequest& request);
  aws::Outcome<const Subscription*> confirm(const std::string& topic_arn, const std::string& token);
  void unsubscribe(const std::string& arn);  // one that is gone counts
  aws::Outcome<const Subscription*> subscription(const std::string& arn) const;
  aws::Outcome<void> set_subscription_attribute(const std::string& arn, const std::string& name,
                                                const std::string& value);

  // Checks everything that Publish refuses, and changes nothing.
  aws::Outcome<void> check(const PublishRequest& request) const;
  aws::Outcome<PublishResult> publish(const PublishRequest& request);

  // Topics and subscriptions stay; what FIFO topics remember of messages goes.
  void forget() { table_.forget_messages(); }

  const TopicTable& table() const { return table_; }

 private:
  aws::Outcome<void> check_fifo(const Topic& topic, const PublishRequest& request) const;
  std::size_t fan_out(const Topic& topic, const Notification& notification,
                      const PublishRequest& request);
  void deliver(const Subscription& subscription, const Notification& notification,
               const PublishRequest& request);
  void tell(EventKind kind, const Topic* topic, const std::string& subject, std::string text,
            std::size_t size);
  std::string unsubscribe_url(const Subscription& subscription) const;

  TopicTable table_;
  Clock& clock_;
  Random& random_;
  Journal& journal_;
  targets::Dispatcher& dispatcher_;
  std::function<void(const PublishedMessage&, std::size_t)> observer_;
  std::string public_url_;
};

}  // namespace loopgate::sns
