// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {

http::ApiResult publish(Topics& topics, const http::ApiCall& call) {
  const auto& params = call.params;
  if (params.contains("PhoneNumber")) {
    return aws::refuse(not_supported("Publish to a PhoneNumber"));
  }
  PublishRequest request;
  request.topic_arn = text_param(params, "TopicArn");
  if (request.topic_arn.empty()) request.topic_arn = text_param(params, "TargetArn");
  if (request.topic_arn.empty()) {
    return aws::refuse(
        invalid_parameter("TopicArn or TargetArn Reason: no value for required parameter"));
  }
  request.message = text_param(params, "Message");
  if (params.contains("Subject")) request.subject = text_param(params, "Subject");
  request.structure = text_param(params, "MessageStructure");
  request.group_id = text_param(params, "MessageGroupId");
  request.deduplication_id = text_param(params, "MessageDeduplicationId");
  auto attributes =
      parse_message_attributes(params.value("MessageAttributes", nlohmann::json::object()), 0);
  if (!attributes) return aws::refuse(attributes.error());
  request.attributes = std::move(*attributes);

  if (const auto topic = callers_topic(topics, call, request.topic_arn); !topic) {
    return aws::refuse(topic.error());
  }
  const auto published = topics.publish(request);
  if (!published) return aws::refuse(published.error());
  nlohmann::json result = {{"MessageId", published->message_id}};
  if (!published->sequence_number.empty()) result["SequenceNumber"] = published->sequence_number;
  return result;
}

}  // namespace loopgate::sns
