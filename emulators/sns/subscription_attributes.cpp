// https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html
// https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
#include "emulators/sns/delivery_policy.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {
namespace {

// Recorded on AWS, 2024-10-03.
void show_delivery_policies(const Topics& topics, const Subscription& subscription,
                            AttributeMap& attributes) {
  std::string own;
  if (const auto given = attributes.find("DeliveryPolicy"); given != attributes.end()) {
    own = given->second;
    given->second = shown_subscription_policy(own);
  }
  std::string of_topic;
  if (const auto* topic = topics.table().topic(subscription.topic_arn)) {
    if (const auto given = topic->attributes.find("DeliveryPolicy");
        given != topic->attributes.end()) {
      of_topic = given->second;
    }
  }
  attributes["EffectiveDeliveryPolicy"] = effective_subscription_policy(of_topic, own);
}

}  // namespace

http::ApiResult get_subscription_attributes(Topics& topics, const http::ApiCall& call) {
  const auto found = topics.subscription(text_param(call.params, "SubscriptionArn"));
  if (!found) return aws::refuse(found.error());
  const Subscription& subscription = **found;
  AttributeMap attributes = subscription.attributes;
  // The scope shows only together with a policy.
  if (!attributes.contains("FilterPolicy")) {
    attributes.erase("FilterPolicyScope");
  } else {
    attributes.try_emplace("FilterPolicyScope", "MessageAttributes");
  }
  attributes.try_emplace("RawMessageDelivery", "false");
  attributes["SubscriptionArn"] = subscription.arn;
  attributes["TopicArn"] = subscription.topic_arn;
  attributes["Protocol"] = subscription.protocol;
  attributes["Endpoint"] = subscription.endpoint;
  attributes["Owner"] = subscription.owner;
  attributes["PendingConfirmation"] = subscription.pending ? "true" : "false";
  attributes["ConfirmationWasAuthenticated"] = subscription.authenticated ? "true" : "false";
  if (subscription.protocol.starts_with("http"))
    show_delivery_policies(topics, subscription, attributes);
  if (auto status = topics.replay_status(subscription.arn); !status.empty()) {
    attributes["ReplayStatus"] = std::move(status);
  }
  attributes["SubscriptionPrincipal"] = "arn:aws:iam::" + subscription.owner + ":root";
  return nlohmann::json{{"Attributes", attributes}};
}

http::ApiResult set_subscription_attributes(Topics& topics, const http::ApiCall& call) {
  const auto set = topics.set_subscription_attribute(text_param(call.params, "SubscriptionArn"),
                                                     text_param(call.params, "AttributeName"),
                                                     text_param(call.params, "AttributeValue"));
  if (!set) return aws::refuse(set.error());
  return nlohmann::json::object();
}

}  // namespace loopgate::sns
