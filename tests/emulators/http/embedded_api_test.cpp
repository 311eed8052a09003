#include "emulators/http/embedded_api.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/aws/models.h"

namespace loopgate::http {
namespace {

using nlohmann::json;
using testing::HasSubstr;

struct Desk {
  std::vector<ApiCall> calls;
  ApiReply waiting;
};

ApiResult send(Desk& desk, const ApiCall& call) {
  desk.calls.push_back(call);
  return json{{"Said", call.params.value("Body", "")}};
}

std::function<void()> poll(Desk& desk, ApiCall, ApiReply reply) {
  desk.waiting = std::move(reply);
  return [&desk] { desk.waiting = nullptr; };
}

constexpr Operation<Desk> kOperations[] = {{"Send", send}, {"Poll", poll}};

class DeskService : public TableService<Desk> {
 public:
  explicit DeskService(Desk& desk) : TableService(aws::shapes::kTestQueues, kOperations, desk) {}
  Permission permission_for(const ApiCall& call) const override {
    return {"sqs:" + call.operation, "arn:" + text_param(call.params, "QueueUrl")};
  }
};

struct EmbeddedApiTest : testing::Test {
  EmbeddedApiTest() {
    door.add(service);
    api.serve_from(door);
  }

  // What has come of the call; "" while it is under way.
  std::string call(const std::string& operation, json params, const std::string& of = "sqs") {
    answer.clear();
    auto session = std::make_shared<aws::Session>();
    session->account = "123456789012";
    api.call(session, {"eu-west-1", of, operation}, std::move(params), [this](auto outcome) {
      answer = outcome ? outcome->dump() : outcome.error().code + ": " + outcome.error().message;
    });
    EXPECT_EQ(answer, "") << "a completion comes from the task queue";
    while (!tasks.empty()) tasks.run_ready();
    return answer;
  }

  Desk desk;
  DeskService service{desk};
  TaskQueue tasks;
  Random random = Random::from_seed(1);
  std::vector<std::string> asked;
  bool allows = true;
  EmbeddedApi api{tasks, random,
                  [this](const aws::Session&, std::string_view action,
                         const std::string& resource) -> aws::Outcome<void> {
                    asked.push_back(std::string(action) + " " + resource);
                    if (!allows) return aws::refuse(aws::access_denied("no"));
                    return {};
                  }};
  FrontDoor door{random, {.base_url = "http://here"}, [](auto write) { write(true); }};
  std::string answer;
};

TEST_F(EmbeddedApiTest, CallsOnBehalfOfTheSession) {
  EXPECT_EQ(call("Send", {{"QueueUrl", "q"}, {"Body", "b"}, {"Unknown", 1}, {"Null", nullptr}}),
            R"({"Said":"b"})");
  ASSERT_EQ(desk.calls.size(), 1u);
  EXPECT_EQ(desk.calls[0].params, (json{{"QueueUrl", "q"}, {"Body", "b"}}));
  EXPECT_EQ(desk.calls[0].caller.account, "123456789012");
  EXPECT_EQ(desk.calls[0].caller.region, "eu-west-1");
  EXPECT_EQ(desk.calls[0].caller.base_url, "http://here");
  EXPECT_THAT(asked, testing::ElementsAre("sqs:Send arn:q"));
}

TEST_F(EmbeddedApiTest, DoesWhatTheSessionMayAlone) {
  allows = false;
  EXPECT_EQ(call("Send", {{"QueueUrl", "q"}}), "AccessDenied: no");
  EXPECT_TRUE(desk.calls.empty());
}

TEST_F(EmbeddedApiTest, RefusesAsTheServiceWouldOverHttp) {
  EXPECT_EQ(call("Send", json::object()),
            "MissingParameter: The request must contain the parameter QueueUrl.");
  EXPECT_THAT(call("Send", {{"QueueUrl", 5}}), HasSubstr("SerializationException: NUMBER_VALUE"));
  EXPECT_THAT(call("Send", json::array()), HasSubstr("SerializationException"));
  EXPECT_TRUE(desk.calls.empty());
}

TEST_F(EmbeddedApiTest, SaysByNameWhatIsNotHere) {
  EXPECT_EQ(call("Purge", json::object()),
            "UnknownOperationException: SQS Purge is not emulated here. SQS has here: Poll, Send.");
  EXPECT_EQ(call("Dance", json::object()),
            "UnknownOperationException: SQS has no operation Dance. It has here: Poll, Send.");
  EXPECT_EQ(call("PutItem", json::object(), "dynamodb"),
            "UnknownOperationException: DynamoDB PutItem is not emulated here. Emulated are: sqs.");
  EXPECT_THAT(call("PutItem", json::object(), "nonesuch"), HasSubstr("nonesuch PutItem is not"));
}

TEST_F(EmbeddedApiTest, CountsWhatIsUnderWay) {
  EXPECT_EQ(api.under_way(), 0u);
  EXPECT_EQ(call("Poll", json::object()), "");
  EXPECT_EQ(api.under_way(), 1u);
  desk.waiting(json{{"Said", "late"}});
  EXPECT_EQ(api.under_way(), 1u);
  while (!tasks.empty()) tasks.run_ready();
  EXPECT_EQ(answer, R"({"Said":"late"})");
  EXPECT_EQ(api.under_way(), 0u);
}

TEST_F(EmbeddedApiTest, ACallThatWaitsCanBeAbandoned) {
  auto session = std::make_shared<aws::Session>();
  session->account = "123456789012";
  bool completed = false;
  const auto abandon = api.start(session, {"us-west-2", "sqs", "Poll"}, json::object(),
                                 [&](auto) { completed = true; });
  ASSERT_TRUE(abandon);
  EXPECT_EQ(api.under_way(), 1u);
  abandon();
  while (!tasks.empty()) tasks.run_ready();
  EXPECT_EQ(api.under_way(), 0u);
  EXPECT_FALSE(completed);
  EXPECT_FALSE(api.start(session, {"us-west-2", "sqs", "Send"}, json::object(), [](auto) {}));
}

}  // namespace
}  // namespace loopgate::http
