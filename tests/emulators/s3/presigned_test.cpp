#include "emulators/s3/presigned.h"

#include <gtest/gtest.h>

namespace loopgate::s3 {
namespace {

std::string outcome(std::string_view query) {
  const auto now = *parse_iso8601("2026-01-02T03:10:00Z");
  const auto checked = check_presigned(query, now);
  return checked ? "" : checked.error().code + ": " + checked.error().message;
}

std::string signed_query(std::string_view date, std::string_view lasts) {
  return "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=ab&X-Amz-Date=" + std::string(date) +
         "&X-Amz-Expires=" + std::string(lasts);
}

TEST(Presigned, EndsBySecondsFromItsDate) {
  EXPECT_EQ(outcome("list-type=2"), "");
  EXPECT_EQ(outcome(signed_query("20260102T030000Z", "600")), "");
  EXPECT_EQ(outcome(signed_query("20260102T030000Z", "599")), "AccessDenied: Request has expired");
  EXPECT_EQ(outcome("AWSAccessKeyId=A&Signature=s&Expires=1767323400"), "");
  EXPECT_EQ(outcome("AWSAccessKeyId=A&Signature=s&Expires=1767323399"),
            "AccessDenied: Request has expired");
}

TEST(Presigned, LastsAWeekAtMost) {
  EXPECT_EQ(outcome(signed_query("20260102T030000Z", "604800")), "");
  EXPECT_NE(outcome(signed_query("20260102T030000Z", "604801")).find("less than a week"),
            std::string::npos);
  EXPECT_NE(outcome(signed_query("20260102T030000Z", "-1")).find("non-negative"),
            std::string::npos);
  EXPECT_NE(outcome(signed_query("20260102T030000Z", "x")).find("a number"), std::string::npos);
  EXPECT_NE(outcome(signed_query("tomorrow", "60")).find("requires"), std::string::npos);
}

}  // namespace
}  // namespace loopgate::s3
