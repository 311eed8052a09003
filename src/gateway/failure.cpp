#include "gateway/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "gateway/context.h"

namespace loopgate::gateway {

namespace {

using Codes = std::initializer_list<std::string_view>;

bool is_one_of(const aws::AwsError& error, Codes codes) {
  return std::ranges::any_of(
      codes, [&](std::string_view code) { return error.code == code || error.query_code == code; });
}

Reason reason_of(const aws::AwsError& error) {
  if (is_one_of(error, {"AccessDenied", "AccessDeniedException", "AuthorizationError",
                        "KMSAccessDenied"})) {
    return Reason::kAccessDenied;
  }
  if (is_one_of(error, {"ResourceNotFoundException", "QueueDoesNotExist", "NotFound",
                        "AWS.SimpleQueueService.NonExistentQueue"})) {
    return Reason::kDestinationNotFound;
  }
  if (is_one_of(error, {"TooManyRequestsException", "Throttling", "ThrottlingException",
                        "RequestThrottled"})) {
    return Reason::kFunctionThrottled;
  }
  if (is_one_of(error, {"RequestTooLargeException", "RequestEntityTooLargeException",
                        "BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong"}) ||
      // SQS answers an over-long message with a code that says nothing.
      error.message.find("must be shorter than") != std::string::npos) {
    return Reason::kPayloadTooLarge;
  }
  if (error.code == aws::kNotStored) return Reason::kStorageFull;
  return Reason::kDestinationError;
}

std::string member(const nlohmann::json& document, const char* name) {
  if (!document.is_object()) return "";
  const auto found = document.find(name);
  return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Failure failure_of(const aws::AwsError& error) {
  return {reason_of(error), quoted_text(fmt::format("{}: {}", error.code, error.message))};
}

Failure role_failure(const std::string& role_arn, const aws::AwsError& error) {
  return {Reason::kRoleNotAssumable,
          quoted_text(fmt::format("{}: {}: {}", role_arn.empty() ? "no Role" : role_arn, error.code,
                                  error.message))};
}

Failure function_failure(std::string_view error_document) {
  const auto document = read_json(error_document).value_or(nullptr);
  const std::string type = member(document, "errorType");
  const std::string message = member(document, "errorMessage");
  Failure out{Reason::kFunctionError,
              quoted_text(type.empty() ? message : fmt::format("{}: {}", type, message))};
  if (type == "Sandbox.Timedout" ||
      (type.empty() && message.find("Task timed out after") != message.npos)) {
    out.reason = Reason::kFunctionTimeout;
  } else if (type == "Runtime.ExitError" || message.find("Runtime exited") != message.npos) {
    out.reason = Reason::kFunctionCrashed;
  }
  return out;
}

}  // namespace loopgate::gateway
