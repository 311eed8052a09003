#include "sandbox/customer_config.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace loopgate {
namespace {

TEST(CustomerConfig, HasWhatTemplatesLookUpForEachRegion) {
  const auto text =
      customer_config("s3://proxylity-config-eu-west-1/123456789012/customer-config.json",
                      "123456789012", {"us-west-2", "eu-west-1"});
  ASSERT_TRUE(text);
  const auto config = nlohmann::json::parse(*text);
  EXPECT_EQ(config["us-west-2"]["ServiceRole"], gateway_role_arn());
  EXPECT_TRUE(config["eu-west-1"]["ServiceToken"].get<std::string>().starts_with(
      "arn:aws:lambda:eu-west-1:"));
  EXPECT_EQ(config["Account"]["ApiKey"], api_key("123456789012"));
}

TEST(CustomerConfig, AnswersNoOtherLocation) {
  for (const char* location :
       {"s3://bucket/customer-config.json", "s3://proxylity-config-x/1/other.json", ""}) {
    EXPECT_FALSE(customer_config(location, "123456789012", {"us-west-2"})) << location;
  }
}

}  // namespace
}  // namespace loopgate
