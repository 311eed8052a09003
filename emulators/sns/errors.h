// The errors of SNS, in the words of the service.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
#pragma once

#include <string>
#include <string_view>

#include "aws/error.h"

namespace loopgate::sns {

// "Invalid parameter: …"
inline aws::AwsError invalid_parameter(std::string_view what) {
  return {"InvalidParameter", "Invalid parameter: " + std::string(what), 400, {}};
}
// The same code without the words in front, where SNS leaves them out.
inline aws::AwsError invalid_parameter_sentence(std::string sentence) {
  return {"InvalidParameter", std::move(sentence), 400, {}};
}
inline aws::AwsError invalid_value(std::string sentence) {
  return {"ParameterValueInvalid", std::move(sentence), 400, {}};
}
inline aws::AwsError not_found(std::string sentence) {
  return {"NotFound", std::move(sentence), 404, {}};
}
inline aws::AwsError topic_not_found() {
  return {"NotFound", "Topic does not exist", 404, {}};
}
inline aws::AwsError subscription_not_found() {
  return {"NotFound", "Subscription does not exist", 404, {}};
}
inline aws::AwsError resource_not_found() {
  return {"ResourceNotFound", "Resource does not exist", 404, {}};
}
inline aws::AwsError not_authorized(const std::string& account, std::string_view action,
                                    const std::string& arn) {
  return {"AuthorizationError",
          "User: arn:aws:iam::" + account + ":root is not authorized to perform: SNS:" +
              std::string(action) + " on resource: " + arn +
              " because no resource-based policy allows the SNS:" + std::string(action) + " action",
          403,
          {}};
}
inline aws::AwsError limit_exceeded(std::string sentence) {
  return {"LimitExceeded", std::move(sentence), 403, {}};
}
inline aws::AwsError too_many_filter_policies() {
  return {"FilterPolicyLimitExceeded",
          "The topic has reached its limit of 200 filter policies.",
          403,
          {}};
}
inline aws::AwsError empty_batch() {
  return {"EmptyBatchRequest", "The batch request doesn't contain any entries.", 400, {}};
}
inline aws::AwsError too_many_batch_entries() {
  return {"TooManyEntriesInBatchRequest",
          "The batch request contains more entries than permissible.",
          400,
          {}};
}
inline aws::AwsError batch_ids_not_distinct() {
  return {"BatchEntryIdsNotDistinct",
          "Two or more batch entries in the request have the same Id.",
          400,
          {}};
}
// `fault`: "is too long", "contains an impermissible character".
inline aws::AwsError invalid_batch_id(const std::string& id, std::string_view fault) {
  return {"InvalidBatchEntryId",
          "The Id of a batch entry in the batch request " + std::string(fault) + ": " + id,
          400,
          {}};
}
inline aws::AwsError batch_too_long() {
  return {"BatchRequestTooLong",
          "The length of all the messages put together is more than the limit.",
          400,
          {}};
}
inline aws::AwsError endpoint_disabled() {
  return {"EndpointDisabled", "Endpoint is disabled", 400, {}};
}

}  // namespace loopgate::sns
