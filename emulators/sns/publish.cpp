// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
#include "emulators/sns/arns.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"
#include "emulators/sns/phone_number.h"

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

aws::AwsError refuse_phone_number(const std::string& number) {
  if (is_e164(number)) return not_supported("Publish to a PhoneNumber");
  // Recorded on AWS, 2023-08-25.
  return invalid_parameter("PhoneNumber Reason: " + number + " is not valid to publish to");
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
    return aws::refuse(refuse_phone_number(text_param(params, "PhoneNumber")));
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
    // No application is registered here. Recorded on AWS, 2023-08-24.
    return aws::refuse(invalid_parameter(
        std::string(parameter) + " Reason: No endpoint found for the target arn specified"));
  }
  if (const auto topic = callers_topic(topics, call, arn, parameter); !topic) {
    return aws::refuse(topic.error());
  }
  const auto published = topics.publish(*request);
  if (!published) return aws::refuse(published.error());
  json result = {{"MessageId", published->message_id}};
  if (!published->sequence_number.empty()) result["SequenceNumber"] = published->sequence_number;
  return result;
}

}  // namespace loopgate::sns
