// What comes through the doors of a running sandbox may be anything: it answers, tells, and lives.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "io/loop.h"
#include "tests/sandbox/live_sandbox.h"

namespace loopgate {
namespace {

using testing::HasSubstr;

class Doors : public LiveSandbox {
 protected:
  void SetUp() override { start(); }

  struct Answer {
    int status = 0;  // 0: none came
    std::string body;
  };
  Answer ask(const std::function<httplib::Result(httplib::Client&)>& request) {
    Answer answer;
    EXPECT_TRUE(with_client([&] {
      httplib::Client client("127.0.0.1", address().port);
      client.set_read_timeout(20);
      if (const auto result = request(client)) answer = {result->status, result->body};
    }));
    return answer;
  }
  Answer get(const std::string& path) {
    return ask([&](httplib::Client& client) { return client.Get(path); });
  }
  Answer post(const std::string& path, const std::string& body,
              const httplib::Headers& headers = {}) {
    return ask([&](httplib::Client& client) {
      return client.Post(path, headers, body, "application/json");
    });
  }
  bool lives() { return get("/_loopgate/health").status == 200; }
};

TEST_F(Doors, AnswersQueriesThatAreNotUtf8) {
  const std::pair<const char*, int> cases[] = {
      {"/_loopgate/journal?reason=%ff", 400},
      {"/_loopgate/journal?event=%ff", 400},
      {"/_loopgate/journal?tag=%ff", 400},
      {"/_loopgate/journal?listener=%ff", 200},
      {"/_aws/sqs/messages?QueueUrl=%ff", 404},
      {"/_loopgate/listener?listener=%ff", 404},
      {"/_loopgate/peers?listener=%c3", 404},
      {"/_loopgate/wireguard?listener=%ff", 404},
      {"/_loopgate/%ff", 404},
      {"/2015-03-31/functions/%ff", 404},
  };
  for (const auto& [path, status] : cases) {
    SCOPED_TRACE(path);
    const auto answer = get(path);
    EXPECT_EQ(answer.status, status) << answer.body;
    EXPECT_TRUE(status == 200 || check_json(answer.body)) << answer.body;
  }
  EXPECT_TRUE(lives());
  EXPECT_EQ(count(EventKind::kInternalError), 0u);
}

TEST_F(Doors, RefusesJsonThatNestsTooDeep) {
  const std::string deep = std::string(60'000, '[') + std::string(60'000, ']');
  const std::pair<const char*, std::string> cases[] = {
      {"/_loopgate/deploy", R"({"template":"Resources: {}","parameters":{"A":)" + deep + "}}"},
      {"/_loopgate/publish", R"({"topic":"t","message":"m","attributes":)" + deep + "}"},
      {"/_loopgate/inject", R"({"datagrams":)" + deep + "}"},
      {"/2015-03-31/functions", R"({"FunctionName":"f","Tags":)" + deep + "}"},
      {"/2015-03-31/functions/f/invocations", deep},
  };
  for (const auto& [path, body] : cases) {
    SCOPED_TRACE(path);
    const auto answer = post(path, body);
    // Who is not there is said first.
    EXPECT_THAT(answer.status, testing::AnyOf(400, 404)) << answer.body;
  }
  for (const auto* target : {"AmazonSQS.CreateQueue", "Logs_20140328.CreateLogGroup"}) {
    SCOPED_TRACE(target);
    const auto answer = post("/", R"({"tags":)" + deep + "}", {{"X-Amz-Target", target}});
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("nests too deep"));
  }
  EXPECT_TRUE(lives());
  EXPECT_EQ(count(EventKind::kInternalError), 0u);
}

TEST_F(Doors, RefusesTemplatesThatNestTooDeep) {
  const std::string deep = std::string(60'000, '[') + std::string(60'000, ']');
  for (const auto& text : {"Resources: " + deep, R"({"Resources":)" + deep + "}"}) {
    const auto answer =
        post("/_loopgate/deploy", write_json(nlohmann::json{{"template", text}, {"stack", "s"}}));
    EXPECT_EQ(answer.status, 400);
    EXPECT_THAT(answer.body, HasSubstr("nested deeper than"));
  }
  EXPECT_TRUE(lives());
}

TEST_F(Doors, ATaskAndATimerThatThrowAreToldAndNothingElseStops) {
  bool went_on = false;
  sandbox->loop().tasks().post([] { throw std::runtime_error("no luck"); });
  sandbox->clock().call_after(Duration::zero(), [] { throw std::runtime_error("no luck"); });
  sandbox->loop().tasks().post([&] { went_on = true; });
  ASSERT_TRUE(turn_until([&] { return went_on && count(EventKind::kInternalError) == 2; }));
  for (const auto& event : sandbox->journal().read(0, 1000)) {
    if (event.kind != EventKind::kInternalError) continue;
    EXPECT_THAT(event.text, HasSubstr("doors_test.cpp"));
    EXPECT_THAT(event.text, HasSubstr("no luck"));
  }
  EXPECT_TRUE(lives());
  const auto traced = get("/_loopgate/journal?event=internal-error");
  EXPECT_EQ(std::ranges::count(traced.body, '\n'), 2);
}

TEST_F(Doors, ADatagramThatBringsUsToFallIsDiscardedWithItsReasonAndTheNextOneGoesOn) {
  ASSERT_EQ(deploy(listener_to_queue()), "");
  const auto listener = sandbox->listener("Listener").value();
  const auto to = *Endpoint::parse(listener["addresses"]["us-west-2"].get<std::string>());
  int seen = 0;
  const auto observer = sandbox->journal().subscribe([&](const Event& event) {
    if (event.kind == EventKind::kReceived && ++seen == 1) throw std::runtime_error("no luck");
  });
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(to.port);
  address.sin_addr.s_addr = htonl(to.address.v4_host_order());
  for (int i = 0; i < 2; ++i) {
    ::sendto(socket, "ping", 4, 0, reinterpret_cast<sockaddr*>(&address), sizeof(address));
  }
  EXPECT_TRUE(turn_until([&] { return count(EventKind::kDelivered) == 1; }));
  sandbox->journal().unsubscribe(observer);
  ::close(socket);
  EXPECT_EQ(count(EventKind::kInternalError), 1u);
  EXPECT_EQ(count(EventKind::kDiscarded, Reason::kInternalError), 1u);
}

// Writes half of what it should, then falls; through every index in memory.
TEST_F(Doors, AnOperationThatFallsHalfwayLeavesNoQueueAndTakesNoNeighboursAlong) {
  const auto queue_of = [&](const std::string& name) {
    return post("/", R"({"QueueName":")" + name + "\"}",
                {{"X-Amz-Target", "AmazonSQS.CreateQueue"}});
  };
  ASSERT_EQ(queue_of("before").status, 200);
  // The journal hears of a message that is moved in the middle of a receive.
  ASSERT_EQ(deploy(R"(
  Dead:
    Type: AWS::SQS::Queue
    Properties: {QueueName: dead}
  Work:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: work
      VisibilityTimeout: 0
      RedrivePolicy: {maxReceiveCount: 1, deadLetterTargetArn: !GetAtt Dead.Arn}
)"),
            "");
  const auto url = [&](const std::string& name) {
    return sandbox->endpoint() + "/123456789012/" + name;
  };
  const auto sqs = [&](const std::string& operation, nlohmann::json body) {
    return post("/", write_json(body), {{"X-Amz-Target", "AmazonSQS." + operation}});
  };
  for (const auto* body : {"one", "two"}) {
    ASSERT_EQ(sqs("SendMessage", {{"QueueUrl", url("work")}, {"MessageBody", body}}).status, 200);
  }
  ASSERT_EQ(sqs("ReceiveMessage", {{"QueueUrl", url("work")}, {"MaxNumberOfMessages", 10}}).status,
            200);
  bool armed = true;
  const auto observer = sandbox->journal().subscribe([&](const Event& event) {
    if (event.kind == EventKind::kMessageMoved && std::exchange(armed, false)) {
      throw std::runtime_error("no luck");
    }
  });
  const auto fallen =
      sqs("ReceiveMessage", {{"QueueUrl", url("work")}, {"MaxNumberOfMessages", 10}});
  sandbox->journal().unsubscribe(observer);
  EXPECT_EQ(fallen.status, 500);
  EXPECT_THAT(fallen.body, HasSubstr("InternalFailure"));
  EXPECT_EQ(count(EventKind::kInternalError), 1u);
  const auto waiting = [&](const std::string& name) {
    const auto answer =
        sqs("GetQueueAttributes", {{"QueueUrl", url(name)}, {"AttributeNames", {"All"}}});
    return read_json(answer.body)
        .value()["Attributes"]["ApproximateNumberOfMessages"]
        .get<std::string>();
  };
  // As if it had never been asked; and then it moves both.
  EXPECT_EQ(waiting("work"), "2");
  EXPECT_EQ(waiting("dead"), "0");
  EXPECT_EQ(sqs("ReceiveMessage", {{"QueueUrl", url("work")}, {"MaxNumberOfMessages", 10}}).status,
            200);
  EXPECT_EQ(waiting("work"), "0");
  EXPECT_EQ(waiting("dead"), "2");
  EXPECT_EQ(queue_of("before").status, 200);
}

}  // namespace
}  // namespace loopgate
