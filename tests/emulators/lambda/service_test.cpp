// Lambda's REST API, request by request.

#include "emulators/lambda/service.h"

#include <gmock/gmock.h>

#include "codec/base64.h"
#include "codec/sha256.h"
#include "emulators/lambda/event_stream.h"
#include "tests/emulators/lambda/service_fixture.h"

namespace loopgate::lambda {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Json = nlohmann::json;

TEST_F(LambdaServiceTest, CreatesGetsListsUpdatesAndDeletesAFunction) {
  const auto old = zip_of(data.path(), "def handler(e, c):\n    return 'old'\n");
  Json body = {{"FunctionName", "f"},
               {"Runtime", "python3.11"},
               {"Handler", "app.handler"},
               {"Role", "arn:aws:iam::123456789012:role/r"},
               {"Timeout", 5},
               {"Environment", {{"Variables", {{"AB", "b"}}}}},
               {"Code", {{"ZipFile", codec::base64_encode(as_bytes(old))}}}};
  const auto made = send("POST", "/2015-03-31/functions", body.dump());
  ASSERT_EQ(made->response->status, 201) << made->response->body;
  const auto described = Json::parse(made->response->body);
  EXPECT_EQ(described["FunctionArn"], "arn:aws:lambda:us-west-2:123456789012:function:f");
  EXPECT_EQ(described["CodeSha256"], codec::base64_encode(codec::sha256(as_bytes(old))));
  EXPECT_EQ(described["State"], "Pending");
  EXPECT_EQ(described["LastModified"], "2026-11-02T09:15:30.204+0000");

  EXPECT_EQ(send("POST", "/2015-03-31/functions", body.dump())->response->status, 409);
  const auto got = Json::parse(send("GET", "/2015-03-31/functions/f")->response->body);
  EXPECT_EQ(got["Configuration"]["Timeout"], 5);
  const auto list = Json::parse(send("GET", "/2015-03-31/functions/")->response->body);
  EXPECT_EQ(list["Functions"].size(), 1u);

  EXPECT_EQ(send("POST", "/2015-03-31/functions/f/invocations", "{}")->response->body, "\"old\"");
  const auto changed = zip_of(data.path(), "def handler(e, c):\n    return 'new'\n");
  const Json code = {{"ZipFile", codec::base64_encode(as_bytes(changed))}};
  EXPECT_EQ(send("PUT", "/2015-03-31/functions/f/code", code.dump())->response->status, 200);
  EXPECT_EQ(send("POST", "/2015-03-31/functions/f/invocations", "{}")->response->body, "\"new\"");
  const auto configured = send("PUT", "/2015-03-31/functions/f/configuration", R"({"Timeout":7})");
  EXPECT_EQ(Json::parse(configured->response->body)["Timeout"], 7);
  EXPECT_EQ(Json::parse(configured->response->body)["Handler"], "app.handler");

  EXPECT_EQ(send("DELETE", "/2015-03-31/functions/f")->response->status, 204);
  const auto gone = send("GET", "/2015-03-31/functions/f/configuration");
  EXPECT_EQ(gone->response->status, 404);
  EXPECT_EQ(gone->header("x-amzn-ErrorType"), "ResourceNotFoundException");
}

TEST_F(LambdaServiceTest, RefusesTheRoleOfAnotherAccount) {
  const auto make = [&](const std::string& role) {
    return send("POST", "/2015-03-31/functions",
                R"({"FunctionName":"echo","Runtime":"loopgate.echo","Role":")" + role + R"("})");
  };
  const auto foreign = make("arn:aws:iam::111122223333:role/r");
  EXPECT_EQ(foreign->response->status, 403);
  EXPECT_NE(foreign->response->body.find("Cross-account pass role is not allowed."),
            std::string::npos);
  EXPECT_EQ(make("arn:aws:iam::123456789012:role/r")->response->status, 201);
  EXPECT_EQ(send("PUT", "/2015-03-31/functions/echo/configuration",
                 R"({"Role":"arn:aws:iam::111122223333:role/r"})")
                ->response->status,
            403);
}

TEST_F(LambdaServiceTest, WarnsOfWhatHasNoEffect) {
  const auto before = world->journal.last_seq();
  const auto made = send(
      "POST", "/2015-03-31/functions",
      R"({"FunctionName":"f","Runtime":"loopgate.echo","Role":"arn:aws:iam::123456789012:role/r","VpcConfig":{"SubnetIds":["subnet-1"]}})");
  EXPECT_EQ(made->response->status, 201);
  std::vector<std::string> warnings;
  for (const auto& event : world->journal.read(before, 100)) warnings.push_back(event.text);
  EXPECT_THAT(warnings, testing::Contains("f: VpcConfig has no effect here"));
}

TEST_F(LambdaServiceTest, InvokesByNamePartialAndFullArn) {
  deploy_echo();
  for (const auto* name : {"echo", "123456789012:function:echo", "echo:$LATEST",
                           "arn%3Aaws%3Alambda%3Aus-west-2%3A123456789012%3Afunction%3Aecho"}) {
    const auto answer = send("POST", "/2015-03-31/functions/" + std::string(name) + "/invocations",
                             R"({"Messages":[]})");
    EXPECT_EQ(answer->response->status, 200) << name;
    EXPECT_EQ(answer->response->body, R"({"Replies":[]})");
    EXPECT_EQ(answer->header("X-Amz-Executed-Version"), "$LATEST");
  }
}

TEST_F(LambdaServiceTest, TellsAFunctionsOwnErrorInAHeader) {
  deploy(config("fails", "echo.fails"));
  const auto answer =
      send("POST", "/2015-03-31/functions/fails/invocations", "{}", {{"X-Amz-Log-Type", "Tail"}});
  EXPECT_EQ(answer->response->status, 200);
  EXPECT_EQ(answer->header("X-Amz-Function-Error"), "Unhandled");
  EXPECT_THAT(*codec::base64_decode_text(answer->header("X-Amz-Log-Result")),
              HasSubstr("[ERROR] ValueError: boom"));
}

TEST_F(LambdaServiceTest, TakesEventsAndDryRuns) {
  deploy_echo();
  const auto event = send("POST", "/2015-03-31/functions/echo/invocations", "{}",
                          {{"X-Amz-Invocation-Type", "Event"}});
  EXPECT_EQ(event->response->status, 202);
  EXPECT_EQ(event->response->body, "");
  const auto dry = send("POST", "/2015-03-31/functions/echo/invocations", "{}",
                        {{"X-Amz-Invocation-Type", "DryRun"}});
  EXPECT_EQ(dry->response->status, 204);
}

TEST_F(LambdaServiceTest, StreamsInFrames) {
  deploy_echo();
  const auto answer =
      send("POST", "/2021-11-15/functions/echo/response-streaming-invocations", R"("x")");
  EXPECT_TRUE(world->until([&] { return answer->ended; }));
  EXPECT_EQ(answer->header("Content-Type"), "application/vnd.amazon.eventstream");
  EXPECT_EQ(answer->response->body, payload_chunk(R"("x")") + invoke_complete({}));
}

struct RefusedRequest {
  std::string name;
  std::string method;
  std::string path;
  std::string body;
  int status;
  std::string type;
};
class RefusedApiCall : public LambdaServiceTest,
                       public testing::WithParamInterface<RefusedRequest> {};

TEST_P(RefusedApiCall, IsAnsweredWithItsType) {
  deploy_echo();
  const auto answer = send(GetParam().method, GetParam().path, GetParam().body);
  EXPECT_EQ(answer->response->status, GetParam().status);
  EXPECT_EQ(answer->header("x-amzn-ErrorType"), GetParam().type) << answer->response->body;
}

const std::string kPath = "/2015-03-31/functions";
INSTANTIATE_TEST_SUITE_P(
    All, RefusedApiCall,
    testing::Values(
        RefusedRequest{"Unknown", "POST", kPath + "/absent/invocations", "{}", 404,
                       "ResourceNotFoundException"},
        RefusedRequest{"UnknownQualifier", "POST", kPath + "/echo/invocations?Qualifier=9", "{}",
                       404, "ResourceNotFoundException"},
        RefusedRequest{"NotJson", "POST", kPath + "/echo/invocations", "{nope", 400,
                       "InvalidRequestContentException"},
        RefusedRequest{"TooLarge", "POST", kPath + "/echo/invocations",
                       "\"" + std::string(kMaxSyncPayload, 'x') + "\"", 413,
                       "RequestTooLargeException"},
        RefusedRequest{"BadName", "GET", kPath + "/a%20b", "", 400, "ValidationException"},
        RefusedRequest{"NoRole", "POST", kPath, R"({"FunctionName":"x","Runtime":"python3.11"})",
                       400, "ValidationException"},
        RefusedRequest{"BadRole", "POST", kPath,
                       R"({"FunctionName":"x","Runtime":"python3.11","Role":"r"})", 400,
                       "ValidationException"},
        RefusedRequest{"InvocationType", "POST", kPath + "/echo/invocations?Qualifier=a%20b", "{}",
                       400, "ValidationException"},
        RefusedRequest{"WrongType", "POST", kPath,
                       R"({"FunctionName":5,"Runtime":"python3.11","Role":"r"})", 400,
                       "SerializationException"},
        RefusedRequest{"NotEmulated", "GET", "/2025-12-01/functions/echo/durable-executions", "",
                       404, "UnknownOperationException"},
        RefusedRequest{
            "Runtime", "POST", kPath,
            R"({"FunctionName":"x","Role":"arn:aws:iam::123456789012:role/r","Runtime":"ruby3.3"})",
            400, "InvalidParameterValueException"},
        RefusedRequest{
            "NoCode", "POST", kPath,
            R"({"FunctionName":"x","Role":"arn:aws:iam::123456789012:role/r","Runtime":"python3.11"})",
            400, "InvalidParameterValueException"},
        RefusedRequest{
            "BrokenBase64", "POST", kPath,
            R"({"FunctionName":"x","Role":"arn:aws:iam::123456789012:role/r","Runtime":"python3.11","Code":{"ZipFile":"*"}})",
            400, "InvalidParameterValueException"},
        RefusedRequest{
            "NoZip", "POST", kPath,
            R"({"FunctionName":"x","Role":"arn:aws:iam::123456789012:role/r","Runtime":"python3.11","Code":{"ZipFile":"eHh4eA=="}})",
            400, "InvalidParameterValueException"},
        RefusedRequest{"Operation", "GET", kPath + "/echo/urls", "", 404,
                       "UnknownOperationException"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace loopgate::lambda
