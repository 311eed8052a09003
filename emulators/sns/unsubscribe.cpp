// https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
#include <algorithm>

#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {

// Idempotent: a subscription that is gone is no error.
http::ApiResult unsubscribe(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "SubscriptionArn");
  const auto elements = std::ranges::count(arn, ':') + 1;
  if (elements < 6) {
    return aws::refuse(
        invalid_parameter("SubscriptionArn Reason: An ARN must have at least 6 elements, not " +
                          std::to_string(elements)));
  }
  if (elements == 6) return aws::refuse(invalid_parameter("SubscriptionId"));
  topics.unsubscribe(arn);
  return nlohmann::json::object();
}

}  // namespace loopgate::sns
