#include "tests/emulators/secretsmanager/account.h"

namespace loopgate::secretsmanager {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(Account, MovesStagesWithEachVersion) {
  const auto made =
      ok("CreateSecret",
         {{"Name", "db"}, {"SecretString", "one"}, {"ClientRequestToken", token('1')}});
  EXPECT_THAT(made["ARN"].get<std::string>(),
              testing::MatchesRegex(
                  "arn:aws:secretsmanager:us-west-2:123456789012:secret:db-[a-zA-Z0-9]{6}"));
  EXPECT_EQ(made["VersionId"], token('1'));
  ok("PutSecretValue",
     {{"SecretId", "db"}, {"SecretString", "two"}, {"ClientRequestToken", token('2')}});
  ok("PutSecretValue",
     {{"SecretId", made["ARN"]}, {"SecretString", "three"}, {"ClientRequestToken", token('3')}});
  EXPECT_EQ(ok("DescribeSecret", {{"SecretId", "db"}})["VersionIdsToStages"],
            (json{{token('2'), {"AWSPREVIOUS"}}, {token('3'), {"AWSCURRENT"}}}));
  EXPECT_EQ(value({{"SecretId", "db"}}), "three");
  EXPECT_EQ(value({{"SecretId", "db"}, {"VersionStage", "AWSPREVIOUS"}}), "two");
  EXPECT_EQ(value({{"SecretId", "db"}, {"VersionId", token('1')}}), "one");
  EXPECT_EQ(ok("ListSecretVersionIds", {{"SecretId", "db"}})["Versions"].size(), 2);
  EXPECT_EQ(
      ok("ListSecretVersionIds", {{"SecretId", "db"}, {"IncludeDeprecated", true}})["Versions"]
          .size(),
      3);
  ok("UpdateSecretVersionStage", {{"SecretId", "db"},
                                  {"VersionStage", "AWSCURRENT"},
                                  {"RemoveFromVersionId", token('3')},
                                  {"MoveToVersionId", token('2')}});
  EXPECT_EQ(ok("DescribeSecret", {{"SecretId", "db"}})["VersionIdsToStages"],
            (json{{token('2'), {"AWSCURRENT"}}, {token('3'), {"AWSPREVIOUS"}}}));
}

TEST_F(Account, AnswersARepeatedTokenAsBefore) {
  ok("CreateSecret", {{"Name", "s"}, {"SecretString", "a"}, {"ClientRequestToken", token('1')}});
  ok("CreateSecret", {{"Name", "s"}, {"SecretString", "a"}, {"ClientRequestToken", token('1')}});
  ok("PutSecretValue",
     {{"SecretId", "s"}, {"SecretString", "a"}, {"ClientRequestToken", token('1')}});
  const auto refused =
      refusal("PutSecretValue",
              {{"SecretId", "s"}, {"SecretString", "hunter2"}, {"ClientRequestToken", token('1')}});
  EXPECT_THAT(refused, StartsWith("ResourceExistsException: You can't use ClientRequestToken"));
  EXPECT_THAT(refused, Not(HasSubstr("hunter2")));
}

TEST_F(Account, RefusesInTheWordsOfAws) {
  ok("CreateSecret", {{"Name", "s"}, {"SecretString", "a"}, {"ClientRequestToken", token('1')}});
  ok("CreateSecret", {{"Name", "empty"}});
  struct Case {
    const char* operation;
    json params;
    std::string refusal;
  };
  const Case cases[] = {
      {"GetSecretValue",
       {{"SecretId", "no"}},
       "ResourceNotFoundException: Secrets Manager can't find the specified secret."},
      {"GetSecretValue",
       {{"SecretId", "empty"}},
       "ResourceNotFoundException: Secrets Manager can't find the specified secret value for "
       "staging label: AWSCURRENT"},
      {"GetSecretValue",
       {{"SecretId", "s"}, {"VersionId", token('9')}},
       "ResourceNotFoundException: Secrets Manager can't find the specified secret value for "
       "VersionId: " +
           token('9')},
      {"GetSecretValue",
       {{"SecretId", "s"}, {"VersionId", token('1')}, {"VersionStage", "AWSPENDING"}},
       "InvalidRequestException: You provided a VersionStage that is not associated to the "
       "provided "
       "VersionId."},
      {"CreateSecret",
       {{"Name", "s"}, {"SecretString", "b"}},
       "ResourceExistsException: The operation failed because the secret s already exists."},
      {"CreateSecret",
       {{"Name", "a b"}},
       "ValidationException: Invalid name. Must be a valid name containing alphanumeric "
       "characters, "
       "or any of the following: -/_+=.@!"},
      {"PutSecretValue",
       {{"SecretId", "s"}},
       "InvalidRequestException: You must provide either SecretString or SecretBinary."},
      {"DeleteSecret",
       {{"SecretId", "s"}, {"RecoveryWindowInDays", 6}},
       "InvalidParameterException: The RecoveryWindowInDays value must be between 7 and 30 days "
       "(inclusive)."},
      {"DeleteSecret",
       {{"SecretId", "s"}, {"RecoveryWindowInDays", 7}, {"ForceDeleteWithoutRecovery", true}},
       "InvalidParameterException: You can't use ForceDeleteWithoutRecovery in conjunction with "
       "RecoveryWindowInDays."},
      {"UpdateSecretVersionStage",
       {{"SecretId", "s"}, {"VersionStage", "AWSCURRENT"}, {"RemoveFromVersionId", token('1')}},
       "InvalidParameterException: You can only move staging label AWSCURRENT to a different "
       "secret "
       "version. It can’t be completely removed."},
      {"RotateSecret",
       {{"SecretId", "s"}},
       "InvalidRequestException: No Lambda rotation function ARN is associated with this secret."},
      {"BatchGetSecretValue", json::object(),
       "InvalidParameterException: You must include Filters or SecretIdList, but not both."},
      {"ReplicateSecretToRegions",
       {{"SecretId", "s"}},
       "InvalidAction: Secrets Manager ReplicateSecretToRegions is not emulated here."},
  };
  for (const auto& [operation, params, wanted] : cases) {
    EXPECT_THAT(refusal(operation, params), StartsWith(wanted)) << operation;
  }
}

TEST_F(Account, DeletesAfterTheRecoveryWindowByTheClock) {
  ok("CreateSecret", {{"Name", "s"}, {"SecretString", "a"}});
  const auto deleted = ok("DeleteSecret", {{"SecretId", "s"}, {"RecoveryWindowInDays", 7}});
  EXPECT_EQ(deleted["DeletionDate"], 1793610930.0 + 7 * 86400);
  const std::string marked =
      "You can't perform this operation on the secret because it was marked for deletion.";
  EXPECT_EQ(value({{"SecretId", "s"}}), marked);
  EXPECT_EQ(ok("ListSecrets", json::object())["SecretList"].size(), 0);
  EXPECT_EQ(ok("ListSecrets", {{"IncludePlannedDeletion", true}})["SecretList"].size(), 1);
  EXPECT_THAT(refusal("CreateSecret", {{"Name", "s"}}),
              HasSubstr("already scheduled for deletion"));
  advance(std::chrono::days(6));
  ok("RestoreSecret", {{"SecretId", "s"}});
  EXPECT_EQ(value({{"SecretId", "s"}}), "a");
  advance(std::chrono::days(30));
  EXPECT_EQ(value({{"SecretId", "s"}}), "a");
  ok("DeleteSecret", {{"SecretId", "s"}});
  restart();
  advance(std::chrono::days(30));
  EXPECT_EQ(value({{"SecretId", "s"}}), "Secrets Manager can't find the specified secret.");
}

TEST_F(Account, KeepsSecretsOverARestart) {
  ok("CreateSecret",
     {{"Name", "s"}, {"SecretBinary", "AAH/"}, {"Tags", {{{"Key", "a"}, {"Value", "b"}}}}});
  ok("PutResourcePolicy", {{"SecretId", "s"}, {"ResourcePolicy", "{}"}});
  const auto before = ok("DescribeSecret", {{"SecretId", "s"}});
  restart();
  EXPECT_EQ(ok("DescribeSecret", {{"SecretId", "s"}}), before);
  EXPECT_EQ(ok("GetSecretValue", {{"SecretId", "s"}})["SecretBinary"], "AAH/");
  EXPECT_EQ(ok("GetResourcePolicy", {{"SecretId", "s"}})["ResourcePolicy"], "{}");
  region_ = "eu-west-1";
  EXPECT_EQ(value({{"SecretId", "s"}}), "Secrets Manager can't find the specified secret.");
}

TEST_F(Account, FindsASecretByEveryFormOfItsArn) {
  const std::string arn =
      ok("CreateSecret", {{"Name", "a/b-123456"}, {"SecretString", "x"}})["ARN"];
  EXPECT_EQ(value({{"SecretId", arn}}), "x");
  EXPECT_EQ(value({{"SecretId", arn.substr(0, arn.size() - 7)}}), "x");
  const std::string missing = "Secrets Manager can't find the specified secret.";
  EXPECT_EQ(value({{"SecretId", arn.substr(0, arn.size() - 1)}}), missing);
  EXPECT_EQ(value({{"SecretId", arn.substr(0, arn.size() - 14)}}), missing);
  EXPECT_EQ(value({{"SecretId", "arn:aws:sqs:us-west-2:123456789012:q"}}), missing);
  region_ = "eu-west-1";
  EXPECT_EQ(value({{"SecretId", arn}}), missing);
}

TEST_F(Account, FindsManyAtOnce) {
  for (const char* name : {"app/a", "app/b", "other"}) {
    ok("CreateSecret", {{"Name", name}, {"SecretString", name}});
  }
  const auto by_id = ok("BatchGetSecretValue", {{"SecretIdList", {"app/a", "no"}}});
  EXPECT_EQ(by_id["SecretValues"][0]["SecretString"], "app/a");
  EXPECT_EQ(by_id["Errors"][0]["ErrorCode"], "ResourceNotFoundException");
  const auto filtered =
      ok("BatchGetSecretValue", {{"Filters", {{{"Key", "name"}, {"Values", {"app/"}}}}}});
  EXPECT_EQ(filtered["SecretValues"].size(), 2);
  const auto negated = ok("ListSecrets", {{"Filters", {{{"Key", "name"}, {"Values", {"!app/"}}}}}});
  EXPECT_EQ(negated["SecretList"][0]["Name"], "other");
}

TEST_F(Account, GeneratesPasswordsAsAsked) {
  struct Case {
    json params;
    const char* expression;
  };
  const Case cases[] = {
      {json::object(), ".{32}"},
      {{{"PasswordLength", 8}, {"ExcludePunctuation", true}}, "[a-zA-Z0-9]{8}"},
      {{{"PasswordLength", 5},
        {"ExcludeLowercase", true},
        {"ExcludeUppercase", true},
        {"ExcludePunctuation", true},
        {"ExcludeCharacters", "01"}},
       "[2-9]{5}"},
  };
  for (const auto& [params, expression] : cases) {
    EXPECT_THAT(ok("GetRandomPassword", params)["RandomPassword"].get<std::string>(),
                testing::MatchesRegex(expression));
  }
  EXPECT_EQ(refusal("GetRandomPassword", {{"PasswordLength", 3}}),
            "InvalidParameterException: Password length is too short based on the required types.");
}

// What AWS's own templates of rotation functions do.
std::string rotate(const std::function<json(std::string, json)>& call, const json& event) {
  const auto step = event["Step"].get<std::string>();
  const json version = {{"SecretId", event["SecretId"]},
                        {"ClientRequestToken", event["ClientRequestToken"]}};
  if (step == "createSecret") {
    auto put = version;
    put["SecretString"] = "fresh";
    put["VersionStages"] = {"AWSPENDING"};
    call("PutSecretValue", put);
  }
  if (step == "finishSecret") {
    const auto stages = call("DescribeSecret", {{"SecretId", event["SecretId"]}});
    std::string current;
    for (const auto& each : stages["VersionIdsToStages"].items()) {
      for (const auto& stage : each.value()) {
        if (stage == "AWSCURRENT") current = each.key();
      }
    }
    call("UpdateSecretVersionStage", {{"SecretId", event["SecretId"]},
                                      {"VersionStage", "AWSCURRENT"},
                                      {"MoveToVersionId", event["ClientRequestToken"]},
                                      {"RemoveFromVersionId", current}});
  }
  return {};
}

TEST_F(Account, RotatesInFourStepsAndAgainWhenItIsDue) {
  std::vector<std::string> steps;
  lambda_.on_step = [&](const json& event) {
    steps.push_back(event["Step"]);
    return rotate([this](std::string operation, json params) { return ok(operation, params); },
                  event);
  };
  ok("CreateSecret", {{"Name", "s"}, {"SecretString", "old"}, {"ClientRequestToken", token('1')}});
  ok("RotateSecret", {{"SecretId", "s"},
                      {"ClientRequestToken", token('2')},
                      {"RotationLambdaARN", kFunction},
                      {"RotationRules", {{"AutomaticallyAfterDays", 10}}}});
  EXPECT_THAT(steps, ElementsAre("createSecret", "setSecret", "testSecret", "finishSecret"));
  EXPECT_EQ(value({{"SecretId", "s"}}), "fresh");
  const auto described = ok("DescribeSecret", {{"SecretId", "s"}});
  EXPECT_EQ(described["VersionIdsToStages"],
            (json{{token('1'), {"AWSPREVIOUS"}}, {token('2'), {"AWSCURRENT"}}}));
  EXPECT_EQ(described["NextRotationDate"], 1793610930.0 + 10 * 86400);
  EXPECT_EQ(described["LastRotatedDate"], 1793610930.0);
  steps.clear();
  restart();
  advance(std::chrono::days(10));
  EXPECT_EQ(steps.size(), 4);
  ok("CancelRotateSecret", {{"SecretId", "s"}});
  advance(std::chrono::days(20));
  EXPECT_EQ(steps.size(), 4);
}

TEST_F(Account, KeepsTheCurrentVersionWhenARotationFails) {
  lambda_.on_step = [](const json& event) {
    return event["Step"] == "setSecret" ? "Unhandled" : std::string();
  };
  ok("CreateSecret", {{"Name", "s"}, {"SecretString", "hunter2"}});
  ok("RotateSecret", {{"SecretId", "s"}, {"RotationLambdaARN", kFunction}});
  EXPECT_EQ(value({{"SecretId", "s"}}), "hunter2");
  const auto events = journal_.read(0, 10);
  ASSERT_EQ(events.size(), 1);
  EXPECT_THAT(events[0].text, HasSubstr("ended in its step setSecret"));
  EXPECT_THAT(events[0].text, Not(HasSubstr("hunter2")));
}

}  // namespace
}  // namespace loopgate::secretsmanager
