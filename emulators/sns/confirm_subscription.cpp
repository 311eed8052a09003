// https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
#include "emulators/sns/operations.h"

namespace loopgate::sns {

http::ApiResult confirm_subscription(Topics& topics, const http::ApiCall& call) {
  const auto confirmed =
      topics.confirm(text_param(call.params, "TopicArn"), text_param(call.params, "Token"));
  if (!confirmed) return aws::refuse(confirmed.error());
  return nlohmann::json{{"SubscriptionArn", (*confirmed)->arn}};
}

}  // namespace loopgate::sns
