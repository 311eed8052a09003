// Lambda's control plane as AWS was recorded to answer it: configurations and their states,
// versions, aliases, policies, concurrency, layers and what is refused in which words. The
// recordings: localstack/localstack, tests/aws/services/lambda_/test_lambda_api.snapshot.json.

#include <gmock/gmock.h>

#include "codec/base64.h"
#include "codec/sha256.h"
#include "tests/emulators/lambda/service_fixture.h"

namespace loopgate::lambda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

const std::string kFunctions = "/2015-03-31/functions";
const std::string kArn = "arn:aws:lambda:us-west-2:123456789012:function:f";

class ControlPlane : public LambdaServiceTest {
 protected:
  struct Answer {
    int status = 0;
    std::string type;
    Json body;
    std::string message() const { return body.value("message", ""); }
  };
  Answer call(const std::string& method, const std::string& path, const Json& body = nullptr) {
    const auto exchange = send(method, path, body.is_null() ? "" : body.dump());
    const auto& text = exchange->response->body;
    return {exchange->response->status, exchange->header("x-amzn-ErrorType"),
            text.empty() ? Json::object() : Json::parse(text)};
  }
  std::string code(const std::string& answer) {
    return codec::base64_encode(
        as_bytes(zip_of(data.path(), "def handler(e, c):\n    return '" + answer + "'\n")));
  }
  Json request(Json more = Json::object()) {
    Json body = {{"FunctionName", "f"},
                 {"Runtime", "python3.11"},
                 {"Handler", "app.handler"},
                 {"Role", "arn:aws:iam::123456789012:role/r"},
                 {"Code", {{"ZipFile", code("one")}}}};
    body.update(more);
    return body;
  }
  Json make(Json more = Json::object()) {
    const auto made = call("POST", kFunctions, request(std::move(more)));
    EXPECT_EQ(made.status, 201) << made.body;
    world->settle();
    return made.body;
  }
  Json publish(Json params = Json::object()) {
    const auto version = call("POST", kFunctions + "/f/versions", params);
    EXPECT_EQ(version.status, 201) << version.body;
    return version.body;
  }
  void configure(const Json& change) {
    EXPECT_EQ(call("PUT", kFunctions + "/f/configuration", change).status, 200);
    world->settle();
  }
  void alias(const std::string& name, const std::string& version) {
    const auto made =
        call("POST", kFunctions + "/f/aliases", {{"Name", name}, {"FunctionVersion", version}});
    EXPECT_EQ(made.status, 201) << made.body;
  }
};

TEST_F(ControlPlane, TellsAConfigurationAsItIsOnItsWay) {
  const auto made = make({{"Environment", {{"Variables", Json::object()}}}});
  EXPECT_EQ(made["State"], "Pending");
  EXPECT_EQ(made["StateReason"], "The function is being created.");
  EXPECT_EQ(made["StateReasonCode"], "Creating");
  EXPECT_FALSE(made.contains("LastUpdateStatus"));
  EXPECT_EQ(made["Environment"], Json({{"Variables", Json::object()}}));
  EXPECT_EQ(made["SnapStart"], Json({{"ApplyOn", "None"}, {"OptimizationStatus", "Off"}}));
  EXPECT_THAT(made["RuntimeVersionConfig"]["RuntimeVersionArn"].get<std::string>(),
              testing::StartsWith("arn:aws:lambda:us-west-2::runtime:"));
  EXPECT_EQ(made["LoggingConfig"], Json({{"LogFormat", "Text"}, {"LogGroup", "/aws/lambda/f"}}));

  const auto active = call("GET", kFunctions + "/f/configuration").body;
  EXPECT_EQ(active["State"], "Active");
  EXPECT_EQ(active["LastUpdateStatus"], "Successful");
  EXPECT_NE(active["RevisionId"], made["RevisionId"]);

  const auto changed =
      call("PUT", kFunctions + "/f/configuration", {{"LoggingConfig", {{"LogFormat", "JSON"}}}});
  EXPECT_EQ(changed.body["LastUpdateStatus"], "InProgress");
  EXPECT_EQ(changed.body["LastUpdateStatusReason"], "The function is being created.");
  EXPECT_EQ(changed.body["LoggingConfig"], Json({{"ApplicationLogLevel", "INFO"},
                                                 {"LogFormat", "JSON"},
                                                 {"LogGroup", "/aws/lambda/f"},
                                                 {"SystemLogLevel", "INFO"}}));
  EXPECT_NE(changed.body["RevisionId"], active["RevisionId"]);
}

TEST_F(ControlPlane, GivesThePackageThatWasUploaded) {
  make();
  const auto got = call("GET", kFunctions + "/f").body;
  EXPECT_EQ(got["Code"]["RepositoryType"], "S3");
  const auto location = got["Code"]["Location"].get<std::string>();
  ASSERT_THAT(location, testing::StartsWith("http://127.0.0.1:4566/"));
  const auto package = send("GET", location.substr(location.find('/', 7)))->response;
  EXPECT_EQ(package->status, 200);
  EXPECT_EQ(codec::base64_encode(codec::sha256(as_bytes(package->body))),
            got["Configuration"]["CodeSha256"]);
  EXPECT_EQ(send("GET", location.substr(location.find('/', 7)) + "x")->response->status, 404);
}

TEST_F(ControlPlane, PublishesAVersionThatStaysAsItWas) {
  const auto made = make({{"Publish", true}});
  EXPECT_EQ(made["Version"], "1");
  EXPECT_EQ(made["FunctionArn"], kArn + ":1");
  EXPECT_EQ(publish()["Version"], "1") << "nothing has changed";
  EXPECT_EQ(call("PUT", kFunctions + "/f/code", {{"ZipFile", code("two")}}).status, 200);
  world->settle();
  configure({{"Description", "second"}});
  const auto second = publish();
  EXPECT_EQ(second["Version"], "2");
  EXPECT_EQ(second["State"], "Active");
  EXPECT_EQ(publish()["RevisionId"], second["RevisionId"]);

  EXPECT_EQ(send("POST", kFunctions + "/f/invocations", "{}")->response->body, "\"two\"");
  const auto old = send("POST", kFunctions + "/f:1/invocations", "{}");
  EXPECT_EQ(old->response->body, "\"one\"");
  EXPECT_EQ(old->header("X-Amz-Executed-Version"), "1");
  restart();
  EXPECT_EQ(send("POST", kFunctions + "/f:1/invocations", "{}")->response->body, "\"one\"");

  const auto listed = call("GET", kFunctions + "/f/versions").body["Versions"];
  std::vector<std::string> arns;
  for (const auto& one : listed) arns.push_back(one["FunctionArn"].get<std::string>());
  EXPECT_THAT(arns, ElementsAre(kArn + ":$LATEST", kArn + ":1", kArn + ":2"));
  EXPECT_FALSE(listed[0].contains("State"));
  EXPECT_EQ(call("GET", "/2015-03-31/functions/?FunctionVersion=ALL").body["Functions"].size(), 3U);
  EXPECT_EQ(call("GET", kFunctions).body["Functions"][0]["FunctionArn"], kArn);

  EXPECT_EQ(call("DELETE", kFunctions + "/f?Qualifier=1").status, 204);
  EXPECT_EQ(call("GET", kFunctions + "/f:1").message(), "Function not found: " + kArn + ":1");
  EXPECT_EQ(call("DELETE", kFunctions + "/f:$LATEST").message(),
            "$LATEST version cannot be deleted without deleting the function.");
  EXPECT_EQ(call("DELETE", kFunctions + "/f").status, 204);
  EXPECT_EQ(call("GET", kFunctions + "/f:2").status, 404);
}

TEST_F(ControlPlane, HoldsPublishersToTheirPreconditions) {
  make();
  const auto stale = call("POST", kFunctions + "/f/versions", {{"RevisionId", "other"}});
  EXPECT_EQ(stale.status, 412);
  EXPECT_EQ(stale.type, "PreconditionFailedException");
  EXPECT_EQ(stale.message(),
            "The Revision Id provided does not match the latest Revision Id. Call the "
            "GetFunction/GetAlias API to retrieve the latest Revision Id");
  const auto sha = call("POST", kFunctions + "/f/versions", {{"CodeSha256", "none"}});
  EXPECT_THAT(sha.message(), HasSubstr("CodeSHA256 (none) is different from current CodeSHA256"));
  EXPECT_EQ(call("PUT", kFunctions + "/f/configuration", {{"RevisionId", "other"}}).status, 412);
}

TEST_F(ControlPlane, RoutesAliasesByTheirWeights) {
  make();
  publish();
  call("PUT", kFunctions + "/f/code", {{"ZipFile", code("two")}});
  world->settle();
  publish();
  const auto made = call("POST", kFunctions + "/f/aliases",
                         {{"Name", "live"},
                          {"FunctionVersion", "1"},
                          {"RoutingConfig", {{"AdditionalVersionWeights", {{"2", 0.5}}}}}});
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body["AliasArn"], kArn + ":live");
  EXPECT_EQ(made.body["RoutingConfig"]["AdditionalVersionWeights"]["2"], 0.5);
  std::map<std::string, int> ran;
  for (int i = 0; i < 40; ++i)
    ++ran[send("POST", kFunctions + "/f:live/invocations", "{}")->header("X-Amz-Executed-Version")];
  EXPECT_GT(ran["1"], 5);
  EXPECT_GT(ran["2"], 5);

  const auto configured = call("GET", kFunctions + "/f:live/configuration").body;
  EXPECT_EQ(configured["Version"], "1");
  EXPECT_EQ(configured["FunctionArn"], kArn + ":live");
  EXPECT_EQ(call("DELETE", kFunctions + "/f?Qualifier=2").type, "ResourceConflictException");

  const auto moved = call("PUT", kFunctions + "/f/aliases/live",
                          {{"FunctionVersion", "2"}, {"RoutingConfig", Json::object()}});
  EXPECT_FALSE(moved.body.contains("RoutingConfig"));
  EXPECT_EQ(send("POST", kFunctions + "/f:live/invocations", "{}")->response->body, "\"two\"");
  EXPECT_EQ(call("GET", kFunctions + "/f/aliases?FunctionVersion=2").body["Aliases"].size(), 1U);
  EXPECT_EQ(call("DELETE", kFunctions + "/f/aliases/live").status, 204);
  EXPECT_EQ(call("GET", kFunctions + "/f/aliases/live").message(),
            "Cannot find alias arn: " + kArn + ":live");
}

TEST_F(ControlPlane, KeepsAPolicyForEachQualifier) {
  make();
  publish();
  alias("live", "1");
  const Json grant = {{"StatementId", "s3"},
                      {"Action", "lambda:InvokeFunction"},
                      {"Principal", "s3.amazonaws.com"},
                      {"SourceArn", "arn:aws:s3:::b"}};
  const auto before = call("GET", kFunctions + "/f/aliases/live").body["RevisionId"];
  const auto added = call("POST", kFunctions + "/f/policy?Qualifier=live", grant);
  EXPECT_EQ(added.status, 201) << added.body;
  const auto statement = Json::parse(added.body["Statement"].get<std::string>());
  EXPECT_EQ(statement["Resource"], kArn + ":live");
  EXPECT_EQ(statement["Condition"], Json({{"ArnLike", {{"AWS:SourceArn", "arn:aws:s3:::b"}}}}));
  EXPECT_NE(call("GET", kFunctions + "/f/aliases/live").body["RevisionId"], before);
  EXPECT_EQ(call("POST", kFunctions + "/f/policy?Qualifier=live", grant).message(),
            "The statement id (s3) provided already exists. Please provide a new statement id, or "
            "remove the existing statement.");
  EXPECT_EQ(call("GET", kFunctions + "/f/policy").message(),
            "The resource you requested does not exist.");
  EXPECT_EQ(call("POST", kFunctions + "/f/policy", grant).status, 201);
  EXPECT_EQ(call("GET", kFunctions + "/f/policy?Qualifier=live").status, 200);
  EXPECT_EQ(call("DELETE", kFunctions + "/f/policy/none").message(),
            "Statement none is not found in resource policy.");
  EXPECT_EQ(call("DELETE", kFunctions + "/f/policy/s3?Qualifier=live").status, 204);
  EXPECT_EQ(call("GET", kFunctions + "/f/policy").status, 200);
}

TEST_F(ControlPlane, ReservesAndProvisionsConcurrency) {
  make();
  publish();
  alias("live", "1");
  const auto reserve = "/2017-10-31/functions/f/concurrency";
  EXPECT_EQ(call("PUT", reserve, {{"ReservedConcurrentExecutions", 901}}).message(),
            "Specified ReservedConcurrentExecutions for function decreases account's "
            "UnreservedConcurrentExecution below its minimum value of [100].");
  EXPECT_EQ(call("PUT", reserve, {{"ReservedConcurrentExecutions", 0}}).status, 200);
  EXPECT_EQ(send("POST", kFunctions + "/f:live/invocations", "{}")->response->status, 429);
  EXPECT_EQ(call("GET", "/2019-09-30/functions/f/concurrency").body,
            Json({{"ReservedConcurrentExecutions", 0}}));
  EXPECT_EQ(call("DELETE", reserve).status, 204);
  EXPECT_EQ(call("GET", "/2019-09-30/functions/f/concurrency").body, Json::object());

  const std::string provision = "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=";
  const Json one = {{"ProvisionedConcurrentExecutions", 1}};
  EXPECT_EQ(call("PUT", provision + "1", one).body["Status"], "IN_PROGRESS");
  EXPECT_EQ(call("GET", provision + "1").body["Status"], "READY");
  EXPECT_EQ(call("PUT", provision + "live", one).type, "ResourceConflictException");
  EXPECT_EQ(call("DELETE", provision + "1").status, 204);
  EXPECT_EQ(call("PUT", provision + "live", one).status, 202);
  EXPECT_EQ(call("PUT", provision + "1", one).message(),
            "Version is pointed by a Provisioned Concurrency alias");
  EXPECT_EQ(call("GET", provision + "1").type, "ProvisionedConcurrencyConfigNotFoundException");
  EXPECT_EQ(call("GET", "/2016-08-19/account-settings")
                .body["AccountLimit"]["UnreservedConcurrentExecutions"],
            999);
}

TEST_F(ControlPlane, SetsHowAsynchronousInvocationsEnd) {
  make();
  const std::string path = "/2019-09-25/functions/f/event-invoke-config";
  EXPECT_EQ(call("GET", path).message(),
            "The function " + kArn + ":$LATEST doesn't have an EventInvokeConfig");
  EXPECT_EQ(call("PUT", path, Json::object()).message(),
            "You must specify at least one of error handling or destination setting.");
  const auto set = call("PUT", path, {{"MaximumEventAgeInSeconds", 60}}).body;
  EXPECT_EQ(set["DestinationConfig"],
            Json({{"OnFailure", Json::object()}, {"OnSuccess", Json::object()}}));
  EXPECT_FALSE(set.contains("MaximumRetryAttempts"));
  const auto more = call("POST", path, {{"MaximumRetryAttempts", 1}}).body;
  EXPECT_EQ(more["MaximumEventAgeInSeconds"], 60);
  EXPECT_EQ(call("PUT", path, {{"DestinationConfig", {{"OnSuccess", {{"Destination", kArn}}}}}})
                .message(),
            "You can't specify the function as a destination for itself.");
  EXPECT_EQ(call("GET", path + "/list").body["FunctionEventInvokeConfigs"].size(), 1U);
  EXPECT_EQ(call("DELETE", path).status, 204);
}

TEST_F(ControlPlane, PublishesLayersAndUsesThem) {
  const std::string path = "/2018-10-31/layers/tools/versions";
  const auto made =
      call("POST", path,
           {{"Content", {{"ZipFile", code("layer")}}}, {"CompatibleRuntimes", {"python3.11"}}});
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string arn = "arn:aws:lambda:us-west-2:123456789012:layer:tools";
  EXPECT_EQ(made.body["LayerVersionArn"], arn + ":1");
  EXPECT_EQ(call("POST", path, {{"Content", {{"ZipFile", code("layer")}}}}).body["Version"], 2);
  make({{"Layers", {arn + ":1"}}});
  EXPECT_EQ(call("GET", kFunctions + "/f/configuration").body["Layers"][0]["Arn"], arn + ":1");
  EXPECT_EQ(call("PUT", kFunctions + "/f/configuration", {{"Layers", {arn + ":1", arn + ":2"}}})
                .message(),
            "Two different versions of the same layer are not allowed to be referenced in the same "
            "function. " +
                arn + ":1 and " + arn + ":2 are versions of the same layer.");
  EXPECT_EQ(call("PUT", kFunctions + "/f/configuration", {{"Layers", {arn + ":9"}}}).message(),
            "Layer version " + arn + ":9 does not exist.");
  EXPECT_EQ(call("GET", path + "/0").message(), "Layer Version Cannot be less than 1");
  const Json grant = {
      {"StatementId", "s1"}, {"Action", "lambda:GetLayerVersion"}, {"Principal", "*"}};
  EXPECT_EQ(call("POST", path + "/1/policy", grant).status, 201);
  EXPECT_EQ(call("GET", path + "/1/policy").status, 200);
  EXPECT_EQ(call("DELETE", path + "/1/policy/none").message(),
            "Statement none is not found in resource policy.");
  EXPECT_EQ(call("GET", "/2018-10-31/layers").body["Layers"][0]["LatestMatchingVersion"]["Version"],
            2);
  EXPECT_EQ(call("DELETE", path + "/1").status, 204);
  EXPECT_EQ(call("DELETE", path + "/2").status, 204);
  EXPECT_EQ(call("GET", kFunctions + "/f/configuration").body["Layers"].size(), 1U);
  EXPECT_EQ(call("POST", path, {{"Content", {{"ZipFile", code("layer")}}}}).body["Version"], 3);
}

TEST_F(ControlPlane, ServesAUrlToThoseWhoMayCallIt) {
  deploy_echo();
  const std::string path = "/2021-10-31/functions/echo/url";
  const auto made = call("POST", path, {{"AuthType", "NONE"}});
  ASSERT_EQ(made.status, 201) << made.body;
  const auto url = made.body["FunctionUrl"].get<std::string>();
  const auto host = url.substr(7, url.find('/', 7) - 7);
  EXPECT_THAT(host, testing::EndsWith(".lambda-url.us-west-2.localhost:4566"));
  const auto fetch = [&](const std::string& of) {
    return send("POST", "/a?b=c", R"({"x":1})", {{"Host", of}})->response;
  };
  EXPECT_EQ(fetch(host)->status, 403);
  EXPECT_EQ(call("POST", kFunctions + "/echo/policy",
                 {{"StatementId", "url"},
                  {"Action", "lambda:InvokeFunctionUrl"},
                  {"Principal", "*"},
                  {"FunctionUrlAuthType", "NONE"}})
                .status,
            201);
  const auto answer = fetch(host);
  EXPECT_EQ(answer->status, 200);
  const auto event = Json::parse(answer->body);
  EXPECT_EQ(event["rawPath"], "/a");
  EXPECT_EQ(event["body"], R"({"x":1})");
  EXPECT_EQ(fetch(std::string(32, '0') + ".lambda-url.us-west-2.localhost")->status, 404);
  EXPECT_EQ(call("POST", path, {{"AuthType", "NONE"}}).message(),
            "Failed to create function url config for [functionArn = "
            "arn:aws:lambda:us-west-2:123456789012:function:echo]. Error message:  "
            "FunctionUrlConfig exists for this Lambda function");
  EXPECT_EQ(call("PUT", path, {{"AuthType", "AWS_IAM"}}).body["AuthType"], "AWS_IAM");
  EXPECT_EQ(fetch(host)->status, 403);
  EXPECT_EQ(call("DELETE", path).status, 204);
  EXPECT_EQ(call("GET", path).message(), "The resource you requested does not exist.");
}

struct Refusal {
  std::string name;
  std::string method;
  std::string path;
  Json body;
  int status;
  std::string type;
  std::string message;
};
class RefusedControlCall : public ControlPlane, public testing::WithParamInterface<Refusal> {};

TEST_P(RefusedControlCall, IsAnsweredInAwsWords) {
  make();
  const auto& asked = GetParam();
  const auto answer = call(asked.method, asked.path, asked.body);
  EXPECT_EQ(answer.status, asked.status);
  EXPECT_EQ(answer.type, asked.type);
  EXPECT_EQ(answer.message(), asked.message);
}

const std::string kNotFound = "ResourceNotFoundException";
const std::string kInvalid = "InvalidParameterValueException";
const std::string kMismatch =
    "The derived qualifier from the function name does not match the specified qualifier.";
INSTANTIATE_TEST_SUITE_P(
    All, RefusedControlCall,
    testing::Values(
        Refusal{"OtherRegion", "GET",
                kFunctions + "/arn:aws:lambda:eu-west-1:123456789012:function:f", nullptr, 404,
                kNotFound,
                "Functions from 'eu-west-1' are not reachable in this region ('us-west-2')"},
        Refusal{"Mismatch", "GET", kFunctions + "/f:$LATEST?Qualifier=1", nullptr, 400, kInvalid,
                kMismatch},
        Refusal{"UnknownVersion", "GET", kFunctions + "/f?Qualifier=1221", nullptr, 404, kNotFound,
                "Function not found: " + kArn + ":1221"},
        Refusal{"DeleteUnknown", "DELETE", kFunctions + "/g?Qualifier=3", nullptr, 404, kNotFound,
                "Function not found: arn:aws:lambda:us-west-2:123456789012:function:g"},
        Refusal{"PolicyOfLatest", "POST", kFunctions + "/f/policy?Qualifier=$LATEST",
                Json{{"StatementId", "s"}, {"Action", "lambda:InvokeFunction"}, {"Principal", "*"}},
                400, kInvalid, "We currently do not support adding policies for $LATEST."},
        Refusal{"Principal", "POST", kFunctions + "/f/policy",
                Json{{"StatementId", "s"},
                     {"Action", "lambda:InvokeFunction"},
                     {"Principal", "invalid"}},
                400, kInvalid,
                "The provided principal was invalid. Please check the principal and try again."},
        Refusal{"AliasOfUnknownVersion", "POST", kFunctions + "/f/aliases",
                Json{{"Name", "live"}, {"FunctionVersion", "10"}}, 404, kNotFound,
                "Function not found: " + kArn + ":10"},
        Refusal{"TagOfAlias", "POST", "/2017-03-31/tags/" + kArn + ":live",
                Json{{"Tags", {{"a", "b"}}}}, 400, kInvalid,
                "Tags on function aliases and versions are not supported. Please specify a "
                "function ARN."},
        Refusal{"ConcurrencyOfVersion", "PUT", "/2017-10-31/functions/f:1/concurrency",
                Json{{"ReservedConcurrentExecutions", 1}}, 400, kInvalid,
                "This operation is permitted on Lambda functions only. Aliases and versions do not "
                "support this operation. Please specify either a function name or an unqualified "
                "function ARN."},
        Refusal{"ProvisionedLatest", "PUT",
                "/2019-09-30/functions/f/provisioned-concurrency?Qualifier=$LATEST",
                Json{{"ProvisionedConcurrentExecutions", 1}}, 400, kInvalid,
                "Provisioned Concurrency Configs cannot be applied to unpublished function "
                "versions."},
        Refusal{"UrlOfUnknown", "GET", "/2021-10-31/functions/f/url", nullptr, 404, kNotFound,
                "The resource you requested does not exist."},
        Refusal{"LongName", "POST", kFunctions,
                Json{{"FunctionName", std::string(65, 'a')},
                     {"Runtime", "python3.11"},
                     {"Handler", "a.b"},
                     {"Role", "arn:aws:iam::123456789012:role/r"},
                     {"Code", {{"ZipFile", ""}}}},
                400, kInvalid,
                "1 validation error detected: Value '" + std::string(65, 'a') +
                    "' at 'functionName' failed to satisfy constraint: Member must have length "
                    "less than or equal to 64"},
        Refusal{"Deprecated", "PUT", kFunctions + "/f/configuration",
                Json{{"Runtime", "python3.7"}}, 400, kInvalid,
                "The runtime parameter of python3.7 is no longer supported for creating or "
                "updating AWS Lambda functions. We recommend you use the new runtime (python3.12) "
                "while creating or updating functions."},
        Refusal{"ImageForZip", "PUT", kFunctions + "/f/code", Json{{"ImageUri", "u"}}, 400,
                kInvalid,
                "Please don't provide ImageUri when updating a function with packageType Zip."},
        Refusal{"Architecture", "PUT", kFunctions + "/f/code",
                Json{{"ZipFile", ""}, {"Architectures", {"X86_64"}}}, 400, "ValidationException",
                "1 validation error detected: Value '[X86_64]' at 'architectures' failed to "
                "satisfy constraint: Member must satisfy constraint: [Member must satisfy enum "
                "value set: [x86_64, arm64], Member must not be null]"},
        Refusal{"Weight", "POST", kFunctions + "/f/aliases",
                Json{{"Name", "live"},
                     {"FunctionVersion", "1"},
                     {"RoutingConfig", {{"AdditionalVersionWeights", {{"2", 2.0}}}}}},
                400, "ValidationException",
                "1 validation error detected: Value '{2=2.0}' at "
                "'routingConfig.additionalVersionWeights' failed to satisfy constraint: Map value "
                "must satisfy constraint: [Member must have value less than or equal to 1.0, "
                "Member must have value greater than or equal to 0.0, Member must not be null]"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace loopgate::lambda
