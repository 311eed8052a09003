// SNS: topics, their subscriptions, and what is published. A publish and its deliveries to queues
// happen in one call, so in one turn and one transaction: the dispatcher
// (targets/dispatcher.h) takes them. Functions are invoked asynchronously; what HTTP endpoints get
// is kept in that transaction and leaves after it (http_deliveries.h).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/account_scope.h"
#include "aws/error.h"
#include "aws/ports.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "emulators/sns/archive.h"
#include "emulators/sns/cancelled_table.h"
#include "emulators/sns/captured.h"
#include "emulators/sns/confirmation.h"
#include "emulators/sns/explain.h"
#include "emulators/sns/http_deliveries.h"
#include "emulators/sns/message.h"
#include "emulators/sns/platforms.h"
#include "emulators/sns/signer.h"
#include "emulators/sns/sms.h"
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
  std::string base_url{};  // by which the subscriber called us; may be empty
  bool is_agreed = false;  // by the endpoint's owner, so that nobody has to confirm
};

// What whoever confirms a subscription has shown of itself.
struct Confirmer {
  bool authenticated = true;
  bool owners_only = false;  // AuthenticateOnUnsubscribe
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
  // Of what is set as a Policy: MalformedPolicyDocument, or OutOfScope. None: JSON is enough.
  using PolicyCheck = std::function<aws::Outcome<void>(const std::string& text)>;
  void check_policies(PolicyCheck check) { check_policy_ = std::move(check); }
  // "http://127.0.0.1:4566": where the UnsubscribeURL of envelopes leads. Empty: AWS's own host.
  void set_public_url(std::string url) { public_url_ = std::move(url); }

  // Finds a topic with the same attributes and tags as it is.
  aws::Outcome<std::string> create_topic(const std::string& account, const std::string& region,
                                         const std::string& name, const AttributeMap& attributes,
                                         const AttributeMap& tags);
  // One that is gone counts. InvalidState while it archives messages, unless `even_archived`.
  aws::Outcome<void> delete_topic(const std::string& arn, bool even_archived = false);
  aws::Outcome<const Topic*> topic(const std::string& arn) const;
  aws::Outcome<AttributeMap> topic_attributes(const std::string& arn);
  aws::Outcome<void> set_topic_attribute(const std::string& arn, const std::string& name,
                                         const std::string& value);
  aws::Outcome<void> set_data_protection_policy(const std::string& arn, const std::string& policy);
  aws::Outcome<void> set_tags(const std::string& arn, const AttributeMap& add,
                              const std::vector<std::string>& remove);

  // Gives the subscription's ARN; the same as before for the same protocol and endpoint.
  aws::Outcome<const Subscription*> subscribe(const SubscribeRequest& request);
  // `region`: of the caller; empty: the topic's own.
  aws::Outcome<const Subscription*> confirm(const std::string& topic_arn, const std::string& region,
                                            const std::string& token, Confirmer confirmer = {});
  // One that is gone counts. HTTP endpoints are told.
  void unsubscribe(const std::string& arn);
  aws::Outcome<const Subscription*> subscription(const std::string& arn) const;
  aws::Outcome<void> set_subscription_attribute(const std::string& arn, const std::string& name,
                                                const std::string& value);

  // Checks everything that Publish refuses, and changes nothing.
  aws::Outcome<void> check(const PublishRequest& request) const;
  // Of that what PublishBatch refuses the whole batch for: structure, group, deduplication.
  aws::Outcome<void> check_form(const PublishRequest& request) const;
  aws::Outcome<PublishResult> publish(const PublishRequest& request);
  // To no topic: a telephone number, or the ARN of a device (`parameter` says in which parameter it
  // stood). `topic_arn` of the request does not count.
  aws::Outcome<PublishResult> publish_to_number(const Sms::Place& place, const std::string& number,
                                                const PublishRequest& request);
  aws::Outcome<PublishResult> publish_to_endpoint(const std::string& arn,
                                                  std::string_view parameter,
                                                  const PublishRequest& request);

  // Who would get a message and why, {"topic", "subscriptions"}: explain.h says what stands in
  // them. Nothing is published.
  aws::Outcome<nlohmann::ordered_json> explain(const PublishRequest& request) const;
  // The same of one of the last publishes, by the subscriptions of now.
  aws::Outcome<nlohmann::ordered_json> explain_published(const std::string& message_id) const;

  // Topics and subscriptions stay; messages under way, what was captured and what FIFO topics
  // remember goes.
  void forget(const aws::AccountScope& scope);

  const TopicTable& table() const { return table_; }
  Signer& signer() { return signer_; }
  Captured& captured() { return captured_; }
  Platforms& platforms() { return platforms_; }
  Sms& sms() { return sms_; }
  // "Completed", "In progress", "Pending"; empty: it asked for none.
  std::string replay_status(const std::string& subscription_arn);

 private:
  // One message while it is handed to its subscribers.
  struct Publication {
    const Notification& notification;
    const PublishRequest& request;
    // By the text that is signed and looked at: subscribers of one protocol share it.
    std::map<const std::string*, std::string> signatures{};
    std::map<const std::string*, FilterSubject> subjects{};
  };

  aws::Outcome<void> check_fifo(const Topic& topic, const PublishRequest& request) const;
  std::size_t fan_out(const Topic& topic, Publication& publication);
  void deliver(const Subscription& subscription, Publication& publication);
  void deliver_to_queue(const Subscription& subscription, Publication& publication);
  void deliver_to_function(const Subscription& subscription, Publication& publication);
  void deliver_by_http(const Subscription& subscription, Publication& publication);
  void deliver_by_email(const Subscription& subscription, Publication& publication);
  void deliver_by_sms(const Subscription& subscription, Publication& publication);
  void deliver_to_device(const Subscription& subscription, Publication& publication);
  targets::Parcel parcel_for(const Subscription& subscription) const;
  targets::Payload payload_for(const Subscription& subscription, Publication& publication);
  Seal seal(const Subscription& subscription, Publication& publication);
  void tell(EventKind kind, const Topic* topic, const std::string& subject, std::string text,
            std::size_t size);

  std::optional<std::string> obstacle_to(const Subscription& subscription) const;
  aws::Outcome<void> check_attribute(const Topic& topic, const std::string& name,
                                     const std::string& value) const;
  nlohmann::ordered_json explain_subscription(const Subscription& subscription,
                                              const Notification& notification) const;
  static Notification make_notification(const Topic& topic, const PublishRequest& request);
  bool is_archived(const Topic& topic) const;
  void archive(const Topic& topic, const Notification& notification, const PublishRequest& request);
  aws::Outcome<void> check_replay(const Topic* topic, const std::string& policy) const;
  void start_replay(const Subscription& subscription);
  void replay_soon();
  void replay_some();
  void replay_to(const Subscription& subscription, Archive::Replay& replay);

  void send_confirmation(Confirmation::Kind kind, const Subscription& subscription,
                         const std::string& token);
  void expire_pending();
  void await_confirmation(const Subscription& subscription);
  std::string base_url(const Subscription& subscription) const;
  std::string unsubscribe_url(const Subscription& subscription) const;

  TopicTable table_;
  Clock& clock_;
  Random& random_;
  Journal& journal_;
  targets::Dispatcher& dispatcher_;
  Signer signer_;
  CancelledTable cancelled_;
  Captured captured_;
  Platforms platforms_;
  Sms sms_;
  Archive archive_;
  ScopedTimer replay_timer_;
  RecentPublishes recent_;
  HttpDeliveries http_;
  ScopedTimer pending_timer_;
  std::optional<WallTime> pending_until_;  // when the timer fires
  std::function<void(const PublishedMessage&, std::size_t)> observer_;
  std::string public_url_;
  PolicyCheck check_policy_;
};

}  // namespace loopgate::sns
