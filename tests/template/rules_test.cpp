#include "template/rules.h"

#include <gtest/gtest.h>

#include "tests/template/support.h"

namespace loopgate::cfn {
namespace {

using test::World;

// What a deployment says whose rule asserts `expression`; "" when it is good.
std::string asserting(const std::string& expression, const std::string& condition = {}) {
  World world;
  const auto plan = world.deployer().check(
      World::request("Parameters:\n  Env: {Type: String, Default: prod}\n"
                     "  Sizes: {Type: CommaDelimitedList, Default: 's,m'}\n"
                     "  Vpc: {Type: 'AWS::EC2::VPC::Id', Default: vpc-1}\n"
                     "  Other: {Type: 'AWS::EC2::VPC::Id', Default: vpc-2}\n"
                     "Rules:\n  R:\n" +
                     (condition.empty() ? "" : "    RuleCondition: " + condition + "\n") +
                     "    Assertions:\n      - {Assert: " + expression +
                     ", AssertDescription: it must}\n"
                     "Resources: {A: {Type: AWS::SQS::Queue}}\n"));
  return plan ? "" : plan.error().to_string();
}

TEST(Rules, AreDecided) {
  const std::pair<const char*, bool> table[] = {
      {"!Equals [!Ref Env, prod]", true},
      {"!Equals [!Ref Env, test]", false},
      {"!Not [!Equals [!Ref Env, prod]]", false},
      {"!And [!Equals [a, a], !Equals [b, b]]", true},
      {"!And [!Equals [a, a], !Equals [b, c]]", false},
      {"!Or [!Equals [a, b], !Equals [b, b]]", true},
      {"{'Fn::Contains': [[test, prod], !Ref Env]}", true},
      {"{'Fn::Contains': [!Ref Sizes, l]}", false},
      {"{'Fn::EachMemberEquals': [[prod, prod], !Ref Env]}", true},
      {"{'Fn::EachMemberEquals': [!Ref Sizes, s]}", false},
      {"{'Fn::EachMemberIn': [!Ref Sizes, [s, m, l]]}", true},
      {"{'Fn::EachMemberIn': [!Ref Sizes, [s, l]]}", false},
      {"{'Fn::EachMemberIn': [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, [vpc-1, vpc-2]]}", true},
      {"{'Fn::Contains': [{'Fn::RefAll': 'AWS::EC2::VPC::Id'}, vpc-3]}", false},
      // As every stack of the CDK has it.
      {"{'Fn::Not': [{'Fn::Contains': [['1', '2', '3', '4', '5'], '21']}]}", true},
  };
  for (const auto& [expression, holds] : table)
    EXPECT_EQ(asserting(expression), holds ? "" : "app.yaml:9: rule 'R' does not hold: it must")
        << expression;
}

TEST(Rules, ApplyWhenTheirConditionHolds) {
  EXPECT_EQ(asserting("!Equals [a, b]", "!Equals [!Ref Env, test]"), "");
  EXPECT_EQ(asserting("!Equals [a, b]", "!Equals [!Ref Env, prod]"),
            "app.yaml:10: rule 'R' does not hold: it must");
}

TEST(Rules, AskNoResourceAndNoCondition) {
  const std::pair<const char*, const char*> table[] = {
      {"!Equals [!Ref A, b]", "app.yaml:9: 'A' is not a parameter"},
      {"{Condition: C}",
       "app.yaml:9: a rule asks by Fn::And, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, "
       "Fn::Equals, Fn::Not or Fn::Or"},
      {"{'Fn::Contains': [a]}", "app.yaml:9: Fn::Contains takes [list of strings, string]"},
      {"{'Fn::Contains': [[a], {'Fn::ValueOf': [Vpc, Tags.x]}]}",
       "app.yaml:9: Fn::ValueOf asks for attributes of networks, which the sandbox does not have"},
  };
  for (const auto& [expression, error] : table) EXPECT_EQ(asserting(expression), error);
}

}  // namespace
}  // namespace loopgate::cfn
