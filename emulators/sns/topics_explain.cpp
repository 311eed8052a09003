// Who gets a message, and why.
#include "emulators/sns/attributes.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/explain.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {
namespace {

using nlohmann::ordered_json;

std::string attribute_of(const Subscription& subscription, const std::string& name) {
  const auto found = subscription.attributes.find(name);
  return found == subscription.attributes.end() ? std::string() : found->second;
}

// Whether it gets the message, and the sentence why.
std::pair<bool, std::string> verdict(const Subscription& subscription,
                                     const Notification& notification, const std::string& text) {
  if (subscription.pending) return {false, "it is not confirmed yet"};
  if (!subscription.filter) return {true, "it has no filter policy"};
  auto why = subscription.filter->mismatch(notification.attributes, text);
  if (why) return {false, *std::move(why)};
  return {true, "its filter policy matches"};
}

}  // namespace

// What the dispatcher would say; what goes to people and devices does not pass it.
std::optional<std::string> Topics::obstacle_to(const Subscription& subscription) const {
  const auto parcel = parcel_for(subscription);
  if (!subscription.endpoint.starts_with("arn:") || subscription.protocol == "application") {
    return std::nullopt;
  }
  auto obstacle = dispatcher_.obstacle(parcel.arn, parcel.sender);
  if (obstacle && !parcel.dead_letter_arn.empty()) {
    *obstacle += "; it goes to the dead-letter queue " + parcel.dead_letter_arn;
  }
  return obstacle;
}

ordered_json Topics::explain_subscription(const Subscription& subscription,
                                          const Notification& notification) const {
  const auto& text = notification.text_for(subscription.protocol);
  auto [delivers, why] = verdict(subscription, notification, text);
  if (const auto obstacle = delivers ? obstacle_to(subscription) : std::nullopt) {
    delivers = false;
    why += ", but " + *obstacle;
  }
  ordered_json out = {{"subscription", subscription.arn},
                      {"protocol", subscription.protocol},
                      {"endpoint", subscription.endpoint},
                      {"delivers", delivers},
                      {"why", why}};
  if (subscription.filter) {
    const auto scope = subscription.filter->scope();
    out["scope"] = scope == FilterScope::kMessageBody ? "MessageBody" : "MessageAttributes";
    out["keys"] = explain_filter(attribute_of(subscription, "FilterPolicy"), scope,
                                 notification.attributes, text);
  }
  return out;
}

aws::Outcome<ordered_json> Topics::explain(const PublishRequest& request) const {
  const auto found = topic(request.topic_arn);
  if (!found) return aws::refuse(found.error());
  const auto notification = make_notification(**found, request);
  ordered_json subscriptions = ordered_json::array();
  for (const auto& arn : table_.subscriptions_of(request.topic_arn)) {
    subscriptions.push_back(explain_subscription(*table_.subscription(arn), notification));
  }
  return ordered_json{{"topic", request.topic_arn}, {"subscriptions", std::move(subscriptions)}};
}

aws::Outcome<ordered_json> Topics::explain_published(const std::string& message_id) const {
  const auto* request = recent_.find(message_id);
  if (request == nullptr) {
    return aws::refuse(not_found("No message " + message_id +
                                 " is remembered: the last 256 of at most 4096 bytes are"));
  }
  return explain(*request);
}

}  // namespace loopgate::sns
