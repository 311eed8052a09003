// https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
#include "emulators/sns/arns.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {

// Idempotent: a subscription that is gone is no error.
http::ApiResult unsubscribe(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "SubscriptionArn");
  if (const auto read = read_subscription_arn(arn); !read) return aws::refuse(read.error());
  topics.unsubscribe(arn);
  return nlohmann::json::object();
}

}  // namespace loopgate::sns
