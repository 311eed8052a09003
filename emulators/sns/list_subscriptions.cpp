// https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html
// https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
#include <vector>

#include "emulators/sns/errors.h"
#include "emulators/sns/limits.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

json entry(const Subscription& subscription) {
  return {{"SubscriptionArn",
           subscription.pending ? std::string("PendingConfirmation") : subscription.arn},
          {"Owner", subscription.owner},
          {"Protocol", subscription.protocol},
          {"Endpoint", subscription.endpoint},
          {"TopicArn", subscription.topic_arn}};
}

// Its token is the index of the next one.
http::ApiResult page_of(const std::vector<const Subscription*>& all, const std::string& token) {
  std::size_t at = 0;
  if (!token.empty()) {
    if (token.size() > 9 || token.find_first_not_of("0123456789") != std::string::npos) {
      return aws::refuse(invalid_parameter("NextToken"));
    }
    at = std::stoul(token);
  }
  json result = {{"Subscriptions", json::array()}};
  for (; at < all.size(); ++at) {
    if (result["Subscriptions"].size() == kPageSize) {
      result["NextToken"] = std::to_string(at);
      break;
    }
    result["Subscriptions"].push_back(entry(*all[at]));
  }
  return result;
}

}  // namespace

http::ApiResult list_subscriptions(Topics& topics, const http::ApiCall& call) {
  std::vector<const Subscription*> all;
  for (const auto& [arn, topic] : topics.table().topics()) {
    if (topic.region != call.caller.region) continue;
    for (const auto& each : topics.table().subscriptions_of(arn)) {
      const auto* subscription = topics.table().subscription(each);
      if (subscription->owner == call.caller.account) all.push_back(subscription);
    }
  }
  return page_of(all, text_param(call.params, "NextToken"));
}

http::ApiResult list_subscriptions_by_topic(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "TopicArn");
  if (const auto topic = callers_topic(topics, call, arn); !topic) {
    return aws::refuse(topic.error());
  }
  std::vector<const Subscription*> all;
  for (const auto& each : topics.table().subscriptions_of(arn)) {
    all.push_back(topics.table().subscription(each));
  }
  return page_of(all, text_param(call.params, "NextToken"));
}

}  // namespace loopgate::sns
