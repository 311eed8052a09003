// https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html
// https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
#include <fmt/format.h>

#include <vector>

#include "emulators/sns/limits.h"
#include "emulators/sns/operations.h"
#include "emulators/sns/page.h"

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

constexpr char kList = 's';

// Where a subscription stands in every list: by topic, then by the order of subscribing. Digits of
// one length compare as their numbers do.
std::string place_of(const Subscription& subscription) {
  return fmt::format("{}\n{:020}", subscription.topic_arn, subscription.ordinal);
}

http::ApiResult page_of(const std::vector<const Subscription*>& all, const json& params) {
  const auto after = read_page_token(kList, params);
  if (!after) return aws::refuse(after.error());
  json result = {{"Subscriptions", json::array()}};
  auto& page = result["Subscriptions"];
  std::string last;
  for (const auto* subscription : all) {
    auto place = place_of(*subscription);
    if (!after->empty() && place <= *after) continue;
    if (page.size() == kPageSize) {
      result["NextToken"] = page_token(kList, last);
      break;
    }
    page.push_back(entry(*subscription));
    last = std::move(place);
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
  return page_of(all, call.params);
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
  return page_of(all, call.params);
}

}  // namespace loopgate::sns
