// What the two resets leave of a test for the next one.
#include <gmock/gmock.h>

#include "sandbox/customer_config.h"
#include "tests/sandbox/clocked_sandbox.h"

namespace loopgate {
namespace {

using namespace std::chrono_literals;
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
      Queues: [!Ref Queue, !Ref Packets]
      PolicyDocument:
        Statement: {Effect: Allow, Principal: '*', Action: '*', Resource: '*'}
  Packets: {Type: AWS::SQS::Queue, Properties: {QueueName: packets}}
  Echo:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: echo
      Runtime: loopgate.echo
      Handler: echo
      Role: !GetAtt Role.Arn
      Code: {ZipFile: built in}
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
      Protocols: [udp]
      ClientRestrictions: {Networks: [0.0.0.0/0]}
      Destinations:
        - {DestinationArn: !GetAtt Packets.Arn, Role: {Arn: !GetAtt Role.Arn}, Batching: {Count: 10, TimeoutInSeconds: 30}}
        - {DestinationArn: !GetAtt Echo.Arn, Role: {Arn: !GetAtt Role.Arn}, Batching: {Count: 1}}
)";

class ResetOfASandbox : public ClockedSandbox {
 protected:
  void SetUp() override {
    start();
    deploy(kResources);
  }
  void inject(const std::string& text) {
    ASSERT_TRUE(sandbox_->inject("Listener", "", *Endpoint::parse("10.0.0.9:4000"),
                                 std::as_bytes(std::span(text))));
  }
  void publish() {
    ASSERT_TRUE(sandbox_->publish("news", "hello", {}));
    turns();
  }
};

TEST_F(ResetOfASandbox, KeepsStacksAndForgetsMessages) {
  publish();
  ASSERT_EQ(messages("news", "visible"), 1U);
  const auto port = sandbox_->listener("Listener")->at("port");
  ASSERT_TRUE(reset(true));
  EXPECT_EQ(messages("news", "visible"), 0U);
  EXPECT_EQ(sandbox_->describe()["stacks"].size(), 1U);
  EXPECT_EQ(sandbox_->listener("Listener")->at("port"), port);
  publish();
  EXPECT_EQ(messages("news", "visible"), 1U);
}

TEST_F(ResetOfASandbox, EmptiesTheJournalAndGoesOnCounting) {
  publish();
  const auto last = sandbox_->journal().last_seq();
  ASSERT_TRUE(reset(true));
  EXPECT_THAT(sandbox_->journal().read(0, 100), IsEmpty());
  EXPECT_GE(sandbox_->journal().last_seq(), last);
  publish();
  EXPECT_FALSE(sandbox_->journal().read(0, 100).empty());
}

TEST_F(ResetOfASandbox, AHalfFullBatchIsNotDelivered) {
  inject("of the last test");
  turns();
  ASSERT_TRUE(reset(true));
  pass(31s);
  EXPECT_EQ(messages("packets", "visible"), 0U);
  inject("of this test");
  pass(31s);
  EXPECT_EQ(messages("packets", "visible"), 1U);
}

TEST_F(ResetOfASandbox, CapturedDatagramsGo) {
  inject("hello");
  turn_until([&] { return !sandbox_->captured(0, 1).empty(); });
  ASSERT_TRUE(reset(true));
  EXPECT_THAT(sandbox_->captured(0, 10), IsEmpty());
  inject("hello again");
  turn_until([&] { return sandbox_->captured(0, 10).size() == 1; });
}

TEST_F(ResetOfASandbox, AReplyOfTheLastTestDoesNotCome) {
  inject("hello");  // its answer is under way
  ASSERT_TRUE(reset(true));
  turns();
  EXPECT_THAT(sandbox_->captured(0, 10), IsEmpty());
  EXPECT_THAT(sandbox_->journal().read(0, 100), IsEmpty());
}

TEST_F(ResetOfASandbox, AFullOneLeavesNothingAndEverythingCanBeDeployedAgain) {
  ASSERT_TRUE(reset(false));
  EXPECT_THAT(sandbox_->describe()["stacks"], IsEmpty());
  EXPECT_FALSE(sandbox_->peek_queue("news"));
  deploy(kResources);
  publish();
  EXPECT_EQ(messages("news", "visible"), 1U);
}

}  // namespace
}  // namespace loopgate
