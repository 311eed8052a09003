// The errors of CloudWatch Logs, in AWS's words.
#pragma once

#include <string>

#include "aws/error.h"

namespace loopgate::logs {

inline aws::AwsError group_not_found() {
  return {"ResourceNotFoundException", "The specified log group does not exist.", 400, {}};
}
inline aws::AwsError stream_not_found() {
  return {"ResourceNotFoundException", "The specified log stream does not exist.", 400, {}};
}
inline aws::AwsError group_exists() {
  return {"ResourceAlreadyExistsException", "The specified log group already exists", 400, {}};
}
inline aws::AwsError stream_exists() {
  return {"ResourceAlreadyExistsException", "The specified log stream already exists", 400, {}};
}
inline aws::AwsError invalid_parameter(std::string message) {
  return {"InvalidParameterException", std::move(message), 400, {}};
}

}  // namespace loopgate::logs
