// Assuming roles: over the port, with the trust policy, and over the API.
#include "tests/emulators/iam/account.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;

class Sts : public Account {
 protected:
  aws::Outcome<aws::SessionPtr> assume(const std::string& arn, Duration duration) {
    aws::Outcome<aws::SessionPtr> result;
    port.assume_role(arn, kService, "udp-gateway", duration,
                     [&](aws::Outcome<aws::SessionPtr> done) { result = std::move(done); });
    EXPECT_EQ(tasks.run_ready(), 1u) << "completes from the task queue";
    return result;
  }
  std::string why_not(const std::string& trust) {
    roles.remove_role(kAccount, "worker");
    role("worker", trust);
    const auto done = assume("arn:aws:iam::123456789012:role/worker", std::chrono::hours(1));
    return done ? "" : done.error().message;
  }
  sts::EmbeddedSts port{roles, clock, tasks};
  const std::string kSentence =
      "User: arn:aws:iam::999999999999:role/proxylity-service is not "
      "authorized to perform: sts:AssumeRole on resource: "
      "arn:aws:iam::123456789012:role/worker: ";
};

TEST_F(Sts, ATrustedCallerGetsASession) {
  role();
  const auto session = assume("arn:aws:iam::123456789012:role/worker", std::chrono::hours(1));
  ASSERT_TRUE(session.has_value());
  EXPECT_EQ((*session)->account, kAccount);
  EXPECT_EQ((*session)->role_arn, "arn:aws:iam::123456789012:role/worker");
  EXPECT_EQ(to_iso8601((*session)->expires), "2026-11-02T10:15:30.204Z");
}

TEST_F(Sts, SaysWhatTheTrustPolicyLacks) {
  EXPECT_EQ(assume("arn:aws:iam::123456789012:role/worker", std::chrono::hours(1)).error().message,
            kSentence + "the role does not exist");
  EXPECT_EQ(
      why_not(R"({"Statement":{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},
                       "Action":"sts:AssumeRole"}})"),
      kSentence +
          "its trust policy does not name "
          "arn:aws:iam::999999999999:role/proxylity-service; add it to Principal.AWS");
  EXPECT_EQ(why_not(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},
                       "Action":"sts:TagSession"}})"),
            kSentence +
                "its trust policy names the principal, but not for the Action "
                "sts:AssumeRole");
  EXPECT_EQ(why_not(R"({"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},
                       "Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}}})"),
            kSentence + "its trust policy names the principal, but the Condition is not satisfied");
  EXPECT_EQ(why_not(R"({"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:*"},
                       {"Sid":"No","Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:*"}]})"),
            kSentence + "its trust policy denies it explicitly (statement No)");
  EXPECT_EQ(why_not(R"({"Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
                       "Principal":{"AWS":"arn:aws:iam::999999999999:root"}}})"),
            "");
}

TEST_F(Sts, DurationsHaveBounds) {
  role();
  const std::string arn = "arn:aws:iam::123456789012:role/worker";
  EXPECT_EQ(assume(arn, std::chrono::seconds(899)).error().message,
            "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy "
            "constraint: Member must have value greater than or equal to 900");
  EXPECT_EQ(assume(arn, std::chrono::hours(13)).error().message,
            "1 validation error detected: Value '46800' at 'durationSeconds' failed to satisfy "
            "constraint: Member must have value less than or equal to 43200");
  EXPECT_EQ(assume(arn, std::chrono::hours(2)).error().message,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
}

TEST_F(Sts, TheApiTellsWhoCallsAndLetsThemAssume) {
  role();
  EXPECT_EQ(call(sts, "GetCallerIdentity", json::object()).value(),
            json::parse(R"({"UserId":"123456789012","Account":"123456789012",
                            "Arn":"arn:aws:iam::123456789012:root"})"));
  const json params = {{"RoleArn", "arn:aws:iam::123456789012:role/worker"},
                       {"RoleSessionName", "dev"},
                       {"DurationSeconds", 900}};
  const auto result = call(sts, "AssumeRole", params).value();
  EXPECT_EQ(result["AssumedRoleUser"]["Arn"], "arn:aws:sts::123456789012:assumed-role/worker/dev");
  EXPECT_EQ(result["Credentials"]["Expiration"], "2026-11-02T09:30:30.204Z");
  const auto& given = result["Credentials"];
  const auto opened = credentials.read(given["SessionToken"].get<std::string>(),
                                       given["AccessKeyId"].get<std::string>());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->session.role_arn, "arn:aws:iam::123456789012:role/worker");
  EXPECT_EQ(to_iso8601(opened->session.expires), given["Expiration"]);

  EXPECT_EQ(
      refusal(sts, "AssumeRole",
              {{"RoleArn", "arn:aws:iam::123456789012:role/none"}, {"RoleSessionName", "dev"}}),
      "AccessDenied: User: arn:aws:iam::123456789012:root is not authorized to perform: "
      "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/none: the role does not "
      "exist");
  auto bad = params;
  bad["RoleSessionName"] = "a b";
  EXPECT_TRUE(refusal(sts, "AssumeRole", bad).find("'roleSessionName'") != std::string::npos);
  bad = params;
  bad["DurationSeconds"] = 899;
  EXPECT_TRUE(refusal(sts, "AssumeRole", bad).find("'durationSeconds'") != std::string::npos);
}

TEST_F(Sts, WhoeverHasASessionIsThatSession) {
  const auto* worker = role();
  caller_session = std::make_shared<const aws::Session>(session());
  const auto identity = call(sts, "GetCallerIdentity", json::object()).value();
  EXPECT_EQ(identity["Arn"], "arn:aws:sts::123456789012:assumed-role/worker/s1");
  EXPECT_EQ(identity["UserId"], worker->id + ":s1");
  EXPECT_EQ(identity["Account"], kAccount);
}

TEST_F(Sts, TrustDecidesWhoMayAssume) {
  role("worker");
  const auto trust_of = [](const std::string& principal) {
    return R"({"Statement":{"Effect":"Allow","Principal":{"AWS":")" + principal +
           R"("},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}}})";
  };
  role("next", trust_of("arn:aws:iam::123456789012:role/worker"));
  caller_session = std::make_shared<const aws::Session>(session());
  const json params = {{"RoleArn", "arn:aws:iam::123456789012:role/next"},
                       {"RoleSessionName", "dev"},
                       {"ExternalId", "x"}};
  sts::StsService strictly{{roles, credentials, strict, clock, random}};
  EXPECT_TRUE(call(strictly, "AssumeRole", params));
  auto longer = params;
  longer["DurationSeconds"] = 3601;
  ASSERT_TRUE(
      roles.update_role(kAccount, "next", {kAccount, "next", "/", trust_of("*"), "", 43'200}));
  EXPECT_EQ(refusal(strictly, "AssumeRole", longer),
            "ValidationError: The requested DurationSeconds exceeds the 1 hour session limit for "
            "roles assumed by role chaining");
  auto without = params;
  without.erase("ExternalId");
  EXPECT_EQ(refusal(strictly, "AssumeRole", without),
            "AccessDenied: User: arn:aws:iam::123456789012:role/worker is not authorized to "
            "perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/next: its trust "
            "policy names the principal, but the Condition is not satisfied");
  EXPECT_TRUE(call(sts, "AssumeRole", without)) << "told, and let pass";
}

}  // namespace
}  // namespace loopgate::iam
