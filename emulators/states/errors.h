// Step Functions' errors, with AWS's sentences where they are known (recordings of 2023 to 2026).
#pragma once

#include <string>
#include <string_view>

#include "aws/error.h"

namespace loopgate::states {

inline aws::AwsError error(std::string code, std::string message) {
  return {std::move(code), std::move(message), 400, {}};
}
inline aws::AwsError named(std::string_view code, std::string_view words, std::string_view what) {
  return error(std::string(code), std::string(words) + ": '" + std::string(what) + "'");
}

inline aws::AwsError invalid_arn(std::string_view why) {
  return named("InvalidArn", "Invalid Arn", why);
}
inline aws::AwsError machine_missing(std::string_view arn) {
  return named("StateMachineDoesNotExist", "State Machine Does Not Exist", arn);
}
inline aws::AwsError machine_exists(std::string_view arn) {
  return named("StateMachineAlreadyExists", "State Machine Already Exists", arn);
}
inline aws::AwsError machine_deleting(std::string_view arn) {
  return named("StateMachineDeleting", "State Machine is being deleted", arn);
}
inline aws::AwsError wrong_type() {
  return error("StateMachineTypeNotSupported",
               "This operation is not supported by this type of state machine");
}
inline aws::AwsError execution_missing(std::string_view arn) {
  return named("ExecutionDoesNotExist", "Execution Does Not Exist", arn);
}
inline aws::AwsError execution_exists(std::string_view arn) {
  return named("ExecutionAlreadyExists", "Execution Already Exists", arn);
}
inline aws::AwsError activity_missing(std::string_view arn) {
  return named("ActivityDoesNotExist", "Activity Does Not Exist", arn);
}
inline aws::AwsError invalid_name(std::string_view name) {
  return named("InvalidName", "Invalid Name", name);
}
inline aws::AwsError invalid_definition(std::string_view why) {
  return named("InvalidDefinition", "Invalid State Machine Definition", why);
}
inline aws::AwsError invalid_input(std::string_view why) {
  return named("InvalidExecutionInput", "Invalid State Machine Execution Input", why);
}
inline aws::AwsError invalid_token() {
  return named("InvalidToken", "Invalid Token", "Invalid token");
}
inline aws::AwsError task_gone() {
  return named("TaskTimedOut", "Task Timed Out", "Provided task does not exist anymore");
}
inline aws::AwsError resource_missing(std::string_view arn) {
  return {"ResourceNotFound", "Resource not found: '" + std::string(arn) + "'", 400, {}};
}
inline aws::AwsError validation(std::string message) {
  return error("ValidationException", std::move(message));
}
inline aws::AwsError conflict(std::string message) {
  return error("ConflictException", std::move(message));
}

}  // namespace loopgate::states
