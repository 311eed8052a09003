// SNS: topics, their subscriptions, and what is published. A publish and its deliveries to queues
// happen in one call, so in one turn and one transaction. Functions are invoked asynchronously
// through their port.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/error.h"
#include "aws/ports.h"
#include "base/alive.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "emulators/sns/message.h"
#include "emulators/sns/topic.h"
#include "emulators/sns/topic_table.h"

namespace loopgate::sns {

// How SNS reaches queues: the sandbox adapts it to SQS, in the same turn.
class Delivery {
 public:
  virtual ~Delivery() = default;
  // The error is what the queue answered; the message is then for the dead-letter queue.
  virtual aws::Outcome<void> deliver_to_queue(const std::string& queue_arn, const std::string& body,
                                              const std::vector<aws::MessageAttribute>& attributes,
                                              const std::string& group_id,
                                              const std::string& deduplication_id) = 0;
};

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
  Topics(store::Store& store, Clock& clock, Random& random, Journal& journal, Delivery& delivery);
  Topics(const Topics&) = delete;

  // Without it, subscribed functions are not invoked and the journal says so.
  void set_lambda(aws::LambdaPort* lambda) { lambda_ = lambda; }
  // Whether the queue's policy lets the topic send to it; AWS drops in silence what it does not.
  // Null: always.
  void set_queue_accepts(
      std::function<bool(const std::string& queue_arn, const std::string& topic_arn)> accepts) {
    queue_accepts_ = std::move(accepts);
  }
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
               const std::string& group_id, const std::string& deduplication_id);
  void deliver_to_queue(const Subscription& subscription, const Notification& notification,
                        const std::string& group_id, const std::string& deduplication_id);
  void deliver_to_function(const Subscription& subscription, const Notification& notification);
  void delivery_failed(const Subscription& subscription, const std::string& body,
                       std::vector<aws::MessageAttribute> attributes, const std::string& group_id,
                       const std::string& deduplication_id, const aws::AwsError& error);
  void tell(EventKind kind, const Topic* topic, const std::string& subject, std::string text,
            std::size_t size);
  std::string unsubscribe_url(const Subscription& subscription) const;

  TopicTable table_;
  Clock& clock_;
  Random& random_;
  Journal& journal_;
  Delivery& delivery_;
  aws::LambdaPort* lambda_ = nullptr;
  std::function<bool(const std::string&, const std::string&)> queue_accepts_;
  std::function<void(const PublishedMessage&, std::size_t)> observer_;
  std::string public_url_;
  Alive alive_;  // for completions that outlive us
};

}  // namespace loopgate::sns
