// Roles over the API and what their sessions may do.
#include "emulators/iam/limits.h"
#include "tests/emulators/iam/account.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;

using RolesTest = Account;

TEST_F(RolesTest, ARoleComesAndGoes) {
  const json create = {{"RoleName", "worker"}, {"AssumeRolePolicyDocument", kTrust}};
  const auto made = call(iam, "CreateRole", create).value()["Role"];
  EXPECT_EQ(made["Arn"], "arn:aws:iam::123456789012:role/worker");
  EXPECT_TRUE(made["RoleId"].get<std::string>().starts_with("AROA"));
  EXPECT_EQ(made["CreateDate"], "2026-11-02T09:15:30.204Z");
  EXPECT_TRUE(made["AssumeRolePolicyDocument"].get<std::string>().starts_with("%7B%22Version%22"));
  EXPECT_EQ(refusal(iam, "CreateRole", create),
            "EntityAlreadyExists: Role with name worker already exists.");
  EXPECT_EQ(call(iam, "ListRoles", json::object()).value()["Roles"].size(), 1u);

  EXPECT_TRUE(call(
      iam, "PutRolePolicy",
      {{"RoleName", "worker"},
       {"PolicyName", "p"},
       {"PolicyDocument", R"({"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}})"}}));
  EXPECT_EQ(call(iam, "ListRolePolicies", {{"RoleName", "worker"}}).value()["PolicyNames"],
            json({"p"}));
  EXPECT_TRUE(call(iam, "GetRolePolicy", {{"RoleName", "worker"}, {"PolicyName", "p"}}));
  EXPECT_EQ(refusal(iam, "DeleteRole", {{"RoleName", "worker"}}),
            "DeleteConflict: Cannot delete entity, must delete policies first.");
  EXPECT_TRUE(call(iam, "DeleteRolePolicy", {{"RoleName", "worker"}, {"PolicyName", "p"}}));

  const json attachment = {{"RoleName", "worker"},
                           {"PolicyArn", "arn:aws:iam::aws:policy/AmazonSQSFullAccess"}};
  EXPECT_TRUE(call(iam, "AttachRolePolicy", attachment));
  EXPECT_EQ(call(iam, "ListAttachedRolePolicies", {{"RoleName", "worker"}})
                .value()["AttachedPolicies"][0]["PolicyName"],
            "AmazonSQSFullAccess");
  EXPECT_EQ(refusal(iam, "DeleteRole", {{"RoleName", "worker"}}),
            "DeleteConflict: Cannot delete entity, must detach all policies first.");
  EXPECT_TRUE(call(iam, "DetachRolePolicy", attachment));
  EXPECT_TRUE(call(iam, "DeleteRole", {{"RoleName", "worker"}}));
  EXPECT_EQ(refusal(iam, "GetRole", {{"RoleName", "worker"}}),
            "NoSuchEntity: The role with name worker cannot be found.");
}

TEST_F(RolesTest, RefusesInTheWordsOfAws) {
  role();
  EXPECT_EQ(refusal(iam, "GetRolePolicy", {{"RoleName", "worker"}, {"PolicyName", "p"}}),
            "NoSuchEntity: The role policy with name p cannot be found.");
  EXPECT_EQ(refusal(iam, "AttachRolePolicy",
                    {{"RoleName", "worker"}, {"PolicyArn", "arn:aws:iam::123456789012:policy/x"}}),
            "NoSuchEntity: Policy arn:aws:iam::123456789012:policy/x does not exist or is not "
            "attachable.");
  EXPECT_TRUE(
      refusal(iam, "CreateRole", {{"RoleName", "a b"}, {"AssumeRolePolicyDocument", kTrust}})
          .starts_with("ValidationError: The specified value for roleName is invalid"));
  EXPECT_TRUE(refusal(iam, "CreateRole", {{"RoleName", "a"}, {"AssumeRolePolicyDocument", "x"}})
                  .starts_with("MalformedPolicyDocument: "));
  EXPECT_TRUE(
      refusal(iam, "CreateRole",
              {{"RoleName", "a"}, {"AssumeRolePolicyDocument", kTrust}, {"MaxSessionDuration", 60}})
          .starts_with("ValidationError: Value at 'maxSessionDuration'"));
}

TEST_F(RolesTest, ARefusedSessionIsToldInTheWordsOfAws) {
  role();
  EXPECT_EQ(denied("sqs:SendMessage"),
            "User: arn:aws:sts::123456789012:assumed-role/worker/s1 is not authorized to perform: "
            "sqs:SendMessage on resource: arn:aws:sqs:us-west-2:123456789012:orders because no "
            "identity-based policy allows the sqs:SendMessage action");
  grant("sqs:SendMessage");
  EXPECT_EQ(denied("sqs:SendMessage"), "") << "a change counts at once";
  EXPECT_TRUE(
      roles.put_role_policy(kAccount, "worker", "d",
                            R"({"Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*"}})"));
  EXPECT_EQ(denied("sqs:SendMessage"),
            "User: arn:aws:sts::123456789012:assumed-role/worker/s1 is not authorized to perform: "
            "sqs:SendMessage on resource: arn:aws:sqs:us-west-2:123456789012:orders with an "
            "explicit deny in an identity-based policy");
}

TEST_F(RolesTest, ADenyCountsInWhicheverPolicyItStands) {
  constexpr const char* kAllow = R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}})";
  constexpr const char* kDeny =
      R"({"Statement":{"Effect":"Deny","Action":"sqs:SendMessage","Resource":"*"}})";
  const std::string refused = "with an explicit deny in an identity-based policy";
  role();
  EXPECT_TRUE(roles.put_role_policy(kAccount, "worker", "m", kAllow));
  for (const auto* name : {"a", "z"}) {
    EXPECT_TRUE(roles.put_role_policy(kAccount, "worker", name, kDeny));
    EXPECT_TRUE(denied("sqs:SendMessage").ends_with(refused)) << "before and after the other";
    EXPECT_EQ(denied("sqs:ReceiveMessage"), "");
    EXPECT_TRUE(roles.delete_role_policy(kAccount, "worker", name));
    EXPECT_EQ(denied("sqs:SendMessage"), "");
  }
  const auto managed = roles.create_policy(kAccount, "deny", "/", kDeny);
  EXPECT_TRUE(roles.attach(kAccount, "worker", (*managed)->arn));
  EXPECT_TRUE(denied("sqs:SendMessage").ends_with(refused)) << "attached, after the inline ones";
}

TEST_F(RolesTest, ADenyOfOnePublishInALaterPolicyDeniesBoth) {
  constexpr const char* kDeny =
      R"({"Statement":{"Effect":"Deny","Action":"sns:PublishBatch","Resource":"*"}})";
  const std::string topic = "arn:aws:sns:us-west-2:123456789012:t";
  role();
  grant("sns:Publish");
  EXPECT_TRUE(roles.put_role_policy(kAccount, "worker", "z", kDeny));
  EXPECT_NE(denied("sns:Publish", topic), "");
  EXPECT_NE(denied("sns:PublishBatch", topic), "");
}

TEST_F(RolesTest, SendMessageCoversTheBatch) {
  role();
  EXPECT_NE(denied("sqs:SendMessageBatch").find("sqs:SendMessage on resource"), std::string::npos);
  grant("sqs:SendMessage");
  EXPECT_EQ(denied("sqs:SendMessageBatch"), "");
}

TEST_F(RolesTest, EitherPublishPassesWithOneWarning) {
  role();
  const std::string topic = "arn:aws:sns:us-west-2:123456789012:t";
  EXPECT_NE(denied("sns:PublishBatch", topic), "");
  grant("sns:Publish");
  EXPECT_EQ(denied("sns:PublishBatch", topic), "");
  EXPECT_EQ(denied("sns:PublishBatch", topic), "");
  EXPECT_EQ(warnings(), 1u);
  grant("sns:Publish*");
  EXPECT_EQ(denied("sns:PublishBatch", topic), "");
  EXPECT_EQ(warnings(), 1u) << "both are granted";
}

TEST_F(RolesTest, ManagedPoliciesGrant) {
  role();
  const auto attach = [&](const char* arn) { return roles.attach(kAccount, "worker", arn); };
  EXPECT_TRUE(attach("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"));
  EXPECT_EQ(denied("logs:PutLogEvents", "arn:aws:logs:us-west-2:123456789012:log-group:g:*"), "");
  EXPECT_NE(denied("sqs:SendMessage"), "");

  EXPECT_TRUE(attach("arn:aws:iam::aws:policy/AWSUnheardOf"));
  EXPECT_EQ(warnings(), 1u);
  EXPECT_NE(denied("sqs:SendMessage"), "");

  const auto own = roles.create_policy(
      kAccount, "own", "/", R"({"Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}})");
  EXPECT_TRUE(attach((*own)->arn.c_str()));
  EXPECT_EQ(denied("sqs:SendMessage"), "");
  roles.remove_policy((*own)->arn);
  EXPECT_NE(denied("sqs:SendMessage"), "");

  EXPECT_TRUE(attach("arn:aws:iam::aws:policy/PowerUserAccess"));
  EXPECT_EQ(denied("sqs:SendMessage"), "");
  EXPECT_NE(denied("iam:CreateRole", "*"), "");
}

TEST_F(RolesTest, SessionsEnd) {
  role();
  grant("sqs:*");
  const auto old = session();
  clock.advance_to(clock.now() + std::chrono::hours(1));
  EXPECT_EQ(roles.authorize(old, "sqs:SendMessage", kQueue).error().code, "ExpiredToken");
  EXPECT_TRUE(roles.authorize({kAccount, "", "service", {}}, "sqs:SendMessage", kQueue))
      << "the service account";
}

TEST_F(RolesTest, SaysThatAConditionWasNotUnderstood) {
  role();
  EXPECT_TRUE(roles.put_role_policy(kAccount, "worker", "p",
                                    R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"*",
                                       "Condition":{"Bool":{"aws:SourceVpc":"b"}}}})"));
  EXPECT_TRUE(denied("sqs:SendMessage")
                  .ends_with("(the sandbox does not know the condition key aws:sourcevpc, so its "
                             "statement did not count)"));
}

TEST_F(RolesTest, WarnsOnceOfADenyThatItLeavesOut) {
  role();
  EXPECT_TRUE(roles.put_role_policy(kAccount, "worker", "p",
                                    R"({"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
                       {"Effect":"Deny","Action":"*","Resource":"*",
                        "Condition":{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}]})"));
  EXPECT_EQ(denied("sqs:SendMessage"), "");
  EXPECT_EQ(denied("sqs:SendMessage"), "");
  EXPECT_EQ(warnings(), 1u);
}

TEST_F(RolesTest, EverythingIsThereAfterARestart) {
  role();
  grant("sqs:SendMessage");
  EXPECT_TRUE(roles.attach(kAccount, "worker", "arn:aws:iam::aws:policy/AmazonSNSFullAccess"));
  store->end_turn();
  Roles again(*store, clock, random, journal);
  EXPECT_TRUE(again.authorize(session(), "sqs:SendMessage", kQueue));
  EXPECT_TRUE(again.authorize(session(), "sns:Subscribe", "arn:aws:sns:us-west-2:123456789012:t"));
  EXPECT_TRUE(again.check_trust("arn:aws:iam::123456789012:role/worker", kService));
}

TEST_F(RolesTest, AnArnNamesARoleWithItsPath) {
  ASSERT_TRUE(roles.create_role({kAccount, "worker", "/team/", kTrust, "", 3600}));
  EXPECT_NE(roles.role_by_arn("arn:aws:iam::123456789012:role/team/worker"), nullptr);
  for (const auto* arn :
       {"arn:aws:iam::123456789012:role/worker", "arn:aws:iam::123456789012:role/other/worker",
        "arn:aws:iam::123456789012:user/team/worker",
        "arn:aws:iam::999999999999:role/team/worker"}) {
    EXPECT_EQ(roles.role_by_arn(arn), nullptr) << arn;
  }
}

// A policy with a name of so many bytes, and white space around it.
std::string document_of(std::size_t name_bytes, std::size_t blanks = 0) {
  return R"({"Statement":{"Effect":"Allow","Action":"*","Resource":"arn:)" +
         std::string(name_bytes, 'r') + R"("}})" + std::string(blanks, ' ');
}

TEST_F(RolesTest, InlinePoliciesShareTenKilobytesWithoutWhiteSpace) {
  role();
  std::string resources;
  for (int i = 0; i < 6; ++i) {
    resources += (i == 0 ? "\"arn:" : ",\"arn:") + std::string(1'500, 'r') + "\"";
  }
  const auto large =
      R"({"Statement":{"Effect":"Allow","Action":"*","Resource":[)" + resources + "]}}";
  ASSERT_GT(large.size(), kMaxPolicyBytes / 2);
  EXPECT_TRUE(roles.put_role_policy(kAccount, "worker", "large", large));
  EXPECT_TRUE(roles.put_role_policy(kAccount, "worker", "large", large)) << "in place of itself";
  EXPECT_EQ(roles.put_role_policy(kAccount, "worker", "more", document_of(1'500)).error().code,
            "LimitExceeded");
  EXPECT_TRUE(roles.put_role_policy(kAccount, "worker", "small", document_of(20, 2'000)));
}

TEST_F(RolesTest, ARemovedPolicyIsOffItsRolesAfterARestartToo) {
  role();
  const auto made = roles.create_policy(kAccount, "p", "/", document_of(1));
  ASSERT_TRUE(made);
  const auto arn = (*made)->arn;
  ASSERT_TRUE(roles.attach(kAccount, "worker", arn));
  roles.remove_policy(arn);
  store->end_turn();
  Roles again(*store, clock, random, journal);
  EXPECT_TRUE(again.role(kAccount, "worker").value()->attached.empty());
  EXPECT_TRUE(again.delete_role(kAccount, "worker"));
}

}  // namespace
}  // namespace loopgate::iam
