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

namespace {

std::string_view file_name(std::string_view path) {
  return path.substr(path.find_last_of("/(") + 1);
}

// "app.py:14" of Python's '  File "/var/task/app.py", line 14, in handler'.
std::string place_in_python(std::string_view frame) {
  constexpr std::string_view kLine = "\", line ";
  const auto line = frame.find(kLine);
  const auto file = frame.find("File \"");
  if (line == frame.npos || file > line) return {};
  const auto number = frame.substr(line + kLine.size());
  return fmt::format("{}:{}", file_name(frame.substr(file + 6, line - file - 6)),
                     number.substr(0, number.find_first_not_of("0123456789")));
}

// "app.js:14" of Node's "    at handler (/var/task/app.js:14:9)"; its own modules are no place.
std::string place_in_node(std::string_view frame) {
  const auto column = frame.rfind(':');
  if (!frame.contains("at ") || frame.contains("node:") || column == frame.npos) return {};
  const auto place = file_name(frame.substr(0, column));
  return place.contains(':') ? std::string(place) : "";
}

// Where it happened: Python's last frame is the innermost, Node's first.
std::string place_of(const nlohmann::json& document) {
  std::string place;
  const auto look = [&](const char* name, auto place_in, bool first) {
    const auto frames = document.is_object() ? document.find(name) : document.end();
    if (frames == document.end() || !frames->is_array()) return;
    for (const auto& frame : *frames) {
      if (!frame.is_string()) continue;
      auto found = place_in(frame.get_ref<const std::string&>());
      if (!found.empty()) place = std::move(found);
      if (first && !place.empty()) return;
    }
  };
  look("stackTrace", place_in_python, false);
  if (place.empty()) look("trace", place_in_node, true);
  return quoted_text(place);
}

}  // namespace

Failure function_failure(std::string_view error_document) {
  const auto document = read_json(error_document).value_or(nullptr);
  const std::string type = member(document, "errorType");
  const std::string message = member(document, "errorMessage");
  Failure out{Reason::kFunctionError,
              quoted_text(type.empty() ? message : fmt::format("{}: {}", type, message))};
  if (const auto place = place_of(document); !place.empty())
    out.text += fmt::format(" ({})", place);
  if (type == "Sandbox.Timedout" ||
      (type.empty() && message.find("Task timed out after") != message.npos)) {
    out.reason = Reason::kFunctionTimeout;
  } else if (type == "Runtime.ExitError" || message.find("Runtime exited") != message.npos) {
    out.reason = Reason::kFunctionCrashed;
  }
  return out;
}

}  // namespace loopgate::gateway
