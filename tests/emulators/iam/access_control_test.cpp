// Who calls at the front door, and what happens to those who may not.
#include "emulators/iam/access_control.h"

#include <gmock/gmock.h>

#include "aws/sigv4.h"
#include "tests/emulators/iam/account.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kOther = "210987654321";

std::string statement(const std::string& effect, const std::string& principal,
                      const std::string& action, const std::string& condition = "{}") {
  return R"({"Statement":{"Effect":")" + effect + R"(","Principal":{"AWS":")" + principal +
         R"("},"Action":")" + action + R"(","Resource":"*","Condition":)" + condition + "}}";
}

class AccessTest : public Account {
 protected:
  http::Caller caller(const std::string& role_name = "worker") {
    http::Caller out{.account = kAccount, .region = "us-west-2"};
    if (!role_name.empty()) {
      out.session = std::make_shared<const aws::Session>(session(role_name));
    }
    return out;
  }
  std::string strictly(const http::Caller& who, const std::string& action,
                       const std::string& resource = kQueue) {
    const auto done = strict.permit(who, {action, resource});
    return done ? "" : done.error().query_code + ": " + done.error().message;
  }
  std::vector<std::string> warned() {
    std::vector<std::string> out;
    for (const auto& event : journal.read(0, 1000)) {
      if (event.kind == EventKind::kWarning) out.push_back(event.text);
    }
    return out;
  }
  std::vector<std::string> told() {
    std::vector<std::string> out;
    for (const auto& event : journal.read(0, 1000)) {
      if (event.kind == EventKind::kWouldBeDenied) {
        out.push_back(journal.name(event.subject) + " " + event.text);
      }
    }
    return out;
  }
};

TEST_F(AccessTest, WhatIsDeniedIsToldWithItsRemedyOnce) {
  role();
  EXPECT_NE(strictly(caller(), "sqs:SendMessage"), "");
  EXPECT_NE(strictly(caller(), "sqs:SendMessage"), "");
  EXPECT_THAT(warned(), ElementsAre(testing::AllOf(testing::StartsWith("denied: User: "),
                                                   HasSubstr("Add to a policy of the role"))));
}

TEST_F(AccessTest, WhatAwsWouldDenyIsToldOnceAndPasses) {
  role();
  EXPECT_TRUE(access.permit(caller(), {"sqs:SendMessage", kQueue}));
  EXPECT_TRUE(access.permit(caller(), {"sqs:SendMessage", kQueue}));
  EXPECT_THAT(
      told(),
      ElementsAre(
          "arn:aws:sqs:us-west-2:123456789012:orders User: "
          "arn:aws:sts::123456789012:assumed-role/worker/s1 is not authorized to perform: "
          "sqs:SendMessage on resource: arn:aws:sqs:us-west-2:123456789012:orders because no "
          "identity-based policy allows the sqs:SendMessage action. Add to a policy of the role "
          R"(worker: {"Effect": "Allow", "Action": "sqs:SendMessage", )"
          R"("Resource": "arn:aws:sqs:us-west-2:123456789012:orders"})"));
  EXPECT_TRUE(access.permit(caller(), {"sqs:ReceiveMessage", kQueue}));
  EXPECT_THAT(told(), SizeIs(2));
  grant("sns:Publish");  // a policy changed: the question is asked anew
  EXPECT_TRUE(access.permit(caller(), {"sqs:SendMessage", kQueue}));
  EXPECT_THAT(told(), SizeIs(3));
  roles.forget();
  EXPECT_TRUE(access.permit(caller(), {"sqs:SendMessage", kQueue}));
  EXPECT_THAT(told(), SizeIs(4));
  grant("sqs:SendMessage");
  EXPECT_TRUE(access.permit(caller(), {"sqs:SendMessage", kQueue}));
  EXPECT_THAT(told(), SizeIs(4));
}

TEST_F(AccessTest, EnforcedItIsDeniedInTheCodeOfTheService) {
  role();
  EXPECT_THAT(strictly(caller(), "sqs:SendMessage"), HasSubstr("AccessDenied: User: arn:aws:sts:"));
  EXPECT_THAT(strictly(caller(), "sns:Publish", "arn:aws:sns:us-west-2:123456789012:t"),
              testing::AllOf(HasSubstr("AuthorizationError: User: "),
                             HasSubstr("perform: SNS:Publish on resource: arn:aws:sns:us-west-2")));
  EXPECT_EQ(strict.permit(caller(), {"logs:PutLogEvents", "*"}).error().code,
            "AccessDeniedException");
  EXPECT_EQ(
      strictly(caller("nobody"), "sqs:SendMessage"),
      "AccessDenied: User: arn:aws:sts::123456789012:assumed-role/nobody/s1 is not authorized "
      "to perform: sqs:SendMessage on resource: arn:aws:sqs:us-west-2:123456789012:orders "
      "because the role arn:aws:iam::123456789012:role/nobody does not exist");
  EXPECT_THAT(told(), IsEmpty());
  grant("sqs:SendMessage");
  EXPECT_EQ(strictly(caller(), "sqs:SendMessage"), "");
  EXPECT_EQ(strictly(caller(), ""), "") << "what needs no permission";
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
TEST_F(AccessTest, ThePolicyOfTheResourceCountsToo) {
  const std::string role_arn = "arn:aws:iam::123456789012:role/worker";
  const std::string session_arn = "arn:aws:sts::123456789012:assumed-role/worker/s1";
  const std::string root = "arn:aws:iam::123456789012:root";
  const std::string secure = R"({"Bool":{"aws:SecureTransport":"false"}})";
  const struct {
    const char* name;
    std::string policy;
    bool role_allows;
    const char* refusal;  // "" when it passes
  } rows[] = {
      {"none", "", false, "no identity-based policy allows"},
      {"names the role", statement("Allow", role_arn, "sqs:*"), false, ""},
      {"names the session", statement("Allow", session_arn, "sqs:SendMessage"), false, ""},
      {"names everybody", statement("Allow", "*", "sqs:SendMessage"), false, ""},
      {"names the account: its own policies decide", statement("Allow", root, "sqs:*"), false,
       "no identity-based policy allows"},
      {"names another action", statement("Allow", "*", "sqs:ReceiveMessage"), false,
       "no identity-based policy allows"},
      {"denies the role", statement("Deny", role_arn, "sqs:*"), true,
       "explicit deny in a resource-based policy"},
      {"denies the account and all in it", statement("Deny", root, "sqs:*"), true,
       "explicit deny in a resource-based policy"},
      {"denies on a condition that is not met", statement("Deny", "*", "sqs:*", secure), true, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    roles.remove_role(kAccount, "worker");
    role();
    if (row.role_allows) grant("sqs:*");
    resource_policies[kQueue] = row.policy;
    const auto refusal = strictly(caller(), "sqs:SendMessage");
    if (*row.refusal == '\0') {
      EXPECT_EQ(refusal, "");
    } else {
      EXPECT_THAT(refusal, HasSubstr(row.refusal));
    }
  }
}

TEST_F(AccessTest, AcrossAccountsBothSidesMustAllow) {
  const std::string theirs = "arn:aws:sqs:us-west-2:210987654321:theirs";
  role();
  grant("sqs:*");
  EXPECT_THAT(strictly(caller(), "sqs:SendMessage", theirs),
              HasSubstr("because no resource-based policy allows the sqs:SendMessage action"));
  EXPECT_THAT(strictly(caller(""), "sqs:SendMessage", theirs),
              HasSubstr("User: arn:aws:iam::123456789012:root is not authorized"));
  resource_policies[theirs] = statement("Allow", kAccount, "sqs:SendMessage");
  EXPECT_EQ(strictly(caller(), "sqs:SendMessage", theirs), "");
  EXPECT_EQ(strictly(caller(""), "sqs:SendMessage", theirs), "");
  EXPECT_NE(strictly(caller(""), "sqs:ReceiveMessage", theirs), "");
  EXPECT_FALSE(access.permit(caller(""), {"sqs:ReceiveMessage", theirs}))
      << "accounts do not see each other, whatever is enforced";
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_THAT(warned(),
              testing::Contains(HasSubstr("Add to the policy of " + theirs +
                                          ", for the principal arn:aws:iam::123456789012:root")));
  EXPECT_TRUE(access.permit(caller(""), {"sqs:SendMessage", theirs + "-missing"}))
      << "its service says that it is not there";
}

TEST_F(AccessTest, TheRootMayAllButWhatAResourceDenies) {
  EXPECT_EQ(strictly(caller(""), "sqs:DeleteQueue"), "");
  resource_policies[kQueue] = statement("Deny", "*", "sqs:DeleteQueue");
  EXPECT_THAT(strictly(caller(""), "sqs:DeleteQueue"), HasSubstr("explicit deny"));
  EXPECT_EQ(strictly(caller(""), "sqs:SendMessage"), "");
  EXPECT_TRUE(access.permit(caller(""), {"sqs:DeleteQueue", kQueue}));
  EXPECT_THAT(told(), ElementsAre(HasSubstr("Take the Deny back or narrow it.")));
}

// --- credentials
// ----------------------------------------------------------------------------------

class Identify : public AccessTest {
 protected:
  http::Request signed_by(const aws::Credentials& credentials) {
    http::Request request{.method = "POST",
                          .path = "/",
                          .headers = {{"Host", "localhost:4566"}},
                          .body = "Action=ListQueues"};
    const auto done = aws::sign(
        {.credentials = credentials, .region = "us-west-2", .service = "sqs", .at = clock.wall()},
        {request.method, request.path, request.query, {{"Host", "localhost:4566"}}, request.body});
    for (const auto& [name, value] : done.headers) request.headers.push_back({name, value});
    return request;
  }
  std::string who(AccessControl& control, const http::Request& request,
                  std::string_view action = "sqs:ListQueues") {
    const auto found = control.identify(request, action);
    if (!found)
      return found.error().query_code.empty() ? found.error().code : found.error().query_code;
    return *found == nullptr ? "root" : assumed_role_arn((*found)->role_arn, (*found)->name);
  }
  aws::Credentials issue(std::string_view label = "label", const std::string& name = "worker") {
    const auto made = session(name);
    const auto* role = roles.role_by_arn(made.role_arn);
    return credentials.issue(made, role == nullptr ? "" : role->id, label);
  }
  AccessControl verifying{roles, credentials, clock, journal, {.secret = "test"}, policy_of};
};

TEST_F(Identify, ATokenIsItsSession) {
  const auto given = issue();
  EXPECT_EQ(who(access, signed_by(given)), "arn:aws:sts::123456789012:assumed-role/worker/s1");
  EXPECT_EQ(who(verifying, signed_by(given)), "arn:aws:sts::123456789012:assumed-role/worker/s1");
  EXPECT_TRUE(given.session_token.starts_with("label."));
  EXPECT_EQ(given.access_key_id.size(), 20u);
  EXPECT_EQ(given.secret_access_key.size(), 40u);
  EXPECT_NE(issue("other").access_key_id, given.access_key_id);

  auto presigned = signed_by(given);
  presigned.headers.clear();
  presigned.query = "X-Amz-Security-Token=" + given.session_token +
                    "&X-Amz-Credential=" + given.access_key_id +
                    "%2F20261102%2Fus-west-2%2Fsqs%2Faws4_request";
  EXPECT_EQ(who(access, presigned), "arn:aws:sts::123456789012:assumed-role/worker/s1");
}

TEST_F(Identify, ATokenThatIsNotOursMeansNothing) {
  auto given = issue();
  auto forged = given;
  forged.session_token.back() = forged.session_token.back() == 'a' ? 'b' : 'a';
  auto exchanged = given;
  exchanged.access_key_id = issue("label", "admin").access_key_id;
  aws::Credentials real{"ASIAREALREALREALREAL", "secret", "IQoJb3JpZ2luX2VjEJr"};
  for (const auto& each : {forged, exchanged, real}) {
    EXPECT_EQ(who(access, signed_by(each)), "root");
    EXPECT_EQ(who(verifying, signed_by(each)), "InvalidClientTokenId");
  }
}

TEST_F(Identify, SessionsEndAndOutliveARestart) {
  const auto given = issue();
  store->end_turn();
  TemporaryCredentials after(*store, random);
  EXPECT_EQ(after.secret_of(given.access_key_id), given.secret_access_key);
  ASSERT_TRUE(after.read(given.session_token, given.access_key_id));
  EXPECT_EQ(after.read(given.session_token, given.access_key_id)->session.expires,
            session().expires);
  clock.advance_to(clock.now() + std::chrono::hours(1));
  EXPECT_EQ(who(access, signed_by(given)), "ExpiredToken");
}

TEST_F(Identify, SignaturesAreVerifiedOnDemand) {
  const auto given = issue();
  auto wrong = given;
  wrong.secret_access_key = "guessed";
  EXPECT_EQ(who(access, signed_by(wrong)), "arn:aws:sts::123456789012:assumed-role/worker/s1");
  EXPECT_EQ(who(verifying, signed_by(wrong)), "SignatureDoesNotMatch");
  EXPECT_EQ(who(verifying, signed_by({"AKIDEXAMPLE", "test", ""})), "root");
  EXPECT_EQ(who(verifying, signed_by({"AKIDEXAMPLE", "guessed", ""})), "SignatureDoesNotMatch");
  EXPECT_EQ(who(verifying, {.method = "POST", .path = "/"}), "MissingAuthenticationToken");
}

// A role of the same name that was made since is another one.
TEST_F(Identify, SessionsEndWithTheirRole) {
  role();
  const auto given = issue();
  EXPECT_EQ(who(access, signed_by(given)), "arn:aws:sts::123456789012:assumed-role/worker/s1");
  ASSERT_TRUE(roles.delete_role(kAccount, "worker"));
  EXPECT_EQ(who(access, signed_by(given)), "arn:aws:sts::123456789012:assumed-role/worker/s1")
      << "who it is; it may do nothing";
  role();
  EXPECT_EQ(who(access, signed_by(given)), "InvalidClientTokenId");
  EXPECT_EQ(who(access, signed_by(issue())), "arn:aws:sts::123456789012:assumed-role/worker/s1");
}

// Without its token a temporary key would be the account's root, which may do everything.
TEST_F(Identify, EnforcedATemporaryKeyNeedsItsToken) {
  auto given = issue();
  given.session_token.clear();
  EXPECT_EQ(who(access, signed_by(given)), "root");
  EXPECT_EQ(who(strict, signed_by(given)), "InvalidClientTokenId");
  EXPECT_EQ(who(strict, signed_by({"AKIDEXAMPLE", "test", ""})), "root");
}

// A signature that is there is verified all the same.
TEST_F(Identify, AddressesOfSnsAreVisitedWithoutASignature) {
  for (const std::string action : {"sns:ConfirmSubscription", "sns:Unsubscribe"}) {
    EXPECT_EQ(who(verifying, {.method = "GET", .path = "/"}, action), "root");
    EXPECT_EQ(who(verifying, signed_by({"AKIDEXAMPLE", "guessed", ""}), action),
              "SignatureDoesNotMatch");
  }
  EXPECT_EQ(who(verifying, {.method = "GET", .path = "/"}, "sns:Publish"),
            "MissingAuthenticationToken");
}

// A key that an undone operation made is not one: what was issued by it goes, too.
TEST_F(Identify, AnUndoneKeyIsMadeAnew) {
  store->begin_operation();
  const auto lost = issue();
  store->undo_operation();
  store->end_turn();
  const auto given = issue();
  store->end_turn();
  TemporaryCredentials after(*store, random);
  EXPECT_TRUE(after.read(given.session_token, given.access_key_id));
  EXPECT_FALSE(after.read(lost.session_token, lost.access_key_id));
}

}  // namespace
}  // namespace loopgate::iam
