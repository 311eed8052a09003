#include "sandbox/journal_wait.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "sandbox/customer_config.h"
#include "tests/sandbox/clocked_sandbox.h"

namespace loopgate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// A listener whose packets wait for thirty seconds before they go to a queue.
const std::string kResources = R"(
  Packets: {Type: AWS::SQS::Queue, Properties: {QueueName: packets}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {AWS: '*'}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: all
          PolicyDocument: {Statement: {Effect: Allow, Action: '*', Resource: '*'}}
  Echo:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: echo
      Runtime: loopgate.echo
      Handler: echo
      Role: !GetAtt Role.Arn
      Code: {ZipFile: built in}
  Listener:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: token
      ApiKey: )" + api_key(SandboxOptions().account) +
                               R"(
      Protocols: [udp]
      ClientRestrictions: {Networks: [10.0.0.0/8]}
      Destinations:
        - {DestinationArn: !GetAtt Packets.Arn, Role: {Arn: !GetAtt Role.Arn}, Batching: {Count: 10, TimeoutInSeconds: 30}}
  Other:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: token
      ApiKey: )" + api_key(SandboxOptions().account) +
                               R"(
      Protocols: [udp]
      ClientRestrictions: {Networks: [10.0.0.0/8]}
      Destinations:
        - {DestinationArn: !GetAtt Echo.Arn, Role: {Arn: !GetAtt Role.Arn}, Batching: {Count: 1}}
)";

class JournalWait : public ClockedSandbox {
 protected:
  class Client final : public http::Exchange {
   public:
    void respond(http::Response response) override { given = std::move(response); }
    void begin_stream(http::Response) override {}
    bool write(std::string_view) override { return true; }
    void end_stream() override {}
    void on_drained(std::function<void()>) override {}
    void on_closed(std::function<void()> callback) override { closed = std::move(callback); }
    std::optional<http::Response> given;
    std::function<void()> closed;
  };
  using ClientPtr = std::shared_ptr<Client>;

  void SetUp() override {
    start();
    deploy(kResources);
    sandbox_->journal().clear();
  }
  ClientPtr ask(const std::string& method, const std::string& route, const std::string& query,
                std::string body = {}) {
    auto client = std::make_shared<Client>();
    http::Request request;
    request.method = method;
    request.path = "/_loopgate/" + route;
    request.query = query;
    request.body = std::move(body);
    request.headers = {{"Host", sandbox_->endpoint().substr(std::string("http://").size())}};
    sandbox_->handle(std::move(request), client);
    turns();
    return client;
  }
  ClientPtr wait(const std::string& query) { return ask("GET", "wait", query); }
  void inject(const std::string& listener, const std::string& from = "10.0.0.9:4000") {
    ASSERT_TRUE(
        sandbox_->inject(listener, "", *Endpoint::parse(from), as_bytes(std::string_view("x"))));
    turns();
  }
  static nlohmann::json answer(const ClientPtr& client) {
    return read_json(client->given.value().body).value();
  }
};

TEST_F(JournalWait, AnswersAtOnceWithWhatIsThere) {
  sandbox_->journal().warn("one");
  sandbox_->journal().warn("two");
  sandbox_->journal().warn("three");
  const auto given = answer(wait("event=warning&count=2"));
  EXPECT_EQ(given["arrived"], true);
  EXPECT_EQ(given["count"], 2);
  ASSERT_EQ(given["events"].size(), 2U);
  EXPECT_EQ(given["events"][1]["text"], "two");
  EXPECT_EQ(given["last"], sandbox_->journal().last_seq());
  EXPECT_EQ(given["said"], "there were 2 of 2 × event=warning");
}

TEST_F(JournalWait, WaitsForWhatIsYetToCome) {
  sandbox_->journal().warn("old");
  const auto after = std::to_string(sandbox_->journal().last_seq());
  const auto client = wait("event=warning&within=1m&after=" + after);
  pass(59s);
  EXPECT_FALSE(client->given);
  sandbox_->journal().warn("new");
  turns();
  ASSERT_TRUE(client->given);
  EXPECT_EQ(answer(client)["events"][0]["text"], "new");
}

TEST_F(JournalWait, SaysWhatDidHappenInstead) {
  inject("Listener", "192.0.2.1:5");  // may not send
  const auto client = wait("event=delivered&listener=Listener&count=2&within=3s");
  pass(2999ms);
  EXPECT_FALSE(client->given);
  pass(1ms);
  const auto given = answer(client);
  EXPECT_EQ(given["arrived"], false);
  EXPECT_EQ(given["happened"],
            (nlohmann::json{{"received", 1}, {"discarded [source-not-allowed]", 1}}));
  EXPECT_EQ(given["said"],
            "within 3s there were 0 of 2 × event=delivered listener=Listener. There were: "
            "1 × discarded [source-not-allowed], 1 × received");
}

TEST_F(JournalWait, ItsTimeIsRealHoweverTheClockIsMoved) {
  const auto client = wait("event=warning&within=5s");
  ASSERT_TRUE(advance(10h));
  EXPECT_FALSE(client->given);
  pass(4s);
  EXPECT_FALSE(client->given);
  pass(1s);
  EXPECT_EQ(answer(client)["arrived"], false);
}

TEST_F(JournalWait, IsNotIdleWhileAPacketWaits) {
  inject("Listener");
  const auto client = wait("idle=2s&within=1h");
  pass(29s);
  EXPECT_FALSE(client->given) << "the batch is open";
  pass(1s);
  ASSERT_EQ(messages("packets", "visible"), 1U);
  pass(1s);
  EXPECT_FALSE(client->given) << "not for two seconds yet";
  pass(1s);
  EXPECT_EQ(answer(client)["said"], "the sandbox is idle");
}

TEST_F(JournalWait, IsIdleAfterWhatItWaitsFor) {
  const auto client = wait("event=received&idle=1s&within=1m");
  pass(10s);
  EXPECT_FALSE(client->given) << "idle, but nothing was received";
  inject("Other");
  EXPECT_FALSE(client->given);
  pass(1s);
  EXPECT_EQ(answer(client)["arrived"], true);
}

TEST_F(JournalWait, WhatKeepsItFromBeingIdleIsSaid) {
  inject("Listener");
  const auto client = wait("idle=1s&within=2s");
  pass(2s);
  EXPECT_THAT(answer(client)["said"].get<std::string>(),
              HasSubstr("the sandbox was never idle for 1s. There were: 1 × queued, 1 × received"));
}

TEST_F(JournalWait, ClientsThatLeaveAreLetGo) {
  auto client = wait("event=warning&within=1h");
  const std::weak_ptr<Client> watched = client;
  client->closed();
  client.reset();
  sandbox_->journal().warn("nobody waits for it");
  turns();
  EXPECT_TRUE(watched.expired());
}

TEST_F(JournalWait, AnsweredClientsAreLetGo) {
  auto client = wait("event=warning&within=1s");
  const std::weak_ptr<Client> watched = client;
  pass(1s);
  ASSERT_TRUE(client->given);
  client->closed = nullptr;
  client.reset();
  EXPECT_TRUE(watched.expired());
}

struct Refusal {
  const char* query;
  const char* why;
};

TEST_F(JournalWait, RefusesWhatItCannotWaitFor) {
  const Refusal cases[] = {
      {"count=0", "count: '0' is not a number from 1"},
      {"count=two", "count: 'two' is not a number"},
      {"within=2h", "within: more than 1h"},
      {"within=soon", "within: "},
      {"idle=soon", "idle: "},
      {"event=nothing", "'nothing' is not a kind of event"},
      {"reason=nothing", "'nothing' is not a reason"},
      {"tag=7f3a0c11", "tag: a story has no number of events"},
  };
  for (const auto& [query, why] : cases) {
    const auto client = wait(query);
    ASSERT_TRUE(client->given) << query;
    EXPECT_EQ(client->given->status, 400) << query;
    EXPECT_THAT(client->given->body, HasSubstr(why)) << query;
  }
}

TEST_F(JournalWait, AnInjectionHasItsRepliesAndDiscardsInTheAnswer) {
  const auto client = ask("POST", "inject", "",
                          R"({"listener": "Other", "wait": "10s", "datagrams": [
              {"from": "10.0.0.9:4000", "data": "b25l"}, {"from": "192.0.2.1:5", "data": "dHdv"}]})");
  turn_until([&] { return client->given.has_value(); });
  const auto given = answer(client);
  EXPECT_EQ(given["injected"], 2);
  ASSERT_EQ(given["replies"].size(), 1U);
  EXPECT_EQ(given["replies"][0]["to"], "10.0.0.9:4000");
  EXPECT_EQ(given["replies"][0]["data"], "b25l");
  ASSERT_EQ(given["discarded"].size(), 1U);
  EXPECT_EQ(given["discarded"][0]["reason"], "source-not-allowed");
}

TEST_F(JournalWait, AnInjectionWaitsNoLongerThanItSays) {
  const auto client = ask(
      "POST", "inject", "",
      R"({"listener": "Listener", "wait": "2s", "datagrams": [{"from": "10.0.0.9:4000", "data": ""}]})");
  pass(1999ms);
  EXPECT_FALSE(client->given) << "its batch is open: a reply may come";
  pass(1ms);
  EXPECT_EQ(answer(client)["replies"].size(), 0U);
}

}  // namespace
}  // namespace loopgate
