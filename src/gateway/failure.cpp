#include "gateway/failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "gateway/context.h"

namespace loopgate::gateway {

namespace {

constexpr std::array<ErrorMeaning, 7> kOfEveryService = {{
    {"AccessDenied", Reason::kAccessDenied},
    {"AccessDeniedException", Reason::kAccessDenied},
    {"AuthorizationError", Reason::kAccessDenied},
    {"KMSAccessDenied", Reason::kAccessDenied},
    {"ResourceNotFoundException", Reason::kDestinationNotFound},
    {"NotFound", Reason::kDestinationNotFound},
    {aws::kNotStored, Reason::kStorageFull},
}};

std::optional<Reason> find(std::span<const ErrorMeaning> meanings, const aws::AwsError& error) {
  const auto found = std::ranges::find_if(meanings, [&](const ErrorMeaning& meaning) {
    return error.code == meaning.code || error.query_code == meaning.code;
  });
  return found == meanings.end() ? std::nullopt : std::optional(found->reason);
}

std::string member(const nlohmann::json& document, const char* name) {
  if (!document.is_object()) return "";
  const auto found = document.find(name);
  return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Failure failure_of(const aws::AwsError& error, std::span<const ErrorMeaning> of_service) {
  auto reason = find(of_service, error);
  if (!reason) reason = find(kOfEveryService, error);
  return {reason.value_or(Reason::kDestinationError),
          quoted_text(fmt::format("{}: {}", error.code, error.message))};
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
