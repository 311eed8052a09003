#include "emulators/sns/sns_port.h"

#include <utility>

#include "emulators/sns/errors.h"

namespace loopgate::sns {
namespace {

// IAM knows a subscription by its topic: the ARN without its last part.
std::string topic_of(const std::string& subscription_arn) {
  return subscription_arn.substr(0, subscription_arn.rfind(':'));
}

}  // namespace

void EmbeddedSns::subscribe(aws::SessionPtr session, const aws::QueueSubscription& wanted,
                            aws::Completion<std::string> done) {
  const auto outcome = [&]() -> aws::Outcome<std::string> {
    if (auto allowed = authorizer_(*session, "sns:Subscribe", wanted.topic_arn); !allowed) {
      return aws::refuse(allowed.error());
    }
    SubscribeRequest request{wanted.topic_arn, "sqs", wanted.queue_arn, session->account, {}};
    request.is_agreed = true;  // who asks through this port reads the queue itself
    if (wanted.raw_delivery) request.attributes["RawMessageDelivery"] = "true";
    if (!wanted.filter_policy.empty()) request.attributes["FilterPolicy"] = wanted.filter_policy;
    const auto subscription = topics_.subscribe(request);
    if (!subscription) return aws::refuse(subscription.error());
    return (*subscription)->arn;
  }();
  aws::complete(tasks_, std::move(done), outcome);
}

void EmbeddedSns::unsubscribe(aws::SessionPtr session, const std::string& subscription_arn,
                              aws::Completion<aws::Done> done) {
  auto outcome = [&]() -> aws::Outcome<aws::Done> {
    const auto allowed = authorizer_(*session, "sns:Unsubscribe", topic_of(subscription_arn));
    if (!allowed) return aws::refuse(allowed.error());
    topics_.unsubscribe(subscription_arn);
    return aws::Done{};
  }();
  aws::complete(tasks_, std::move(done), std::move(outcome));
}

void EmbeddedSns::list_subscriptions_by_topic(aws::SessionPtr session, const std::string& topic_arn,
                                              aws::Completion<std::vector<std::string>> done) {
  auto outcome = [&]() -> aws::Outcome<std::vector<std::string>> {
    const auto allowed = authorizer_(*session, "sns:ListSubscriptionsByTopic", topic_arn);
    if (!allowed) return aws::refuse(allowed.error());
    if (const auto topic = topics_.topic(topic_arn); !topic) return aws::refuse(topic.error());
    return topics_.table().subscriptions_of(topic_arn);
  }();
  aws::complete(tasks_, std::move(done), std::move(outcome));
}

}  // namespace loopgate::sns
