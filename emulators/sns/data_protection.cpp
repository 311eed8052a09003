// Data protection policies are kept with their topics and come back as they were given; the sandbox
// looks for no personal data.
// https://docs.aws.amazon.com/sns/latest/api/API_PutDataProtectionPolicy.html
#include "base/json.h"
#include "emulators/sns/arns.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {

http::ApiResult put_data_protection_policy(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "ResourceArn");
  if (const auto topic = callers_topic(topics, call, arn, "ResourceArn"); !topic) {
    return aws::refuse(topic.error());
  }
  const auto set =
      topics.set_data_protection_policy(arn, text_param(call.params, "DataProtectionPolicy"));
  if (!set) return aws::refuse(set.error());
  return nlohmann::json::object();
}

http::ApiResult get_data_protection_policy(Topics& topics, const http::ApiCall& call) {
  const auto topic =
      callers_topic(topics, call, text_param(call.params, "ResourceArn"), "ResourceArn");
  if (!topic) return aws::refuse(topic.error());
  return nlohmann::json{{"DataProtectionPolicy", (*topic)->data_protection_policy}};
}

}  // namespace loopgate::sns
