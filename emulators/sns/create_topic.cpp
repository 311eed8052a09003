// https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
#include "emulators/sns/operations.h"

namespace loopgate::sns {

http::ApiResult create_topic(Topics& topics, const http::ApiCall& call) {
  const auto arn =
      topics.create_topic(call.caller.account, call.caller.region, text_param(call.params, "Name"),
                          map_param(call.params, "Attributes"), tags_param(call.params));
  if (!arn) return aws::refuse(arn.error());
  if (const auto policy = text_param(call.params, "DataProtectionPolicy"); !policy.empty()) {
    const auto set = topics.set_data_protection_policy(*arn, policy);
    if (!set) return aws::refuse(set.error());
  }
  return nlohmann::json{{"TopicArn", *arn}};
}

}  // namespace loopgate::sns
