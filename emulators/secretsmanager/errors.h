// Secrets Manager's errors in AWS's words. None of them ever holds a value.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "aws/error.h"

namespace loopgate::secretsmanager {

using aws::Outcome;
using aws::refuse;

inline aws::AwsError error(std::string code, std::string message) {
  return {std::move(code), std::move(message), 400, {}};
}
inline aws::AwsError invalid_parameter(std::string message) {
  return error("InvalidParameterException", std::move(message));
}
inline aws::AwsError invalid_request(std::string message) {
  return error("InvalidRequestException", std::move(message));
}
inline aws::AwsError not_found() {
  return error("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
}
inline aws::AwsError no_value_of_stage(std::string_view stage) {
  return error(
      "ResourceNotFoundException",
      fmt::format("Secrets Manager can't find the specified secret value for staging label: {}",
                  stage));
}
inline aws::AwsError no_value_of_version(std::string_view version) {
  return error(
      "ResourceNotFoundException",
      fmt::format("Secrets Manager can't find the specified secret value for VersionId: {}",
                  version));
}
inline aws::AwsError marked_for_deletion() {
  return invalid_request(
      "You can't perform this operation on the secret because it was marked for deletion.");
}
inline aws::AwsError exists(std::string_view name) {
  return error("ResourceExistsException",
               fmt::format("The operation failed because the secret {} already exists.", name));
}

}  // namespace loopgate::secretsmanager
