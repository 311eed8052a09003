// https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html
// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
#include "emulators/sns/operations.h"

namespace loopgate::sns {

http::ApiResult get_topic_attributes(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "TopicArn");
  if (const auto topic = callers_topic(topics, call, arn); !topic) {
    return aws::refuse(topic.error());
  }
  const auto attributes = topics.topic_attributes(arn);
  if (!attributes) return aws::refuse(attributes.error());
  return nlohmann::json{{"Attributes", *attributes}};
}

http::ApiResult set_topic_attributes(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "TopicArn");
  if (const auto topic = callers_topic(topics, call, arn); !topic) {
    return aws::refuse(topic.error());
  }
  const auto set = topics.set_topic_attribute(arn, text_param(call.params, "AttributeName"),
                                              text_param(call.params, "AttributeValue"));
  if (!set) return aws::refuse(set.error());
  return nlohmann::json::object();
}

}  // namespace loopgate::sns
