// A sandbox that is put back to what it was.
#include <gmock/gmock.h>

#include "sandbox/customer_config.h"
#include "tests/sandbox/clocked_sandbox.h"

namespace loopgate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kResources = R"(
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: news}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
  QueuePolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement: {Effect: Allow, Principal: '*', Action: '*', Resource: '*'}
  Packets: {Type: AWS::SQS::Queue, Properties: {QueueName: packets}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {AWS: '*'}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: all
          PolicyDocument: {Statement: {Effect: Allow, Action: '*', Resource: '*'}}
  Listener:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: token
      ApiKey: )" + api_key(SandboxOptions().account) +
                               R"(
      Protocols: [wg]
      AllowUnknownPeers: true
      Destinations:
        - {DestinationArn: !GetAtt Packets.Arn, Role: {Arn: !GetAtt Role.Arn}, Batching: {Count: 1}}
  Udp:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: token
      ApiKey: )" + api_key(SandboxOptions().account) +
                               R"(
      Protocols: [udp]
      ClientRestrictions: {Networks: [0.0.0.0/0]}
      Destinations:
        - {DestinationArn: !GetAtt Packets.Arn, Role: {Arn: !GetAtt Role.Arn}, Batching: {Count: 1}}
        - {DestinationArn: !GetAtt Packets.Arn, Role: {Arn: !GetAtt Role.Arn}, Batching: {Count: 9, TimeoutInSeconds: 60}}
  Source:
    Type: Custom::ProxylityUdpGatewayPacketSource
    Properties:
      ServiceToken: token
      ApiKey: )" + api_key(SandboxOptions().account) +
                               R"(
      ListenerName: !Ref Udp
      SnsTopicSource: {TopicArn: !Ref Topic, Role: !GetAtt Role.Arn}
)";

class SnapshotOfASandbox : public ClockedSandbox {
 protected:
  void SetUp() override {
    start();
    deploy(kResources);
    turns();
  }
  void publish(const std::string& topic = "news") {
    ASSERT_TRUE(sandbox_->publish(topic, "hello", {}));
    turns();
  }
  void inject() {
    ASSERT_TRUE(sandbox_->inject("Udp", "", *Endpoint::parse("10.0.0.9:4000"),
                                 as_bytes(std::string_view("ping"))));
    turns();
  }
  Status try_to_take(const std::string& name) {
    std::optional<Status> outcome;
    sandbox_->snapshot(name, [&](Status status) { outcome = std::move(status); });
    turn_until([&] { return outcome.has_value(); });
    return *outcome;
  }
  void take(const std::string& name) {
    const auto taken = try_to_take(name);
    ASSERT_TRUE(taken) << taken.error().message;
  }
  Status put_back(const std::string& name) {
    std::optional<Status> outcome;
    sandbox_->restore(name, [&](Status status) { outcome = std::move(status); });
    turn_until([&] { return outcome.has_value(); });
    return *outcome;
  }
  void remove_stack(const std::string& name) {
    std::optional<Status> outcome;
    sandbox_->remove_stack(name, [&](Status status) { outcome = std::move(status); });
    turn_until([&] { return outcome.has_value(); });
    ASSERT_TRUE(*outcome) << outcome->error().message;
  }
  nlohmann::ordered_json stacks() const { return sandbox_->describe()["stacks"]; }
  std::string public_key() const {
    return (*sandbox_->wireguard("Listener"))["public_key"].get<std::string>();
  }
  std::vector<Event> journal() const {
    return sandbox_->journal().read(0, Journal::kDefaultCapacity);
  }
  // A packet in, and a sourced one out.
  void expect_that_packets_pass() {
    const auto before = messages("packets", "visible");
    inject();
    turn_until([&] { return messages("packets", "visible") == before + 1; });
    ASSERT_TRUE(sandbox_->publish(
        "news", R"({"Messages":[{"Remote":{"Address":"10.0.0.9","Port":4000},"Data":"aGk="}]})",
        {{"EgressRegion", "us-west-2"}}));
    const auto captured = sandbox_->captured(0, 100).size();
    turn_until([&] { return sandbox_->captured(0, 100).size() == captured + 1; });
  }
};

TEST_F(SnapshotOfASandbox, MessagesAreAsTheyWereAndTheJournalIsEmpty) {
  publish();
  take("one message");
  publish();
  ASSERT_TRUE(sandbox_->call("sqs", "ReceiveMessage",
                             {{"QueueUrl", sandbox_->endpoint() + "/123456789012/news"}}));
  ASSERT_EQ(messages("news", "in-flight"), 1U);
  ASSERT_TRUE(put_back("one message"));
  EXPECT_EQ(messages("news", "visible"), 1U);
  EXPECT_EQ(messages("news", "in-flight"), 0U);
  EXPECT_THAT(journal(), IsEmpty());
  expect_that_packets_pass();
}

TEST_F(SnapshotOfASandbox, MayBePutBackAgainAndAgain) {
  publish();
  take("one message");
  for (int i = 0; i < 3; ++i) {
    publish();
    ASSERT_TRUE(put_back("one message"));
    EXPECT_EQ(messages("news", "visible"), 1U);
  }
}

TEST_F(SnapshotOfASandbox, TheClockIsAsFarAheadAsItWas) {
  ASSERT_TRUE(advance(1h));
  take("later");
  ASSERT_TRUE(advance(10h));
  ASSERT_TRUE(put_back("later"));
  EXPECT_EQ(sandbox_->clock_ahead(), 1h);
  start();
  EXPECT_EQ(sandbox_->clock_ahead(), 1h) << "after a restart";
}

TEST_F(SnapshotOfASandbox, DelaysCountFromWhereTheClockIs) {
  const auto url = sandbox_->endpoint() + "/123456789012/news";
  ASSERT_TRUE(sandbox_->call("sqs", "SendMessage",
                             {{"QueueUrl", url}, {"MessageBody", "x"}, {"DelaySeconds", 60}}));
  take("delayed");
  ASSERT_TRUE(advance(2min));
  ASSERT_EQ(messages("news", "visible"), 1U);
  ASSERT_TRUE(put_back("delayed"));
  EXPECT_EQ(messages("news", "delayed"), 1U);
  ASSERT_TRUE(advance(1min));
  EXPECT_EQ(messages("news", "visible"), 1U);
}

TEST_F(SnapshotOfASandbox, PacketsUnderWayAreLetGo) {
  take("empty");
  inject();
  turn_until([&] { return messages("packets", "visible") == 1; });
  ASSERT_TRUE(put_back("empty"));
  ASSERT_TRUE(advance(2min));
  EXPECT_EQ(messages("packets", "visible"), 0U)
      << "what waited in the other batch came all the same";
}

TEST_F(SnapshotOfASandbox, ADeletedStackIsBackWithItsPortsAndKeys) {
  publish();
  const auto before = stacks();
  const auto key = public_key();
  take("all");
  remove_stack("app");
  ASSERT_FALSE(sandbox_->listener("Udp"));
  ASSERT_TRUE(put_back("all"));
  EXPECT_EQ(stacks(), before);
  EXPECT_EQ(public_key(), key);
  EXPECT_EQ(messages("news", "visible"), 1U);
  expect_that_packets_pass();
  EXPECT_TRUE(sandbox_->listener("Listener"));
}

TEST_F(SnapshotOfASandbox, WhatWasDeployedSinceIsGone) {
  remove_stack("app");
  take("nothing");
  deploy(kResources);
  ASSERT_TRUE(put_back("nothing"));
  EXPECT_THAT(stacks(), IsEmpty());
  EXPECT_FALSE(sandbox_->publish("news", "hello", {}));
  deploy(kResources);
  expect_that_packets_pass();
}

TEST_F(SnapshotOfASandbox, AChangedStackIsAsItWas) {
  take("before");
  auto changed = kResources;
  changed.replace(changed.find("QueueName: news"), 15, "QueueName: olds");
  deploy(changed);
  ASSERT_TRUE(sandbox_->peek_queue("olds"));
  ASSERT_TRUE(put_back("before"));
  EXPECT_FALSE(sandbox_->peek_queue("olds"));
  EXPECT_TRUE(sandbox_->peek_queue("news"));
  publish();
  EXPECT_EQ(messages("news", "visible"), 1U);
}

TEST_F(SnapshotOfASandbox, WhatWasPutBackOutlivesARestart) {
  publish();
  take("one message");
  publish();
  ASSERT_TRUE(put_back("one message"));
  start();
  EXPECT_EQ(messages("news", "visible"), 1U);
  EXPECT_THAT(put_back("one message").error().message,
              HasSubstr("there is no snapshot 'one message', nor any other"));
}

TEST_F(SnapshotOfASandbox, TwoNamesAreTwoStates) {
  take("none");
  publish();
  take("one");
  ASSERT_TRUE(put_back("none"));
  EXPECT_EQ(messages("news", "visible"), 0U);
  ASSERT_TRUE(put_back("one"));
  EXPECT_EQ(messages("news", "visible"), 1U);
  EXPECT_THAT(put_back("two").error().message,
              HasSubstr("there is no snapshot 'two'; there are: none, one"));
}

TEST_F(SnapshotOfASandbox, ANameThatIsThereIsTakenOver) {
  take("state");
  publish();
  take("state");
  publish();
  ASSERT_TRUE(put_back("state"));
  EXPECT_EQ(messages("news", "visible"), 1U);
}

TEST_F(SnapshotOfASandbox, NeedsAName) {
  EXPECT_THAT(try_to_take("").error().message, HasSubstr("needs a name"));
  EXPECT_THAT(try_to_take(std::string(129, 'x')).error().message, HasSubstr("at most 128 bytes"));
}

}  // namespace
}  // namespace loopgate
