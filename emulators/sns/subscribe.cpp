// https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
#include "emulators/sns/operations.h"

namespace loopgate::sns {

http::ApiResult subscribe(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "TopicArn");
  if (const auto topic = callers_topic(topics, call, arn); !topic) {
    return aws::refuse(topic.error());
  }
  const auto subscription = topics.subscribe(
      {arn, text_param(call.params, "Protocol"), text_param(call.params, "Endpoint"),
       call.caller.account, map_param(call.params, "Attributes"), call.caller.base_url});
  if (!subscription) return aws::refuse(subscription.error());
  const bool told = call.params.value("ReturnSubscriptionArn", false);
  const bool pending = (*subscription)->pending && !told;
  return nlohmann::json{
      {"SubscriptionArn", pending ? "pending confirmation" : (*subscription)->arn}};
}

}  // namespace loopgate::sns
