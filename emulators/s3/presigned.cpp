#include "emulators/s3/presigned.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "aws/protocol/protocol.h"
#include "emulators/s3/limits.h"

namespace loopgate::s3 {

namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// "20260102T030405Z"
std::optional<WallTime> read_date(std::string_view text) {
  if (text.size() != 16 || text[8] != 'T' || text[15] != 'Z') return std::nullopt;
  const std::string date(text.substr(0, 8));
  const std::string time(text.substr(9, 6));
  return parse_iso8601(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2) + "T" +
                       time.substr(0, 2) + ":" + time.substr(2, 2) + ":" + time.substr(4, 2) + "Z");
}

AwsError of_query(std::string message) {
  return {"AuthorizationQueryParametersError", std::move(message), 400, {}};
}

Outcome<void> check_end(WallTime end, WallTime now, std::string_view lasts) {
  if (now <= end) return {};
  auto error = aws::access_denied("Request has expired");
  nlohmann::json members = {{"Expires", to_iso8601(end)}, {"ServerTime", to_iso8601(now)}};
  if (!lasts.empty()) members["X-Amz-Expires"] = lasts;
  error.members = std::make_shared<const nlohmann::json>(std::move(members));
  return aws::refuse(std::move(error));
}

}  // namespace

Outcome<void> check_presigned(std::string_view query, WallTime now) {
  // The older kind: a moment in seconds since 1970.
  if (aws::form_value(query, "Signature") && aws::form_value(query, "AWSAccessKeyId")) {
    const auto end = number_of(aws::form_value(query, "Expires").value_or(""));
    if (!end) {
      return aws::refuse(
          aws::access_denied("Query-string authentication requires the Signature, Expires and "
                             "AWSAccessKeyId parameters"));
    }
    return check_end(WallTime(std::chrono::seconds(*end)), now, {});
  }
  if (!aws::form_value(query, "X-Amz-Signature")) return {};
  const auto signed_at = read_date(aws::form_value(query, "X-Amz-Date").value_or(""));
  const auto lasts = aws::form_value(query, "X-Amz-Expires").value_or("");
  const auto seconds = number_of(lasts);
  if (!signed_at || lasts.empty()) {
    return aws::refuse(
        of_query("Query-string authentication version 4 requires the X-Amz-Algorithm, "
                 "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
                 "X-Amz-Expires parameters."));
  }
  if (!seconds) return aws::refuse(of_query("X-Amz-Expires should be a number"));
  if (*seconds < 0) return aws::refuse(of_query("X-Amz-Expires must be non-negative"));
  if (std::chrono::seconds(*seconds) > kLongestPresigned) {
    return aws::refuse(
        of_query("X-Amz-Expires must be less than a week (in seconds); that is, the given "
                 "X-Amz-Expires must be less than 604800 seconds"));
  }
  return check_end(*signed_at + std::chrono::seconds(*seconds), now, lasts);
}

}  // namespace loopgate::s3
