#include "emulators/s3/cors.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace loopgate::s3 {
namespace {

const auto kRules = nlohmann::json::parse(R"({"CORSRules": [
  {"AllowedOrigins": ["http://*.example.com"], "AllowedMethods": ["PUT", "GET"],
   "AllowedHeaders": ["x-amz-*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 300},
  {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]})");

std::string header(const std::vector<aws::Header>& headers, std::string_view name) {
  return std::string(aws::header_value(headers, name));
}

TEST(Cors, TheFirstRuleThatFitsDecides) {
  const auto named = cors_headers(kRules, "http://app.example.com", "PUT", "X-Amz-Date", true);
  EXPECT_EQ(header(named, "Access-Control-Allow-Origin"), "http://app.example.com");
  EXPECT_EQ(header(named, "Access-Control-Allow-Methods"), "PUT, GET");
  EXPECT_EQ(header(named, "Access-Control-Allow-Headers"), "x-amz-date");
  EXPECT_EQ(header(named, "Access-Control-Expose-Headers"), "ETag");
  EXPECT_EQ(header(named, "Access-Control-Max-Age"), "300");
  EXPECT_EQ(header(named, "Access-Control-Allow-Credentials"), "true");
  const auto anybody = cors_headers(kRules, "https://else.where", "GET", "", false);
  EXPECT_EQ(header(anybody, "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(header(anybody, "Access-Control-Allow-Credentials"), "");
}

TEST(Cors, NothingIsSaidWhenNoneFits) {
  EXPECT_TRUE(cors_headers(kRules, "https://else.where", "PUT", "", true).empty());
  EXPECT_TRUE(cors_headers(kRules, "http://app.example.com", "PUT", "authorization", true).empty());
  EXPECT_TRUE(cors_headers(kRules, "", "GET", "", false).empty());
  EXPECT_TRUE(cors_headers(nlohmann::json::object(), "http://a", "GET", "", false).empty());
  // The star stands for a part, not for less than what is around it.
  EXPECT_TRUE(cors_headers(kRules, "http://.example.co", "PUT", "", true).empty());
}

}  // namespace
}  // namespace loopgate::s3
