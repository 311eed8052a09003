#include "aws/protocol/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "aws/shapes/services.h"
#include "tests/aws/models.h"

namespace loopgate::aws {
namespace {

using nlohmann::json;

std::string refusal(const OperationModel& operation, const json& params,
                    Protocol protocol = Protocol::kJson) {
  Validator validator;
  const auto checked = validator.check(operation, protocol, params);
  return checked ? "" : checked.error().code + ": " + checked.error().message;
}

TEST(Validation, SpeaksOfEachConstraintInAwssWords) {
  struct Case {
    const char* params;
    const char* refusal;
  };
  const Case cases[] = {
      {R"({"Name":"abc"})", ""},
      {R"({})",
       "1 validation error detected: Value null at 'name' failed to satisfy constraint: "
       "Member must not be null"},
      {R"({"Name":"abcde"})",
       "1 validation error detected: Value 'abcde' at 'name' failed to satisfy constraint: Member "
       "must have length less than or equal to 4"},
      {R"({"Name":"a"})",
       "1 validation error detected: Value 'a' at 'name' failed to satisfy constraint: Member must "
       "have length greater than or equal to 2"},
      {R"({"Name":"a1"})",
       "1 validation error detected: Value 'a1' at 'name' failed to satisfy constraint: Member "
       "must satisfy regular expression pattern: [a-z]+"},
      {R"({"Name":"ab\n"})",
       "1 validation error detected: Value 'ab\n' at 'name' failed to satisfy constraint: Member "
       "must satisfy regular expression pattern: [a-z]+"},
      {R"({"Name":"ab","Kind":"Blue"})",
       "1 validation error detected: Value 'Blue' at 'kind' failed to satisfy constraint: Member "
       "must satisfy enum value set: [Red, Green]"},
      {R"({"Name":"ab","Kind":"Green","Count":10,"Ratio":1.0,"Data":"AAAA"})", ""},
      {R"({"Name":"ab","Count":11})",
       "1 validation error detected: Value '11' at 'count' failed to satisfy constraint: Member "
       "must have value less than or equal to 10"},
      {R"({"Name":"ab","Ratio":-0.5})",
       "1 validation error detected: Value '-0.5' at 'ratio' failed to satisfy constraint: Member "
       "must have value greater than or equal to 0"},
      {R"({"Name":"ab","Secret":"short"})",
       "1 validation error detected: Value at 'secret' failed to satisfy constraint: Member must "
       "have length greater than or equal to 8"},
      {R"({"Name":"ab","Data":"AAAAAA=="})",
       "1 validation error detected: Value 'AAAAAA==' at 'data' failed to satisfy constraint: "
       "Member must have length less than or equal to 3"},
      {R"({"Name":"ab","Tags":[{"Key":"ab"},{"Value":"v"}]})",
       "1 validation error detected: Value null at 'tags.2.member.key' failed to satisfy "
       "constraint: Member must not be null"},
      {R"({"Name":"ab","Map":{"kk":{}}})",
       "1 validation error detected: Value null at 'map.kk.member.key' failed to satisfy "
       "constraint: Member must not be null"},
      {R"({"Name":"ab","Map":{"K":{"Key":"ab"}}})",
       "2 validation errors detected: Value 'K' at 'map' failed to satisfy constraint: Member must "
       "have length greater than or equal to 2; Value 'K' at 'map' failed to satisfy constraint: "
       "Member must satisfy regular expression pattern: [a-z]+"},
      // Java counts UTF-16 units.
      {R"({"Name":"ab","Secret":"😀😀😀😀"})", ""},
  };
  const auto operation = *shapes::kTestChecked.find("Check");
  for (const auto& c : cases) {
    const std::string wanted =
        *c.refusal == '\0' ? "" : std::string("ValidationException: ") + c.refusal;
    EXPECT_EQ(refusal(operation, json::parse(c.params)), wanted) << c.params;
  }
}

TEST(Validation, IsWordedAsTheServiceWordsIt) {
  EXPECT_EQ(refusal(*shapes::kSqs.find("SendMessage"), {{"QueueUrl", "u"}}),
            "MissingParameter: The request must contain the parameter MessageBody.");
  EXPECT_EQ(
      refusal(*shapes::kSqs.find("SetQueueAttributes"), {{"QueueUrl", "u"}}, Protocol::kQuery),
      "MissingParameter: The request must contain the parameter Attribute.");
  EXPECT_EQ(
      refusal(*shapes::kSns.find("DeleteTopic"), json::object()),
      "InvalidParameter: Invalid parameter: TopicArn Reason: no value for required parameter");
  EXPECT_EQ(refusal(*shapes::kIam.find("GetRole"), json::object()),
            "ValidationError: 1 validation error detected: Value null at 'roleName' failed to "
            "satisfy constraint: Member must not be null");
  EXPECT_EQ(refusal(*shapes::kLogs.find("CreateLogGroup"), {{"logGroupName", "a b"}}),
            "InvalidParameterException: 1 validation error detected: Value 'a b' at 'logGroupName' "
            "failed to satisfy constraint: Member must satisfy regular expression pattern: "
            "[\\.\\-_/#A-Za-z0-9]+");
  EXPECT_EQ(refusal(*shapes::kLambda.find("GetFunction"), {{"FunctionName", "a b"}}).substr(0, 80),
            "ValidationException: 1 validation error detected: Value 'a b' at 'functionName' ");
}

TEST(Validation, KnowsEveryPatternOfTheModels) {
  Validator validator;
  for (const auto* service : shapes::kServices) {
    for (const auto& constraint : service->constraints) {
      const auto pattern = service->at(constraint.pattern);
      if (pattern.empty()) continue;
      EXPECT_NE(validator.pattern(pattern), nullptr) << service->id << pattern;
    }
  }
}

TEST(IdempotencyTokens, AreMadeWhereTheCallerGaveNone) {
  const auto operation = *shapes::kTestChecked.find("Check");
  int made = 0;
  const auto make = [&made] { return "token-" + std::to_string(++made); };
  json params = {{"Name", "ab"}};
  fill_idempotency_tokens(operation, params, make);
  EXPECT_EQ(params["Token"], "token-1");
  fill_idempotency_tokens(operation, params, make);
  EXPECT_EQ(params["Token"], "token-1");
  EXPECT_EQ(made, 1);
}

}  // namespace
}  // namespace loopgate::aws
