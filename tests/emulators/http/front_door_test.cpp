#include "emulators/http/front_door.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/aws/models.h"

namespace loopgate::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;

// What was answered; dropped unanswered, it says so.
struct Answer {
  std::optional<Response> response;
  std::string stream;
  bool ended = false;
  std::function<void()> drained;
  std::function<void()> closed;

  std::string header(std::string_view name) const {
    return std::string(Request{.headers = response->headers}.header(name));
  }
};

class TestExchange final : public Exchange {
 public:
  explicit TestExchange(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
  void respond(Response response) override { answer_->response = std::move(response); }
  void begin_stream(Response head) override { answer_->response = std::move(head); }
  bool write(std::string_view chunk) override {
    answer_->stream += chunk;
    return true;
  }
  void end_stream() override { answer_->ended = true; }
  void on_drained(std::function<void()> callback) override {
    answer_->drained = std::move(callback);
  }
  void on_closed(std::function<void()> callback) override { answer_->closed = std::move(callback); }

 private:
  std::shared_ptr<Answer> answer_;
};

// Says what it was asked; "Poll" waits until it is told.
class TestService final : public ApiService {
 public:
  explicit TestService(const ServiceModel& model) : model_(model) {}
  const ServiceModel& model() const override { return model_; }
  bool has(std::string_view operation) const override {
    return operation != "Purge" && model_.find(operation);
  }
  std::vector<Permission> further_permissions(const ApiCall& call) const override {
    if (call.params.value("Body", "") != "passes") return {};
    return {{"iam:PassRole", "r"}};
  }
  std::function<void()> call(ApiCall call, ApiReply reply) override {
    calls.push_back(call);
    if (call.operation == "Poll") {
      waiting = std::move(reply);
      return [this] { abandoned = true; };
    }
    if (call.params.value("Body", "") == "throw") throw std::runtime_error("a library threw");
    if (call.params.value("Body", "") == "fail") {
      reply(aws::refuse(
          {"QueueDoesNotExist", "There is none.", 400, "AWS.SimpleQueueService.NonExistentQueue"}));
    } else {
      reply(json{{"Said", call.params.dump()}});
    }
    return nullptr;
  }

  std::vector<ApiCall> calls;
  ApiReply waiting;
  bool abandoned = false;

 private:
  const ServiceModel& model_;
};

class TestRest final : public RestService {
 public:
  std::string_view name() const override { return "lambda"; }
  bool owns(const Request& request) const override {
    return request.path.starts_with("/2015-03-31/");
  }
  void handle(Request, Caller caller, std::shared_ptr<Exchange> exchange) override {
    exchange->begin_stream({200, {}, ""});
    exchange->write("early ");
    exchange->write(caller.region);
    exchange->end_stream();
  }
};

std::string signed_for(std::string_view service, std::string_view key = "AKIDEXAMPLE",
                       std::string_view region = "eu-west-1") {
  return "AWS4-HMAC-SHA256 Credential=" + std::string(key) + "/20260102/" + std::string(region) +
         "/" + std::string(service) + "/aws4_request, SignedHeaders=host, Signature=00";
}

struct FrontDoorTest : testing::Test {
  FrontDoorTest() {
    door.add(sqs);
    door.add(sns);
    door.add(lambda);
    door.add_path("/_loopgate/", [](Request request, std::shared_ptr<Exchange> exchange) {
      exchange->respond(Response::text(200, request.path));
    });
    door.add_path("/_aws/sqs/messages", [](Request, std::shared_ptr<Exchange> exchange) {
      exchange->respond(Response::text(200, "peek"));
    });
  }

  std::shared_ptr<Answer> ask(Request request) {
    auto answer = std::make_shared<Answer>();
    door.handle(std::move(request), std::make_shared<TestExchange>(answer));
    return answer;
  }
  void end_turn(bool committed = true) {
    for (auto& callback : std::exchange(deferred_callbacks, {})) callback(committed);
  }
  Response response_to(Request request) {
    const auto answer = ask(std::move(request));
    end_turn();
    return answer->response.value_or(Response::text(0, "no answer"));
  }
  static Request query(std::string body, std::vector<Header> headers = {}) {
    headers.push_back({"Host", "127.0.0.1:4566"});
    return {.method = "POST",
            .path = "/",
            .query = {},
            .headers = std::move(headers),
            .body = std::move(body),
            .from = {}};
  }
  static Request json_call(std::string target, std::string body, std::vector<Header> headers = {}) {
    headers.push_back({"X-Amz-Target", std::move(target)});
    return query(std::move(body), std::move(headers));
  }

  std::vector<std::move_only_function<void(bool)>> deferred_callbacks;
  Random random = Random::from_seed(1);
  TestService sqs{aws::shapes::kTestQueues};
  TestService sns{aws::shapes::kTestTopics};
  TestRest lambda;
  FrontDoor door{random, {.region = "us-west-2"}, [this](auto callback) {
                   deferred_callbacks.push_back(std::move(callback));
                 }};
};

TEST_F(FrontDoorTest, TheSameOperationIsReachedByBothProtocols) {
  const auto as_json = response_to(json_call("AmazonSQS.Send", R"({"QueueUrl":"u","Body":"b"})"));
  EXPECT_EQ(as_json.status, 200) << as_json.body;
  EXPECT_EQ(json::parse(json::parse(as_json.body)["Said"].get<std::string>()),
            (json{{"QueueUrl", "u"}, {"Body", "b"}}));
  const auto as_xml = response_to(query("Action=Send&Version=2012-11-05&QueueUrl=u&Body=b"));
  EXPECT_EQ(as_xml.status, 200);
  EXPECT_THAT(as_xml.body, HasSubstr("<SendResponse"));
  ASSERT_EQ(sqs.calls.size(), 2u);
  EXPECT_EQ(sqs.calls[0].params, sqs.calls[1].params);
}

TEST_F(FrontDoorTest, AnAnswerWaitsForTheCommit) {
  const auto answer = ask(query("Action=Send&Version=2012-11-05&QueueUrl=u"));
  EXPECT_FALSE(answer->response);
  end_turn();
  ASSERT_TRUE(answer->response);
  EXPECT_EQ(answer->response->status, 200);
}

TEST_F(FrontDoorTest, ARolledBackTurnAnswersFailureInTheClientsProtocol) {
  const auto xml = ask(query("Action=Send&Version=2012-11-05&QueueUrl=u"));
  const auto as_json = ask(json_call("AmazonSQS.Send", R"({"QueueUrl":"u"})"));
  const auto path = ask({.method = "GET", .path = "/_loopgate/health"});
  end_turn(false);
  EXPECT_EQ(xml->response->status, 500);
  EXPECT_THAT(xml->response->body, HasSubstr("<Code>InternalFailure</Code>"));
  EXPECT_EQ(as_json->response->status, 500);
  EXPECT_THAT(as_json->response->body, HasSubstr("InternalFailure"));
  EXPECT_EQ(path->response->status, 500);
}

// --- the guard -----------------------------------------------------------------------------------

struct CountingLedger final : Guard::Ledger {
  void begin_operation() override {}
  void keep_operation() override { ++kept; }
  void undo_operation() override { ++undone; }
  int kept = 0;
  int undone = 0;
};

struct ThrowingRest final : RestService {
  std::string_view name() const override { return "broken"; }
  bool owns(const Request& request) const override { return request.path.starts_with("/broken/"); }
  void handle(Request request, Caller, std::shared_ptr<Exchange> exchange) override {
    if (request.path.ends_with("refused")) return exchange->respond(Response::text(404, "none"));
    exchange->respond(Response::text(200, "too early"));
    throw std::runtime_error("a REST call threw");
  }
  Response render(const aws::AwsError& error) const override {
    return Response::json(error.status, "rest: " + error.message);
  }
};

struct GuardedFrontDoor : FrontDoorTest {
  GuardedFrontDoor() {
    guard.undo_by(&ledger);
    guard.report_to([this](const std::string& operation, const std::string& thrown) {
      told.push_back(operation + ": " + thrown);
    });
    door.guard_by(guard);
    door.add(broken);
    door.add_path("/_loopgate/throws", [](Request, std::shared_ptr<Exchange> exchange) {
      exchange->respond(Response::text(200, "too early"));
      throw std::runtime_error("a path threw");
    });
    door.add_path("/_loopgate/streams", [](Request, std::shared_ptr<Exchange> exchange) {
      exchange->begin_stream({200, {}, ""});
      throw std::runtime_error("a stream threw");
    });
  }
  CountingLedger ledger;
  Guard guard;
  ThrowingRest broken;
  std::vector<std::string> told;
};

TEST_F(GuardedFrontDoor, EveryKindOfCallThatThrowsIsUndoneToldAndAnsweredInItsDialect) {
  struct Case {
    const char* name;
    Request request;
    const char* told;
    const char* body;
  };
  const Case cases[] = {
      {"Query", query("Action=Send&Version=2012-11-05&QueueUrl=u&Body=throw"),
       "sqs Send: a library threw", "<Code>InternalFailure</Code>"},
      {"JSON", json_call("AmazonSQS.Send", R"({"QueueUrl":"u","Body":"throw"})"),
       "sqs Send: a library threw", "InternalFailure"},
      {"REST",
       {.method = "PUT", .path = "/broken/thing"},
       "the call PUT /broken/thing: a REST call threw",
       "rest: a REST call threw"},
      {"a path",
       {.method = "GET", .path = "/_loopgate/throws"},
       "the path GET /_loopgate/throws: a path threw",
       R"("error":"internal error: a path threw")"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    told.clear();
    ledger = {};
    const auto response = response_to(c.request);
    EXPECT_EQ(response.status, 500);
    EXPECT_THAT(response.body, HasSubstr(c.body));
    EXPECT_THAT(told, testing::ElementsAre(c.told));
    EXPECT_EQ(ledger.undone, 1);
  }
}

TEST_F(GuardedFrontDoor, AnErrorThatAnOperationAnswersUndoesWhatItWroteInSilence) {
  for (const auto& request : {query("Action=Send&Version=2012-11-05&QueueUrl=u&Body=fail"),
                              Request{.method = "GET", .path = "/broken/refused"}}) {
    ledger = {};
    const auto response = response_to(request);
    EXPECT_THAT(response.status, testing::AnyOf(400, 404));
    EXPECT_EQ(ledger.undone, 1);
  }
  EXPECT_TRUE(told.empty());
  ledger = {};
  EXPECT_EQ(response_to(query("Action=Send&Version=2012-11-05&QueueUrl=u")).status, 200);
  EXPECT_EQ(ledger.undone, 0);
  EXPECT_EQ(ledger.kept, 1);
}

TEST_F(GuardedFrontDoor, ALongPollIsAnsweredAfterItsOperation) {
  const auto answer = ask(query("Action=Poll&Version=2012-11-05"));
  EXPECT_EQ(ledger.kept, 1);
  end_turn();
  EXPECT_FALSE(answer->response);
  sqs.waiting(json{{"Said", "late"}});
  end_turn();
  ASSERT_TRUE(answer->response);
  EXPECT_THAT(answer->response->body, HasSubstr("late"));
}

TEST_F(GuardedFrontDoor, AStreamThatThrowsBeforeItBeganIsAnsweredAsAFailure) {
  const auto answer = ask({.method = "GET", .path = "/_loopgate/streams"});
  end_turn(false);  // as the store says to what an undone operation let wait
  ASSERT_TRUE(answer->response);
  EXPECT_EQ(answer->response->status, 500);
}

// Recorded on AWS, 2024-05-07.
TEST_F(FrontDoorTest, TheQueryProtocolAnswersInJsonToThoseWhoAsk) {
  const auto asked = [&](std::vector<Header> headers, const std::string& body = "m") {
    return response_to(query("Action=Send&QueueUrl=u&Body=" + body, std::move(headers)));
  };
  const auto answer = asked({{"Accept", "application/json"}});
  EXPECT_EQ(aws::header_value(answer.headers, "Content-Type"), "application/json");
  EXPECT_TRUE(json::parse(answer.body).contains("SendResponse")) << answer.body;
  const auto refused = asked({{"Accept", "application/json"}}, "fail");
  EXPECT_EQ(json::parse(refused.body)["Error"]["Code"], "AWS.SimpleQueueService.NonExistentQueue");
  EXPECT_THAT(asked({}).body, testing::StartsWith("<"));
}

struct Routed {
  const char* name;
  Request request;
  const char* service;
};
void PrintTo(const Routed& routed, std::ostream* out) {
  *out << routed.name;
}

class FrontDoorRoutes : public FrontDoorTest, public testing::WithParamInterface<Routed> {};

TEST_P(FrontDoorRoutes, ToTheService) {
  const auto response = response_to(GetParam().request);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(sqs.calls.size(), GetParam().service == std::string("sqs") ? 1u : 0u);
  EXPECT_EQ(sns.calls.size(), GetParam().service == std::string("sns") ? 1u : 0u);
}

INSTANTIATE_TEST_SUITE_P(
    By, FrontDoorRoutes,
    testing::Values(
        Routed{"Signature",
               {.method = "POST",
                .path = "/",
                .headers = {{"Authorization", signed_for("sns")}},
                .body = "Action=Publish"},
               "sns"},
        Routed{"Version",
               {.method = "POST", .path = "/", .body = "Action=Publish&Version=2010-03-31"},
               "sns"},
        Routed{"Host",
               {.method = "POST",
                .path = "/",
                .headers = {{"Host", "sns.us-west-2.localhost:4566"}},
                .body = "Action=Publish"},
               "sns"},
        Routed{"QueuePath",
               {.method = "POST", .path = "/123456789012/q", .body = "Action=Send&Body=b"},
               "sqs"},
        Routed{"ActionAlone", {.method = "POST", .path = "/", .body = "Action=Publish"}, "sns"},
        Routed{"GetWithQuery",
               {.method = "GET", .path = "/", .query = "Action=Publish&Version=2010-03-31"},
               "sns"},
        Routed{"PostWithQuery", {.method = "POST", .path = "/", .query = "Action=Publish"}, "sns"},
        Routed{"Presigned",
               {.method = "GET",
                .path = "/",
                .query = "Action=Publish&X-Amz-Credential=AKID%2F20260102%2Fus-east-1%2Fsns%2Faws4_"
                         "request"},
               "sns"},
        Routed{"Target",
               {.method = "POST",
                .path = "/",
                .headers = {{"x-amz-target", "AmazonSQS.Send"}},
                .body = R"({"QueueUrl":"u"})"},
               "sqs"}),
    [](const auto& test) { return test.param.name; });

TEST_F(FrontDoorTest, AQueuesPathStandsForItsUrl) {
  auto request = query("Action=Send&Body=b");
  request.path = "/123456789012/jobs";
  response_to(request);
  ASSERT_EQ(sqs.calls.size(), 1u);
  EXPECT_EQ(sqs.calls[0].params["QueueUrl"], "http://127.0.0.1:4566/123456789012/jobs");
}

TEST_F(FrontDoorTest, TellsTheServiceWhoCalls) {
  response_to(query("Action=Publish", {{"Authorization", signed_for("sns", "111122223333")}}));
  response_to(query("Action=Publish", {{"Authorization", signed_for("sns")}}));
  response_to(query("Action=Publish"));
  ASSERT_EQ(sns.calls.size(), 3u);
  EXPECT_EQ(sns.calls[0].caller.account, "111122223333");
  EXPECT_EQ(sns.calls[1].caller.account, "123456789012");
  EXPECT_EQ(sns.calls[1].caller.access_key_id, "AKIDEXAMPLE");
  EXPECT_EQ(sns.calls[1].caller.region, "eu-west-1");
  EXPECT_EQ(sns.calls[2].caller.region, "us-west-2");
  EXPECT_EQ(sns.calls[2].caller.base_url, "http://127.0.0.1:4566");
}

// Knows one session, by its token.
struct TestAccess final : Access {
  aws::Outcome<aws::SessionPtr> identify(const Request& request, std::string_view action) override {
    identified.emplace_back(action);
    const auto token = request.header("X-Amz-Security-Token");
    if (token == "old") return aws::refuse({"ExpiredToken", "It ended.", 403, {}});
    if (token.empty()) return nullptr;
    return std::make_shared<const aws::Session>(
        aws::Session{.account = "444455556666", .role_arn = "role", .name = "s"});
  }
  aws::Outcome<void> permit(const Caller& caller, const Permission& permission) override {
    asked.push_back(caller.account + " " + permission.action + " " + permission.resource);
    if (permission.action == denied) return aws::refuse({"AccessDenied", "No.", 403, {}});
    return {};
  }
  std::vector<std::string> asked;
  std::string denied;
  std::vector<std::string> identified;
};

TEST_F(FrontDoorTest, AsksWhoCallsAndWhetherTheyMay) {
  TestAccess access;
  door.ask(access);
  response_to(query("Action=Publish", {{"Authorization", signed_for("sns", "111122223333")},
                                       {"X-Amz-Security-Token", "token"}}));
  response_to(query("Action=Publish", {{"Authorization", signed_for("sns", "111122223333")}}));
  ASSERT_EQ(sns.calls.size(), 2u);
  EXPECT_EQ(sns.calls[0].caller.account, "444455556666") << "the session's, whatever the key says";
  EXPECT_EQ(sns.calls[0].caller.session->name, "s");
  EXPECT_EQ(sns.calls[1].caller.session, nullptr);
  EXPECT_THAT(access.asked,
              testing::ElementsAre("444455556666 sns:Publish *", "111122223333 sns:Publish *"));

  EXPECT_THAT(access.identified, testing::Each("sns:Publish"));

  access.denied = "iam:PassRole";
  const auto send = [&](const std::string& body) {
    return response_to(json_call("AmazonSQS.Send", R"({"QueueUrl":"u","Body":")" + body + "\"}"));
  };
  EXPECT_EQ(send("other").status, 200);
  EXPECT_EQ(send("passes").status, 403) << "what it does besides is asked for, too";
  sqs.calls.clear();

  access.denied = "sqs:Send";
  const auto denied = response_to(json_call("AmazonSQS.Send", R"({"QueueUrl":"u"})"));
  EXPECT_EQ(denied.status, 403);
  EXPECT_THAT(denied.body, HasSubstr("#AccessDenied\""));
  EXPECT_TRUE(sqs.calls.empty());
  const auto xml = response_to(
      query("Action=Send&Version=2012-11-05&QueueUrl=u", {{"X-Amz-Security-Token", "old"}}));
  EXPECT_EQ(xml.status, 403);
  EXPECT_THAT(xml.body, HasSubstr("<Code>ExpiredToken</Code>"));
  const auto rest = response_to({.method = "GET",
                                 .path = "/2015-03-31/functions",
                                 .headers = {{"X-Amz-Security-Token", "old"}}});
  EXPECT_EQ(rest.status, 403);
  EXPECT_TRUE(sqs.calls.empty());
}

TEST_F(FrontDoorTest, ErrorsSpeakTheProtocolOfTheCall) {
  const auto xml = response_to(query("Action=Send&QueueUrl=u&Body=fail"));
  EXPECT_EQ(xml.status, 400);
  EXPECT_THAT(xml.body, HasSubstr("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"));
  const auto answer = ask(json_call("AmazonSQS.Send", R"({"QueueUrl":"u","Body":"fail"})",
                                    {{"x-amzn-query-mode", "true"}}));
  end_turn();
  EXPECT_EQ(json::parse(answer->response->body)["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
  EXPECT_EQ(answer->header("x-amzn-query-error"), "AWS.SimpleQueueService.NonExistentQueue;Sender");
  EXPECT_EQ(answer->header("x-amzn-RequestId").size(), 36u);
}

struct Refused {
  const char* name;
  Request request;
  int status;
  std::vector<std::string> says;
};
void PrintTo(const Refused& refused, std::ostream* out) {
  *out << refused.name;
}

class FrontDoorRefuses : public FrontDoorTest, public testing::WithParamInterface<Refused> {};

TEST_P(FrontDoorRefuses, AndSaysWhatThereIs) {
  const auto response = response_to(GetParam().request);
  EXPECT_EQ(response.status, GetParam().status);
  for (const auto& part : GetParam().says) EXPECT_THAT(response.body, HasSubstr(part));
  EXPECT_TRUE(sqs.calls.empty());
  EXPECT_TRUE(sns.calls.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Requests, FrontDoorRefuses,
    testing::Values(
        Refused{"UnknownAction",
                {.method = "POST", .path = "/", .body = "Action=Dance&Version=2012-11-05"},
                400,
                {"<Code>InvalidAction</Code>", "The action Dance is not valid for this endpoint."}},
        Refused{"UnknownOperation",
                {.method = "POST", .path = "/", .headers = {{"X-Amz-Target", "AmazonSQS.Dance"}}},
                400,
                {"UnknownOperationException", "The action Dance is not valid for this endpoint."}},
        Refused{"QueuePathWithoutAction",
                {.method = "GET", .path = "/123456789012/jobs"},
                404,
                {"<UnknownOperationException/>"}},
        Refused{"UnknownTarget",
                {.method = "POST",
                 .path = "/",
                 .headers = {{"X-Amz-Target", "DynamoDB_20120810.PutItem"},
                             {"Authorization", signed_for("dynamodb")}}},
                400,
                {"UnknownOperationException", "DynamoDB PutItem is not emulated here",
                 "lambda, sns, sqs"}},
        Refused{"TargetWithoutDot",
                {.method = "POST", .path = "/", .headers = {{"X-Amz-Target", "AmazonSQS"}}},
                400,
                {"UnknownOperationException"}},
        Refused{"UnknownService",
                {.method = "POST",
                 .path = "/",
                 .headers = {{"Authorization", signed_for("ec2")}},
                 .body = "Action=RunInstances&Version=2016-11-15"},
                400,
                {"<Response><Errors><Error><Code>InvalidAction</Code>",
                 "EC2 RunInstances is not emulated here", "lambda, sns, sqs"}},
        Refused{"UnknownPath",
                {.method = "GET",
                 .path = "/bucket/key",
                 .headers = {{"Authorization", signed_for("s3")}}},
                501,
                {"<Error><Code>NotImplemented</Code>", "S3 GetObject is not emulated here",
                 "lambda, sns, sqs"}},
        Refused{"NotEmulated",
                {.method = "POST", .path = "/", .headers = {{"X-Amz-Target", "AmazonSQS.Purge"}}},
                400,
                {"UnknownOperationException", "SQS Purge is not emulated here", "Poll, Send"}},
        Refused{"UnknownRestJson",
                {.method = "POST",
                 .path = "/schedule-groups/g",
                 .headers = {{"Authorization", signed_for("scheduler")}}},
                404,
                {"Scheduler CreateScheduleGroup is not emulated here", "lambda, sns, sqs"}},
        Refused{"UnknownCbor",
                {.method = "POST",
                 .path = "/service/GraniteServiceVersion20100801/operation/PutMetricData",
                 .headers = {{"Authorization", signed_for("monitoring")}}},
                400,
                {"UnknownOperationException", "CloudWatch PutMetricData is not emulated here"}},
        Refused{
            "UnknownEverywhere",
            {.method = "GET", .path = "/x", .headers = {{"Authorization", signed_for("nonesuch")}}},
            400,
            {"nonesuch is not emulated here", "lambda, sns, sqs"}},
        Refused{"NoAction",
                {.method = "POST", .path = "/", .body = "Version=2012-11-05"},
                404,
                {"POST /"}},
        Refused{"MissingParameter",
                {.method = "POST", .path = "/", .body = "Action=Send&Version=2012-11-05"},
                400,
                {"QueueUrl"}},
        Refused{"BadJson",
                {.method = "POST",
                 .path = "/",
                 .headers = {{"X-Amz-Target", "AmazonSQS.Send"}},
                 .body = "{"},
                400,
                {"SerializationException"}},
        Refused{"NotUtf8", {.method = "GET", .path = "/\xff"}, 404, {"nothing answers"}}),
    [](const auto& test) { return test.param.name; });

TEST_F(FrontDoorTest, ALongPollIsAbandonedWithItsClient) {
  const auto answer = ask(json_call("AmazonSQS.Poll", ""));
  end_turn();
  EXPECT_FALSE(answer->response);
  ASSERT_TRUE(answer->closed);
  answer->closed();
  EXPECT_TRUE(sqs.abandoned);
}

TEST_F(FrontDoorTest, ALongPollIsAnsweredAfterTheCommitOfItsEnd) {
  const auto answer = ask(json_call("AmazonSQS.Poll", "{}"));
  end_turn();
  sqs.waiting(json{{"Said", "late"}});
  EXPECT_FALSE(answer->response);
  end_turn();
  ASSERT_TRUE(answer->response);
  EXPECT_THAT(answer->response->body, HasSubstr("late"));
}

TEST_F(FrontDoorTest, PathsGoBeforeServicesAndTheLongestWins) {
  door.add_path("/_loopgate/deep", [](Request, std::shared_ptr<Exchange> exchange) {
    exchange->respond(Response::text(200, "deep"));
  });
  EXPECT_EQ(response_to({.method = "GET", .path = "/_loopgate/deep/er"}).body, "deep");
  EXPECT_EQ(response_to({.method = "GET", .path = "/_loopgate/deeper"}).body, "/_loopgate/deeper");
  EXPECT_EQ(response_to({.method = "GET", .path = "/_aws/sqs/messages"}).body, "peek");
  EXPECT_EQ(response_to({.method = "GET", .path = "/_aws/sqs/messagesX"}).status, 404);
}

TEST_F(FrontDoorTest, ARestStreamBeginsAfterTheCommit) {
  const auto answer = ask({.method = "POST",
                           .path = "/2015-03-31/functions",
                           .headers = {{"Authorization", signed_for("lambda")}}});
  EXPECT_FALSE(answer->response);
  EXPECT_EQ(answer->stream, "");
  end_turn();
  ASSERT_TRUE(answer->response);
  EXPECT_EQ(answer->stream, "early eu-west-1");
  EXPECT_TRUE(answer->ended);
}

const Admission kGuests{.hosts = {"loopgate"}, .origins = {"http://localhost:3000"}};

struct GuardedDoor : FrontDoorTest {
  GuardedDoor() {
    guarded.add(sqs);
    guarded.add(sns);
    guarded.add(lambda);
    guarded.add(store);
    guarded.add_path("/_loopgate/",
                     [](Request request, std::shared_ptr<Exchange> exchange) {
                       exchange->respond(Response::text(200, request.path));
                     },
                     {.is_page = true});
  }
  std::shared_ptr<Answer> knock(Request request) {
    auto answer = std::make_shared<Answer>();
    guarded.handle(std::move(request), std::make_shared<TestExchange>(answer));
    end_turn();
    return answer;
  }

  // As S3 will: any path is an object's, and its answers to OPTIONS are its own.
  struct Objects final : RestService {
    std::string_view name() const override { return "s3"; }
    bool owns(const Request& request) const override { return request.path.size() > 1; }
    bool has_own_cors() const override { return true; }
    BodyPlan body_plan(const Request& head) const override {
      return {.limit = 5'000'000'000, .to_file = head.method == "PUT"};
    }
    void handle(Request request, Caller, std::shared_ptr<Exchange> exchange) override {
      exchange->respond(Response::text(200, request.method + " object " + request.path));
    }
  } store;
  FrontDoor guarded{random,
                    {.region = "us-west-2"},
                    [this](auto callback) { deferred_callbacks.push_back(std::move(callback)); },
                    kGuests};
};

TEST_F(GuardedDoor, AnAllowedPageMayCallAndRead) {
  const std::vector<Header> headers{
      {"Origin", "http://localhost:3000"},
      {"Sec-Fetch-Site", "same-site"},
      {"Access-Control-Request-Method", "POST"},
      {"Access-Control-Request-Private-Network", "true"},
      {"Access-Control-Request-Headers", "authorization,x-amz-target"}};
  const auto before = knock({.method = "OPTIONS", .path = "/", .headers = headers});
  EXPECT_EQ(before->response->status, 204);
  EXPECT_EQ(before->header("access-control-allow-origin"), "http://localhost:3000");
  EXPECT_EQ(before->header("access-control-allow-headers"), "authorization,x-amz-target");
  EXPECT_EQ(before->header("access-control-allow-private-network"), "true");
  const auto answer = knock(query("Action=Publish", headers));
  EXPECT_EQ(answer->response->status, 200);
  EXPECT_EQ(answer->header("access-control-allow-origin"), "http://localhost:3000");
}

TEST_F(GuardedDoor, AForeignPageIsRefusedOnEveryRouteInItsDialect) {
  const std::vector<Header> foreign{{"Host", "localhost:4566"}, {"Sec-Fetch-Site", "cross-site"}};
  auto with = [&](std::vector<Header> more) {
    more.insert(more.end(), foreign.begin(), foreign.end());
    return more;
  };
  const std::vector<Request> requests{
      {.method = "GET", .path = "/_loopgate/journal", .headers = foreign},
      {.method = "POST", .path = "/_loopgate/reset", .headers = foreign},
      {.method = "POST", .path = "/2015-03-31/functions", .headers = foreign},
      {.method = "PUT", .path = "/bucket/key", .headers = foreign},
      {.method = "OPTIONS", .path = "/bucket/key", .headers = foreign},
      {.method = "OPTIONS", .path = "/", .headers = foreign},
      {.method = "GET", .path = "/", .query = "Action=Publish", .headers = foreign},
      {.method = "POST", .path = "/", .headers = foreign, .body = "Action=Publish"},
      {.method = "POST",
       .path = "/",
       .headers = with({{"X-Amz-Target", "AmazonSQS.Send"}}),
       .body = R"({"QueueUrl":"u"})"}};
  for (const auto& request : requests) {
    const auto answer = knock(request);
    EXPECT_EQ(answer->response->status, 403) << request.method << " " << request.path;
    EXPECT_THAT(answer->response->body, HasSubstr("--allow-origin"));
    EXPECT_EQ(answer->header("access-control-allow-origin"), "");
  }
  EXPECT_TRUE(sqs.calls.empty());
  EXPECT_TRUE(sns.calls.empty());
  EXPECT_THAT(knock(requests[7])->response->body, HasSubstr("<Code>ForeignPage</Code>"));
  EXPECT_THAT(knock(requests[8])->response->body, HasSubstr("#ForeignPage\""));
}

TEST_F(GuardedDoor, ALinkFromAnywhereLeadsToAPageAlone) {
  const std::vector<Header> link{{"Sec-Fetch-Site", "cross-site"},
                                 {"Sec-Fetch-Mode", "navigate"},
                                 {"Sec-Fetch-Dest", "document"},
                                 {"Referer", "https://example.com/"}};
  const auto status = [&](std::string method, std::string path, std::string query) {
    return knock({.method = std::move(method),
                  .path = std::move(path),
                  .query = std::move(query),
                  .headers = link})
        ->response->status;
  };
  EXPECT_EQ(status("GET", "/_loopgate/info", ""), 200);
  EXPECT_EQ(status("POST", "/_loopgate/reset", ""), 403);
  EXPECT_EQ(status("GET", "/", "Action=Publish"), 403);
  EXPECT_EQ(status("GET", "/bucket/key", ""), 403);
}

TEST_F(GuardedDoor, AQueryByGetIsNotForBrowsersOfAnyOrigin) {
  for (const auto& header :
       {Header{"Sec-Fetch-Site", "none"}, Header{"sec-fetch-site", "same-origin"},
        Header{"Sec-Fetch-Mode", "no-cors"}, Header{"User-Agent", "Mozilla/5.0 (X11)"},
        Header{"Origin", "http://localhost:3000"}}) {
    auto headers = std::vector{header, {"Sec-Fetch-Dest", "image"}};
    if (header.name == "User-Agent") headers.pop_back();
    const auto answer =
        knock({.method = "GET", .path = "/", .query = "Action=Publish", .headers = headers});
    EXPECT_EQ(answer->response->status, 403) << header.name;
    EXPECT_THAT(answer->response->body, HasSubstr("use POST"));
  }
  EXPECT_TRUE(sns.calls.empty());
  EXPECT_EQ(knock(query("Action=Publish", {{"Sec-Fetch-Site", "same-origin"}}))->response->status,
            200);
}

TEST_F(GuardedDoor, AForeignHostIsRefusedInTheDialectOfTheCall) {
  auto request = query("Action=Publish");
  request.headers = {{"Host", "rebound.test:4566"}};
  const auto answer = knock(request);
  EXPECT_EQ(answer->response->status, 421);
  EXPECT_THAT(answer->response->body, HasSubstr("<Code>MisdirectedRequest</Code>"));
  EXPECT_THAT(answer->response->body, HasSubstr("--allow-host rebound.test"));
  request.headers = {{"Host", "loopgate:4566"}};
  EXPECT_EQ(knock(request)->response->status, 200);
}

struct Owned {
  const char* name;
  Request request;
  const char* answer;
};
void PrintTo(const Owned& owned, std::ostream* out) {
  *out << owned.name;
}
class GuardedDoorGives : public GuardedDoor, public testing::WithParamInterface<Owned> {};

TEST_P(GuardedDoorGives, EachItsOwn) {
  const auto answer = knock(GetParam().request);
  EXPECT_THAT(answer->response->body + answer->stream, HasSubstr(GetParam().answer));
}

INSTANTIATE_TEST_SUITE_P(
    Requests, GuardedDoorGives,
    testing::Values(Owned{"AnObjectNamedLikeAQueue",
                          {.method = "PUT",
                           .path = "/123456789012/x",
                           .headers = {{"Authorization", signed_for("s3")}},
                           .body = "Action=Send"},
                          "PUT object /123456789012/x"},
                    Owned{"AnObjectOfAForm",
                          {.method = "POST",
                           .path = "/123456789012/x",
                           .headers = {{"Authorization", signed_for("s3")}},
                           .body = "Action=Send&Body=b"},
                          "POST object /123456789012/x"},
                    Owned{"AQueueByItsSignature",
                          {.method = "POST",
                           .path = "/123456789012/x",
                           .headers = {{"Authorization", signed_for("sqs")}},
                           .body = "Action=Send&Body=b"},
                          "/123456789012/x"},
                    Owned{"AnObjectNamedLikeAFunction",
                          {.method = "GET",
                           .path = "/2015-03-31/functions",
                           .headers = {{"Authorization", signed_for("s3")}}},
                          "GET object /2015-03-31/functions"},
                    Owned{"AnObjectByItsHost",
                          {.method = "GET",
                           .path = "/2015-03-31/functions",
                           .headers = {{"Host", "bucket.s3.localhost:4566"}}},
                          "GET object /2015-03-31/functions"},
                    Owned{"AFunctionByItsPath",
                          {.method = "GET", .path = "/2015-03-31/functions", .headers = {}},
                          "early us-west-2"},
                    Owned{"AFunctionsPathThatIsNone",
                          {.method = "GET",
                           .path = "/nothing",
                           .headers = {{"Authorization", signed_for("lambda")}}},
                          "Lambda GET /nothing is not emulated here"},
                    Owned{"ATopicSignedOnAQueuesPath",
                          {.method = "POST",
                           .path = "/123456789012/x",
                           .headers = {{"Authorization", signed_for("sns")}},
                           .body = "Action=Publish"},
                          "<PublishResponse"},
                    Owned{"OptionsOfAnObject",
                          {.method = "OPTIONS",
                           .path = "/bucket/key",
                           .headers = {{"Origin", "http://localhost:3000"}}},
                          "OPTIONS object /bucket/key"}),
    [](const auto& test) { return test.param.name; });

TEST_F(GuardedDoor, OwnCorsIsLeftAlone) {
  const auto answer = knock(
      {.method = "GET", .path = "/bucket/key", .headers = {{"Origin", "http://localhost:3000"}}});
  EXPECT_EQ(answer->response->status, 200);
  EXPECT_EQ(answer->header("access-control-allow-origin"), "");
}

TEST_F(GuardedDoor, TheRouteSaysWhereItsBodiesGo) {
  EXPECT_TRUE(guarded.body_plan({.method = "PUT", .path = "/bucket/key"}).to_file);
  EXPECT_FALSE(guarded.body_plan({.method = "GET", .path = "/bucket/key"}).to_file);
  EXPECT_FALSE(guarded.body_plan({.method = "PUT", .path = "/_loopgate/x"}).limit);
}

TEST(CredentialScopeOf, ReadsSignaturesOfEveryKind) {
  const auto scope_of = [](std::string authorization) {
    return credential_scope({.headers = {{"Authorization", std::move(authorization)}}});
  };
  EXPECT_EQ(scope_of(signed_for("sqs"))->service, "sqs");
  const auto asymmetric =
      scope_of("AWS4-ECDSA-P256-SHA256 Credential=AKID/20260102/sqs/aws4_request, Signature=0");
  ASSERT_TRUE(asymmetric);
  EXPECT_EQ(asymmetric->service, "sqs");
  EXPECT_EQ(asymmetric->region, "");
  EXPECT_EQ(scope_of(signed_for("sqs", "AKID", "NoRegion"))->region, "");
  for (const auto* bad : {"", "Basic abc", "AWS4-HMAC-SHA256",
                          "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=a/b/c",
                          "AWS4-HMAC-SHA256 Credential=/2/us-west-2/sqs/aws4_request",
                          "AWS4-HMAC-SHA256 Credential=a<b/2/us-west-2/sqs/aws4_request"}) {
    EXPECT_FALSE(scope_of(bad)) << bad;
  }
}

TEST(RegionOfHost, IsTheLabelThatLooksLikeOne) {
  EXPECT_EQ(region_of_host("sqs.us-gov-east-1.amazonaws.com"), "us-gov-east-1");
  EXPECT_EQ(region_of_host("eu-central-1.queue.localhost:4566"), "eu-central-1");
  for (const auto* none :
       {"", "localhost:4566", "127.0.0.1:4566", "a-b.c", "my-host-name", "us--west-2"})
    EXPECT_EQ(region_of_host(none), "") << none;
  EXPECT_TRUE(host_names_service("sync-states.us-west-2.localhost", "states"));
  EXPECT_FALSE(host_names_service("mysns.localhost", "sns"));
}

}  // namespace
}  // namespace loopgate::http
