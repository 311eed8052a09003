// Parameter Store's errors in AWS's words.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#API_PutParameter_Errors
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "aws/error.h"

namespace loopgate::ssm {

using aws::Outcome;
using aws::refuse;

inline aws::AwsError error(std::string code, std::string message) {
  return {std::move(code), std::move(message), 400, {}};
}
inline aws::AwsError validation(std::string message) {
  return error("ValidationException", std::move(message));
}
// AWS says no more than that.
inline aws::AwsError parameter_not_found() {
  return error("ParameterNotFound", "");
}
inline aws::AwsError version_not_found(std::string_view name, std::string_view version) {
  return error(
      "ParameterVersionNotFound",
      fmt::format("Systems Manager could not find version {} of {}. Verify the version and "
                  "try again.",
                  version, name));
}
inline aws::AwsError label_not_found(std::string_view name, std::string_view label) {
  return error("ParameterVersionNotFound",
               fmt::format("Systems Manager could not find label {} for parameter {}. Verify the "
                           "label and try again.",
                           label, name));
}
inline aws::AwsError invalid_resource_id() {
  return error(
      "InvalidResourceId",
      "The resource ID is not valid. Verify that you entered the correct ID and try again.");
}
inline aws::AwsError invalid_token() {
  return error("InvalidNextToken", "The specified token isn't valid.");
}

}  // namespace loopgate::ssm
