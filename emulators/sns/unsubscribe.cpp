// https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
#include "emulators/sns/arns.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {
namespace {

// Where it was confirmed with AuthenticateOnUnsubscribe, only its owner and the topic's may end it.
aws::Outcome<void> check_owner(const Subscription& subscription, const http::ApiCall& call) {
  if (!subscription.owners_only) return {};
  const auto topic = aws::Arn::parse(subscription.topic_arn);
  const auto& account = call.caller.account;
  const bool owns = account == subscription.owner || (topic && account == topic->account);
  if (is_authenticated(call) && owns) return {};
  return aws::refuse(not_authorized(account, "Unsubscribe", subscription.arn));
}

}  // namespace

// Idempotent: a subscription that is gone is no error.
http::ApiResult unsubscribe(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "SubscriptionArn");
  if (const auto read = read_subscription_arn(arn); !read) return aws::refuse(read.error());
  if (const auto* subscription = topics.table().subscription(arn)) {
    if (auto allowed = check_owner(*subscription, call); !allowed) {
      return aws::refuse(allowed.error());
    }
  }
  topics.unsubscribe(arn);
  return nlohmann::json::object();
}

}  // namespace loopgate::sns
