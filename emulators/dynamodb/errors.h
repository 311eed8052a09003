// DynamoDB's errors in AWS's words.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
#pragma once

#include <string>
#include <string_view>

#include "aws/error.h"

namespace loopgate::dynamodb {

using aws::Outcome;
using aws::refuse;

inline aws::AwsError error(std::string code, std::string message) {
  return {std::move(code), std::move(message), 400, {}};
}
inline aws::AwsError validation(std::string message) {
  return error("ValidationException", std::move(message));
}
inline aws::AwsError invalid(std::string_view why) {
  return validation("One or more parameter values were invalid: " + std::string(why));
}
inline aws::AwsError not_found() {
  return error("ResourceNotFoundException", "Requested resource not found");
}
inline aws::AwsError table_not_found(std::string_view name) {
  return error("ResourceNotFoundException",
               "Requested resource not found: Table: " + std::string(name) + " not found");
}
inline aws::AwsError arn_not_found(std::string_view arn) {
  return error("ResourceNotFoundException",
               "Requested resource not found: ResourcArn: " + std::string(arn) + " not found");
}
inline aws::AwsError in_use(std::string message) {
  return error("ResourceInUseException", std::move(message));
}
inline aws::AwsError key_mismatch() {
  return validation("The provided key element does not match the schema");
}
inline aws::AwsError condition_failed() {
  return error("ConditionalCheckFailedException", "The conditional request failed");
}

}  // namespace loopgate::dynamodb
