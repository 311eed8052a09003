// EventBridge Scheduler's errors, with AWS's sentences where they are known.
#pragma once

#include <string>
#include <string_view>

#include "aws/error.h"

namespace loopgate::scheduler {

inline aws::AwsError validation(std::string message) {
  return {"ValidationException", std::move(message), 400, {}};
}
inline aws::AwsError invalid_expression(std::string_view text) {
  return validation("Invalid Schedule Expression " + std::string(text) + ".");
}
inline aws::AwsError schedule_missing(std::string_view name) {
  return {
      "ResourceNotFoundException", "Schedule " + std::string(name) + " does not exist.", 404, {}};
}
inline aws::AwsError group_missing(std::string_view name) {
  return {"ResourceNotFoundException",
          "Schedule group " + std::string(name) + " does not exist.",
          404,
          {}};
}
inline aws::AwsError schedule_exists(std::string_view name) {
  return {"ConflictException", "Schedule " + std::string(name) + " already exists.", 409, {}};
}
inline aws::AwsError group_exists(std::string_view name) {
  return {"ConflictException", "Schedule group " + std::string(name) + " already exists.", 409, {}};
}
inline aws::AwsError quota_exceeded(std::string message) {
  return {"ServiceQuotaExceededException", std::move(message), 402, {}};
}

}  // namespace loopgate::scheduler
