// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
#include "emulators/sns/arns.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

// Of a mobile application's endpoint: "endpoint/GCM/name/id".
bool is_platform_endpoint(const std::string& arn) {
  const auto parsed = aws::Arn::parse(arn);
  return parsed && parsed->service == "sns" && parsed->resource.starts_with("endpoint/");
}

// Which parameter says where to: one that is given counts, even an empty one (recorded on AWS,
// 2024-03-11).
const char* destination_of(const json& params) {
  return params.contains("TopicArn") || !params.contains("TargetArn") ? "TopicArn" : "TargetArn";
}

http::ApiResult answer(const aws::Outcome<PublishResult>& published) {
  if (!published) return aws::refuse(published.error());
  json result = {{"MessageId", published->message_id}};
  if (!published->sequence_number.empty()) result["SequenceNumber"] = published->sequence_number;
  return result;
}

aws::Outcome<PublishRequest> read_request(const http::ApiCall& call, const std::string& arn) {
  const auto& params = call.params;
  PublishRequest request;
  request.topic_arn = arn;
  request.message = text_param(params, "Message");
  if (params.contains("Subject")) request.subject = text_param(params, "Subject");
  request.structure = text_param(params, "MessageStructure");
  request.group_id = text_param(params, "MessageGroupId");
  request.deduplication_id = text_param(params, "MessageDeduplicationId");
  request.trace_header = call.trace_header;
  auto attributes = parse_message_attributes(params.value("MessageAttributes", json::object()), 0);
  if (!attributes) return aws::refuse(attributes.error());
  request.attributes = std::move(*attributes);
  return request;
}

}  // namespace

http::ApiResult publish(Topics& topics, const http::ApiCall& call) {
  const auto& params = call.params;
  if (params.contains("PhoneNumber")) {
    const auto request = read_request(call, "");
    if (!request) return aws::refuse(request.error());
    return answer(topics.publish_to_number({call.caller.account, call.caller.region},
                                           text_param(params, "PhoneNumber"), *request));
  }
  if (!params.contains("TopicArn") && !params.contains("TargetArn")) {
    return aws::refuse(
        invalid_parameter("TopicArn or TargetArn Reason: no value for required parameter"));
  }
  const auto* const parameter = destination_of(params);
  const auto arn = text_param(params, parameter);
  const auto request = read_request(call, arn);
  if (!request) return aws::refuse(request.error());
  if (is_platform_endpoint(arn)) {
    return answer(topics.publish_to_endpoint(arn, parameter, *request));
  }
  if (const auto topic = callers_topic(topics, call, arn, parameter); !topic) {
    return aws::refuse(topic.error());
  }
  return answer(topics.publish(*request));
}

}  // namespace loopgate::sns
