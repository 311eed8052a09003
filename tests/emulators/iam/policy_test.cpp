#include "emulators/iam/policy.h"

#include <gtest/gtest.h>

#include <string>

#include "emulators/iam/pattern.h"

namespace loopgate::iam {
namespace {

constexpr const char* kQueue = "arn:aws:sqs:us-west-2:123456789012:orders";

Verdict ask(const std::string& document, const std::string& action, const std::string& resource,
            const Context& context = {}, PolicyKind kind = PolicyKind::kIdentity,
            const Principal& who = {}) {
  const auto policy = Policy::parse(document, kind);
  EXPECT_TRUE(policy.has_value()) << document << "\n" << (policy ? "" : policy.error().message);
  return policy ? policy->evaluate({action, resource, who, context}).verdict : Verdict::kNothing;
}

struct ActionCase {
  const char* name;
  const char* statement;
  Verdict verdict;  // of sqs:SendMessage on the queue
};

TEST(Policy, MatchesActionsAndResources) {
  // clang-format off: one case a line
  const ActionCase cases[] = {
      {"exact", R"({"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-west-2:123456789012:orders"})", Verdict::kAllow},
      {"actions ignore case", R"({"Effect":"Allow","Action":"SQS:sendmessage","Resource":"*"})", Verdict::kAllow},
      {"resources do not", R"({"Effect":"Allow","Action":"*","Resource":"arn:aws:sqs:us-west-2:123456789012:Orders"})", Verdict::kNothing},
      {"star", R"({"Effect":"Allow","Action":"sqs:*","Resource":"arn:aws:sqs:*:*:ord*"})", Verdict::kAllow},
      {"question mark", R"({"Effect":"Allow","Action":"sqs:Send?essage","Resource":"*"})", Verdict::kAllow},
      {"list", R"({"Effect":"Allow","Action":["sns:*","sqs:Send*"],"Resource":["arn:aws:s3:::x","*"]})", Verdict::kAllow},
      {"other action", R"({"Effect":"Allow","Action":"sqs:ReceiveMessage","Resource":"*"})", Verdict::kNothing},
      {"not action", R"({"Effect":"Allow","NotAction":"iam:*","Resource":"*"})", Verdict::kAllow},
      {"not action, listed", R"({"Effect":"Allow","NotAction":["iam:*","sqs:Send*"],"Resource":"*"})", Verdict::kNothing},
      {"not resource", R"({"Effect":"Allow","Action":"*","NotResource":"arn:aws:sqs:*:*:orders"})", Verdict::kNothing},
      {"deny", R"({"Effect":"Deny","Action":"*","Resource":"*"})", Verdict::kDeny},
  };
  // clang-format on
  for (const auto& c : cases) {
    EXPECT_EQ(ask(std::string(R"({"Statement":)") + c.statement + "}", "sqs:SendMessage", kQueue),
              c.verdict)
        << c.name;
  }
}

TEST(Policy, AnExplicitDenyWins) {
  EXPECT_EQ(ask(R"({"Version":"2012-10-17","Statement":[
                   {"Effect":"Allow","Action":"*","Resource":"*"},
                   {"Effect":"Deny","Action":"sqs:SendMessage","Resource":"*"}]})",
                "sqs:SendMessage", kQueue),
            Verdict::kDeny);
}

struct ConditionCase {
  const char* condition;
  bool satisfied;
};

TEST(Policy, EvaluatesConditions) {
  const Context context = {{"aws:sourcearn", {"arn:aws:sns:us-west-2:123456789012:t"}},
                           {"aws:sourceip", {"10.1.2.3"}},
                           {"color", {"red"}},
                           {"count", {"7"}},
                           {"many", {"a", "b"}},
                           {"aws:securetransport", {"true"}},
                           {"aws:currenttime", {"2026-11-02T09:15:30.204Z"}}};
  // clang-format off: one case a line
  const ConditionCase cases[] = {
      {R"({"StringEquals":{"color":"red"}})", true},
      {R"({"StringEquals":{"COLOR":["blue","red"]}})", true},
      {R"({"StringEquals":{"color":"Red"}})", false},
      {R"({"StringEquals":{"none":"red"}})", false},
      {R"({"StringEqualsIfExists":{"none":"red"}})", true},
      {R"({"StringEqualsIfExists":{"color":"blue"}})", false},
      {R"({"StringNotEquals":{"color":"blue"}})", true},
      {R"({"StringNotEquals":{"color":["blue","red"]}})", false},
      {R"({"StringNotEquals":{"none":"red"}})", true},
      {R"({"StringEqualsIgnoreCase":{"color":"RED"}})", true},
      {R"({"StringLike":{"color":"r*"}})", true},
      {R"({"StringNotLike":{"color":"r?d"}})", false},
      {R"({"ArnEquals":{"aws:SourceArn":"arn:aws:sns:us-west-2:123456789012:t"}})", true},
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:123456789012:*"}})", true},
      {R"({"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:t"}})", false},
      {R"({"ArnNotEquals":{"aws:SourceArn":"arn:aws:sns:us-west-2:123456789012:t"}})", false},
      {R"({"Bool":{"aws:SecureTransport":true}})", true},
      {R"({"Bool":{"aws:SecureTransport":"false"}})", false},
      {R"({"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}})", true},
      {R"({"NotIpAddress":{"aws:SourceIp":"10.0.0.0/8"}})", false},
      {R"({"NumericLessThan":{"count":8}})", true},
      {R"({"NumericGreaterThanEquals":{"count":"8"}})", false},
      {R"({"NumericEquals":{"color":"7"}})", false},
      {R"({"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}})", true},
      {R"({"Null":{"none":"true"}})", true},
      {R"({"Null":{"color":"true"}})", false},
      {R"({"Null":{"color":false}})", true},
      {R"({"ForAllValues:StringEquals":{"many":["a","b","c"]}})", true},
      {R"({"ForAllValues:StringEquals":{"many":["a"]}})", false},
      {R"({"ForAnyValue:StringEquals":{"many":["b"]}})", true},
      {R"({"ForAllValues:StringEquals":{"none":["a"]}})", true},
      {R"({"StringNotEquals":{"many":["a"]}})", false},
      {R"({"ForAnyValue:StringNotEquals":{"many":["a"]}})", true},
      {R"({"ForAnyValue:StringNotEquals":{"many":["a","b"]}})", false},
      {R"({"StringEquals":{"color":"red","count":"8"}})", false},
      {R"({"BinaryEquals":{"color":"red"}})", true},
  };
  // clang-format on
  for (const auto& c : cases) {
    const auto document =
        std::string(R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*",)") +
        R"("Condition":)" + c.condition + "}}";
    EXPECT_EQ(ask(document, "sqs:SendMessage", kQueue, context) == Verdict::kAllow, c.satisfied)
        << c.condition;
  }
}

TEST(Policy, NamesTheFirstStatementThatAllows) {
  const auto policy = Policy::parse(
      R"({"Statement":[{"Sid":"other","Effect":"Allow","Action":"sns:*","Resource":"*"},
                       {"Sid":"first","Effect":"Allow","Action":"sqs:*","Resource":"*"},
                       {"Sid":"second","Effect":"Allow","Action":"*","Resource":"*"}]})",
      PolicyKind::kIdentity);
  EXPECT_EQ(policy.value().evaluate({"sqs:SendMessage", kQueue, {}, {}}).sid, "first");
}

// A Deny, too: the sandbox cannot say what AWS would.
TEST(Policy, SaysWhichKeyItDoesNotKnow) {
  const auto policy = Policy::parse(
      R"({"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
                       {"Effect":"Deny","Action":"*","Resource":"*",
                        "Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}]})",
      PolicyKind::kIdentity);
  const auto decision = policy.value().evaluate({"sqs:SendMessage", kQueue, {}, {}});
  EXPECT_EQ(decision.verdict, Verdict::kAllow);
  EXPECT_EQ(decision.unknown, std::vector<std::string>{"aws:sourceip"});
  const auto known =
      policy.value().evaluate({"sqs:SendMessage", kQueue, {}, {{"aws:sourceip", {"10.1.2.3"}}}});
  EXPECT_EQ(known.verdict, Verdict::kDeny);
}

struct VariableCase {
  const char* name;
  const char* version;
  const char* rest;  // of a statement that allows everything
  bool satisfied;    // of sqs:SendMessage on the queue
};

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
TEST(Policy, FillsVariables) {
  const Context context = {{"aws:principalaccount", {"123456789012"}},
                           {"name", {"orders"}},
                           {"star", {"*"}},
                           {"many", {"orders", "x"}},
                           {"color", {"red"}},
                           {"same", {"red"}}};
  // clang-format off: one case a line
  const VariableCase cases[] = {
      {"in a resource", "2012-10-17", R"("Resource":"arn:aws:sqs:*:${aws:PrincipalAccount}:${name}")", true},
      {"a key that is not there", "2012-10-17", R"("Resource":"arn:aws:sqs:*:*:${aws:username}")", false},
      {"its default", "2012-10-17", R"("Resource":"arn:aws:sqs:*:*:${aws:username, 'orders'}")", true},
      {"several values", "2012-10-17", R"("Resource":"arn:aws:sqs:*:*:${many}")", false},
      {"a value is no pattern", "2012-10-17", R"("Resource":"arn:aws:sqs:*:*:${star}")", false},
      {"a star itself", "2012-10-17", R"("Resource":"arn:aws:sqs:*:*:${*}")", false},
      {"not in the older version", "2008-10-17", R"("Resource":"arn:aws:sqs:*:*:${name}")", false},
      {"not closed", "2012-10-17", R"("Resource":"arn:aws:sqs:*:*:${name")", false},
      {"in a condition", "2012-10-17", R"("Resource":"*","Condition":{"StringEquals":{"color":"${same}"}})", true},
      {"beside text", "2012-10-17", R"("Resource":"*","Condition":{"StringLike":{"color":"${same}*"}})", true},
      {"not there, negated", "2012-10-17", R"("Resource":"*","Condition":{"StringNotEquals":{"color":"${none}"}})", true},
      {"of numbers there are none", "2012-10-17", R"("Resource":"*","Condition":{"NumericEquals":{"color":"${same}"}})", false},
  };
  // clang-format on
  for (const auto& c : cases) {
    const auto document = std::string(R"({"Version":")") + c.version +
                          R"(","Statement":{"Effect":"Allow","Action":"*",)" + c.rest + "}}";
    EXPECT_EQ(ask(document, "sqs:SendMessage", kQueue, context) == Verdict::kAllow, c.satisfied)
        << c.name;
  }
}

struct PrincipalCase {
  const char* principal;
  Principal who;
  bool admitted;
};

TEST(Policy, AdmitsPrincipals) {
  const auto role = Principal::role("arn:aws:iam::123456789012:role/r");
  const auto sns = Principal::aws_service("sns.amazonaws.com");
  // clang-format off: one case a line
  const PrincipalCase cases[] = {
      {R"("Principal":"*")", role, true},
      {R"("Principal":{"AWS":"*"})", role, true},
      {R"("Principal":{"AWS":"arn:aws:iam::123456789012:role/r"})", role, true},
      {R"("Principal":{"AWS":["AIDAXXXXXXXXXXXXXXXXX","123456789012"]})", role, true},
      {R"("Principal":{"AWS":"arn:aws:iam::123456789012:root"})", role, true},
      {R"("Principal":{"AWS":"arn:aws:iam::999999999999:root"})", role, false},
      {R"("Principal":{"AWS":"arn:aws:iam::123456789012:role/*"})", role, false},
      {R"("Principal":{"Service":"sns.amazonaws.com"})", sns, true},
      {R"("Principal":{"Service":["sqs.amazonaws.com"]})", sns, false},
      {R"("Principal":{"Service":"sns.amazonaws.com"})", role, false},
      {R"("NotPrincipal":{"AWS":"arn:aws:iam::999999999999:root"})", role, true},
  };
  // clang-format on
  for (const auto& c : cases) {
    const auto document = std::string(R"({"Statement":{"Effect":"Allow","Action":"*",)") +
                          c.principal + R"(,"Resource":"*"}})";
    EXPECT_EQ(ask(document, "sqs:SendMessage", kQueue, {}, PolicyKind::kResource, c.who) ==
                  Verdict::kAllow,
              c.admitted)
        << c.principal;
  }
}

struct Malformed {
  PolicyKind kind;
  const char* document;
  const char* message;
};

TEST(Policy, SaysWhatIsMalformedAndWhere) {
  constexpr auto kIdentity = PolicyKind::kIdentity;
  constexpr auto kTrust = PolicyKind::kTrust;
  // clang-format off: one case a line
  const Malformed cases[] = {
      {kIdentity, "{", "Syntax errors in policy: it is not JSON: line 1, column 1: syntax error while parsing object key - unexpected end of input; expected string literal"},
      {kIdentity, "[]", "Syntax errors in policy: it must be an object."},
      {kIdentity, "{}", "Syntax errors in policy: Statement is missing."},
      {kIdentity, R"({"Version":"2020-01-01","Statement":[]})", "The policy's Version must be 2012-10-17 or 2008-10-17."},
      {kIdentity, R"({"Statement":[1]})", "Statement[0]: must be an object."},
      {kIdentity, R"({"Statement":[{"Effect":"Allow","Action":"a:b","Resource":"*"},{"Action":"a:b"}]})", "Statement[1]: Effect must be Allow or Deny."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Resource":"*"}})", "Statement[0]: Action is missing."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Action":"SendMessage","Resource":"*"}})", "Statement[0]: Action SendMessage must be prefaced by a vendor, e.g., iam, sdb, ec2."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Action":[],"Resource":"*"}})", "Statement[0]: Action is empty."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Action":[1],"Resource":"*"}})", "Statement[0]: Action must be a string or a list of strings."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Action":"a:b","NotAction":"a:c","Resource":"*"}})", "Statement[0]: Action and NotAction exclude each other."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Action":"a:b"}})", "Statement[0]: Resource is missing."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Actions":"a:b","Resource":"*"}})", "Statement[0]: Actions is unknown."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Principal":"*"}})", "Statement[0]: Policy document should not specify a principal."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"StringEquals":"x"}}})", "Statement[0]: Condition StringEquals must be an object."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"Sounds":{"a":"b"}}}})", "Statement[0]: Invalid Condition type : Sounds."},
      {kIdentity, R"({"Statement":{"Effect":"Allow","Action":"a:b","Resource":"queue"}})", "Statement[0]: Resource queue must be in ARN format or \"*\"."},
      {kIdentity, R"({"Statement":[{"Sid":"a","Effect":"Allow","Action":"a:b","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"a:b","Resource":"*"}]})", "Statement[1]: Statement IDs (SID) in a single policy must be unique."},
      {kTrust, R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"nobody"}}})", "Statement[0]: Invalid principal in policy: \"AWS\":\"nobody\"."},
      {kTrust, R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda"}}})", "Statement[0]: Invalid principal in policy: \"SERVICE\":\"lambda\"."},
      {kTrust, R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}})", "Statement[0]: Principal is missing."},
      {kTrust, R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"*"},"Resource":"*"}})", "Statement[0]: Has prohibited field Resource."},
      {kTrust, R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Person":"x"}}})", "Statement[0]: Principal.Person is unknown: AWS, Service, Federated or CanonicalUser."},
  };
  // clang-format on
  for (const auto& c : cases) {
    const auto policy = Policy::parse(c.document, c.kind);
    ASSERT_FALSE(policy.has_value()) << c.document;
    EXPECT_EQ(policy.error().code, "MalformedPolicyDocument");
    EXPECT_EQ(policy.error().message, c.message);
  }
}

TEST(Pattern, StaysQuickOnManyStars) {
  const std::string pattern = "*a*a*a*a*a*a*a*a*a*a*b";
  EXPECT_FALSE(matches_pattern(pattern, std::string(2000, 'a'), Case::kSensitive));
}

TEST(Pattern, ArnStarsStopAtColonsButForTheLastPart) {
  EXPECT_TRUE(matches_arn("arn:aws:sns:*:*:a*", "arn:aws:sns:us-west-2:123456789012:a:b"));
  EXPECT_FALSE(matches_arn("arn:aws:*:a", "arn:aws:sns:us-west-2:123456789012:a"));
}

TEST(ResourcePolicy, NamesItsServicesActionsOnly) {
  const auto check = [](const std::string& action, const std::string& principal) {
    const auto checked =
        check_resource_policy(R"({"Statement":{"Effect":"Allow","Principal":")" + principal +
                                  R"(","Action":")" + action + R"(","Resource":"*"}})",
                              "sqs");
    return checked ? "" : checked.error().code;
  };
  EXPECT_EQ(check("SQS:SendMessage", "*"), "");
  EXPECT_EQ(check("*", "*"), "");
  EXPECT_EQ(check("sns:Publish", "*"), kOutOfScope);
  EXPECT_EQ(check("sqs:SendMessage", "nobody"), "MalformedPolicyDocument");
}

}  // namespace
}  // namespace loopgate::iam
