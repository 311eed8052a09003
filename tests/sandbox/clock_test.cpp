// The time of a live sandbox: moved, kept, and what the system's clock does to it.
#include <gmock/gmock.h>

#include "tests/sandbox/clocked_sandbox.h"

namespace loopgate {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr const char* kDelayedQueue = R"(
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: news}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: later, DelaySeconds: 900}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn}
  Policy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement: {Effect: Allow, Principal: '*', Action: '*', Resource: '*'}
)";

class ClockOfASandbox : public ClockedSandbox {
 protected:
  // A message that is due in 15 minutes.
  void SetUp() override {
    start();
    deploy(kDelayedQueue);
    ASSERT_TRUE(sandbox_->publish("news", "hello", {}));
    turns();
    ASSERT_EQ(messages("later", "delayed"), 1U);
  }
  bool is_due() {
    turns();
    return messages("later", "visible") == 1;
  }
};

TEST_F(ClockOfASandbox, IsKeptAheadOverARestart) {
  ASSERT_TRUE(advance(10min));
  start();
  EXPECT_EQ(sandbox_->clock_ahead(), 10min);
  EXPECT_EQ(sandbox_->clock().wall(), wall_ + 10min);
  EXPECT_FALSE(is_due());
  ASSERT_TRUE(advance(5min));
  EXPECT_TRUE(is_due());
}

TEST_F(ClockOfASandbox, PassesWhileTheSandboxIsDown) {
  ASSERT_TRUE(advance(10min));
  wall_ += 5min;
  monotonic_ = Instant{1h};  // the machine was started anew
  start();
  EXPECT_TRUE(is_due());
}

TEST_F(ClockOfASandbox, DoesNotGoBackWhenTheSystemIsSetBack) {
  wall_ -= 3h;
  pass(15min);
  EXPECT_TRUE(is_due());
}

TEST_F(ClockOfASandbox, DoesNotGoBackWhenTheSystemWasSetBackOverARestart) {
  const auto before = sandbox_->clock().wall();
  wall_ -= 3h;
  start();
  EXPECT_GE(sandbox_->clock().wall(), before);
  EXPECT_LE(sandbox_->clock().wall(), before + 2s);
  EXPECT_THAT(sandbox_->journal().to_line(sandbox_->journal().read(0, 1).at(0)),
              HasSubstr("was set back by 3h"));
  pass(15min);
  EXPECT_TRUE(is_due());
  // And it stays so.
  start();
  EXPECT_TRUE(is_due());
}

TEST_F(ClockOfASandbox, FollowsTheSystemAhead) {
  wall_ += 15min;  // the machine slept
  turns();
  EXPECT_TRUE(is_due());
  EXPECT_EQ(sandbox_->clock_ahead(), 0s);
  EXPECT_EQ(sandbox_->clock().wall(), wall_);
}

TEST_F(ClockOfASandbox, CannotBeMovedBeyondItsEnd) {
  const auto refused = advance(200 * 365 * 24h);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("beyond 2200"));
  ASSERT_TRUE(advance(100 * 365 * 24h));
  EXPECT_FALSE(advance(100 * 365 * 24h));
}

TEST_F(ClockOfASandbox, MovesQueueUpAndAResetEndsThem) {
  ASSERT_TRUE(advance(1h));
  EXPECT_EQ(sandbox_->clock_ahead(), 1h);
  ASSERT_TRUE(reset(true));
  EXPECT_EQ(sandbox_->clock_ahead(), 0s);
  EXPECT_EQ(sandbox_->clock().wall(), wall_);
  start();
  EXPECT_EQ(sandbox_->clock_ahead(), 0s);
}

}  // namespace
}  // namespace loopgate
