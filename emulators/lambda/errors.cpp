#include "emulators/lambda/errors.h"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "emulators/lambda/limits.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

}  // namespace

aws::AwsError function_not_found(std::string_view arn) {
  return {"ResourceNotFoundException", fmt::format("Function not found: {}", arn), 404, {}};
}

aws::AwsError function_exists(std::string_view name) {
  return {"ResourceConflictException", fmt::format("Function already exist: {}", name), 409, {}};
}

aws::AwsError alias_not_found(std::string_view arn) {
  return resource_not_found(fmt::format("Cannot find alias arn: {}", arn));
}

aws::AwsError resource_not_found(std::string message) {
  return {"ResourceNotFoundException", std::move(message), 404, {}};
}

aws::AwsError resource_conflict(std::string message) {
  return {"ResourceConflictException", std::move(message), 409, {}};
}

aws::AwsError precondition_failed(std::string_view getter) {
  return {"PreconditionFailedException",
          fmt::format("The Revision Id provided does not match the latest Revision Id. Call the {} "
                      "API to retrieve the latest Revision Id",
                      getter),
          412,
          {}};
}

aws::AwsError too_large(std::string message) {
  return {"RequestEntityTooLargeException", std::move(message), 413, {}};
}

aws::AwsError invalid_parameter(std::string message) {
  return {"InvalidParameterValueException", std::move(message), 400, {}};
}

aws::AwsError invalid_request_content(std::string_view cause) {
  return {"InvalidRequestContentException",
          fmt::format("Could not parse request body into json: {}", cause),
          400,
          {}};
}

aws::AwsError payload_too_large(std::size_t limit) {
  return {
      "RequestTooLargeException",
      fmt::format("Request must be smaller than {} bytes for the InvokeFunction operation", limit),
      413,
      {}};
}

aws::AwsError too_many_requests(std::string_view reason) {
  return {"TooManyRequestsException", fmt::format("Rate Exceeded. ({})", reason), 429, {}};
}

std::string error_document(std::string_view type, std::string_view message) {
  // AWS writes the type first.
  return fmt::format(R"({{"errorType":{},"errorMessage":{}}})", quote_json(type),
                     quote_json(message));
}

InvocationOutcome failed(std::string request_id, std::string document) {
  InvocationOutcome outcome;
  outcome.request_id = std::move(request_id);
  outcome.payload = std::move(document);
  outcome.function_error = "Unhandled";
  return outcome;
}

std::string timeout_text(Duration limit) {
  return fmt::format("Task timed out after {:.2f} seconds",
                     std::chrono::duration<double>(limit).count());
}

InvocationOutcome timed_out(std::string request_id, Duration limit) {
  auto document = error_document(
      "Sandbox.Timedout", fmt::format("RequestId: {} Error: {}", request_id, timeout_text(limit)));
  return failed(std::move(request_id), std::move(document));
}

std::string exit_text(io::ExitStatus status) {
  if (status.signal == 9) return "Runtime exited with error: signal: killed";
  if (status.signal == 11) return "Runtime exited with error: signal: segmentation fault";
  if (status.signal == 6) return "Runtime exited with error: signal: aborted";
  if (status.signal != 0)
    return fmt::format("Runtime exited with error: signal: {}", status.signal);
  if (status.code == 0) return "Runtime exited without providing a reason";
  return fmt::format("Runtime exited with error: exit status {}", status.code);
}

InvocationOutcome exited(std::string request_id, io::ExitStatus status) {
  auto document = error_document(
      "Runtime.ExitError", fmt::format("RequestId: {} Error: {}", request_id, exit_text(status)));
  return failed(std::move(request_id), std::move(document));
}

InvocationOutcome response_too_large(std::string request_id) {
  return failed(
      std::move(request_id),
      error_document("Function.ResponseSizeTooLarge",
                     fmt::format("Response payload size exceeded maximum allowed payload size "
                                 "({} bytes).",
                                 kMaxResponse)));
}

InvocationOutcome cannot_start(std::string request_id, std::string_view why) {
  auto document = error_document("Runtime.InvalidEntrypoint",
                                 fmt::format("RequestId: {} Error: {}", request_id, why));
  return failed(std::move(request_id), std::move(document));
}

std::string summary(std::string_view document) {
  const auto json = read_json(document).value_or(nullptr);
  if (!json.is_object() || !json.contains("errorType") || !json["errorType"].is_string()) {
    return std::string(document.substr(0, kJournalText));
  }
  const auto message = json.value("errorMessage", Json(""));
  return fmt::format("{}: {}", json["errorType"].get<std::string>(),
                     message.is_string() ? message.get<std::string>() : write_json(message))
      .substr(0, kJournalText);
}

}  // namespace loopgate::lambda
