// What the two resets leave of a test for the next one.
#include <gmock/gmock.h>

#include "codec/percent.h"
#include "emulators/http/message.h"
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

// Two suites side by side, each with an account of its own.
class ResetOfAnAccount : public ClockedSandbox {
 protected:
  static constexpr const char* kOurs = "111122223333";
  static constexpr const char* kTheirs = "444455556666";

  class Answer final : public http::Exchange {
   public:
    void respond(http::Response response) override { given = std::move(response); }
    void begin_stream(http::Response) override {}
    bool write(std::string_view) override { return true; }
    void end_stream() override {}
    void on_drained(std::function<void()>) override {}
    void on_closed(std::function<void()>) override {}
    std::optional<http::Response> given;
  };

  http::Response send(http::Request request, const std::string& account,
                      const std::string& service) {
    request.headers.push_back({"Host", "127.0.0.1"});
    request.headers.push_back(
        {"Authorization", "AWS4-HMAC-SHA256 Credential=" + account + "/20261101/us-west-2/" +
                              service + "/aws4_request, SignedHeaders=host, Signature=0"});
    const auto answer = std::make_shared<Answer>();
    sandbox_->handle(std::move(request), answer);
    turn_until([&] { return answer->given.has_value(); });
    return answer->given.value_or(http::Response{});
  }
  std::string query(const std::string& account, const std::string& service, std::string body) {
    auto answer = send({.method = "POST", .path = "/", .body = std::move(body)}, account, service);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  std::string json_call(const std::string& account, const std::string& service,
                        const std::string& target, std::string body) {
    auto answer = send({.method = "POST",
                        .path = "/",
                        .headers = {{"X-Amz-Target", target}},
                        .body = std::move(body)},
                       account, service);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  }
  static std::string queue_url(const std::string& account, const std::string& name) {
    return codec::percent_encode("http://127.0.0.1/" + account + "/" + name);
  }
  static std::string topic_arn(const std::string& account) {
    return "arn:aws:sns:us-west-2:" + account + ":t.fifo";
  }
  void publish_once(const std::string& account) {
    query(account, "sns",
          "Action=Publish&TopicArn=" + topic_arn(account) +
              "&Message=m&MessageGroupId=g&MessageDeduplicationId=d");
  }
  void make_everything(const std::string& account) {
    query(account, "sqs", "Action=CreateQueue&QueueName=made");
    query(account, "sqs",
          "Action=SendMessage&MessageBody=m&QueueUrl=" + queue_url(account, "made"));
    query(account, "sns",
          "Action=CreateTopic&Name=t.fifo&Attributes.entry.1.key=FifoTopic&"
          "Attributes.entry.1.value=true");
    query(
        account, "sqs",
        "Action=CreateQueue&QueueName=t.fifo&Attribute.1.Name=FifoQueue&Attribute.1.Value=true&"
        "Attribute.2.Name=Policy&Attribute.2.Value=" +
            codec::percent_encode(
                R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}})"));
    query(account, "sns",
          "Action=Subscribe&Protocol=sqs&TopicArn=" + topic_arn(account) +
              "&Endpoint=arn:aws:sqs:us-west-2:" + account + ":t.fifo");
    query(account, "sns",
          "Action=SetSMSAttributes&attributes.entry.1.key=DefaultSenderID&"
          "attributes.entry.1.value=Suite");
    publish_once(account);
    json_call(account, "logs", "Logs_20140328.CreateLogGroup", R"({"logGroupName":"made"})");
    query(account, "iam",
          "Action=CreateRole&RoleName=made&AssumeRolePolicyDocument=" +
              codec::percent_encode(R"({"Statement":{"Effect":"Allow","Principal":"*","Action":)"
                                    R"("sts:AssumeRole"}})"));
    json_call(
        account, "states", "AWSStepFunctions.CreateStateMachine",
        R"({"name":"made","roleArn":"arn:aws:iam::)" + account +
            R"(:role/made","definition":)"
            R"("{\"StartAt\":\"S\",\"States\":{\"S\":{\"Type\":\"Wait\",\"Seconds\":60,\"End\":true}}}"})");
    json_call(account, "states", "AWSStepFunctions.StartExecution",
              R"({"name":"e","stateMachineArn":"arn:aws:states:us-west-2:)" + account +
                  R"(:stateMachine:made"})");
    query(account, "cloudformation",
          "Action=CreateStack&StackName=app&TemplateBody=" +
              codec::percent_encode("Resources: {Queue: {Type: 'AWS::SQS::Queue'}}"));
    turns();
  }
  // Whatever there is of what `make_everything` made, told by name.
  std::string left_of(const std::string& account) {
    const std::pair<const char*, std::string> places[] = {
        {"queue", query(account, "sqs", "Action=ListQueues")},
        {"topic", query(account, "sns", "Action=ListTopics")},
        {"subscription", query(account, "sns", "Action=ListSubscriptions")},
        {"sms", query(account, "sns", "Action=GetSMSAttributes")},
        {"group", json_call(account, "logs", "Logs_20140328.DescribeLogGroups", "{}")},
        {"role", query(account, "iam", "Action=ListRoles")},
        {"machine", json_call(account, "states", "AWSStepFunctions.ListStateMachines", "{}")},
        {"stack", query(account, "cloudformation", "Action=DescribeStacks")}};
    const std::pair<const char*, const char*> marks[] = {
        {"queue", "/made<"}, {"topic", ":t.fifo<"},      {"subscription", ":t.fifo:"},
        {"sms", "Suite"},    {"group", "\"made\""},      {"role", "<RoleName>made"},
        {"machine", "made"}, {"stack", "<StackName>app"}};
    std::string out;
    for (const auto& [what, text] : places) {
      for (const auto& [of, mark] : marks) {
        if (std::string_view(of) == what && text.contains(mark)) out += std::string(what) + " ";
      }
    }
    return out;
  }
  std::string waiting(const std::string& account, const std::string& name) {
    const auto text = query(account, "sqs",
                            "Action=GetQueueAttributes&AttributeName.1=ApproximateNumberOfMessages&"
                            "QueueUrl=" +
                                queue_url(account, name));
    const auto at = text.find("<Value>") + 7;
    return text.substr(at, text.find('<', at) - at);
  }
  std::string executions(const std::string& account) {
    return json_call(
        account, "states", "AWSStepFunctions.ListExecutions",
        R"({"stateMachineArn":"arn:aws:states:us-west-2:)" + account + R"(:stateMachine:made"})");
  }
};

TEST_F(ResetOfAnAccount, LeavesOthersWhatTheyHave) {
  start();
  make_everything(kOurs);
  make_everything(kTheirs);
  const std::string all = "queue topic subscription sms group role machine stack ";
  ASSERT_EQ(left_of(kOurs), all);
  ASSERT_EQ(left_of(kTheirs), all);
  ASSERT_EQ(waiting(kOurs, "t.fifo"), "1");
  const auto last = sandbox_->journal().last_seq();

  ASSERT_TRUE(reset(false, kOurs));
  EXPECT_EQ(left_of(kOurs), "");
  EXPECT_EQ(left_of(kTheirs), all);
  EXPECT_EQ(waiting(kTheirs, "made"), "1");
  EXPECT_THAT(executions(kTheirs), testing::HasSubstr("RUNNING"));
  EXPECT_FALSE(sandbox_->journal().read(last - 1, 1).empty()) << "the journal is everybody's";
}

TEST_F(ResetOfAnAccount, BetweenTwoTestsForgetsItsOwnMessages) {
  start();
  make_everything(kOurs);
  make_everything(kTheirs);
  ASSERT_TRUE(reset(true, kOurs));
  EXPECT_EQ(left_of(kOurs), left_of(kTheirs));
  EXPECT_EQ(waiting(kOurs, "made"), "0");
  EXPECT_EQ(waiting(kTheirs, "made"), "1");
  EXPECT_THAT(executions(kOurs), testing::Not(testing::HasSubstr("RUNNING")));
  EXPECT_THAT(executions(kTheirs), testing::HasSubstr("RUNNING"));

  const auto before = waiting(kTheirs, "t.fifo");
  publish_once(kOurs);
  publish_once(kTheirs);
  turns();
  EXPECT_EQ(waiting(kTheirs, "t.fifo"), before) << "a duplicate";
  EXPECT_EQ(before, "1");
  EXPECT_EQ(waiting(kOurs, "t.fifo"), before) << "forgotten, so that it is none";
}

TEST_F(ResetOfAnAccount, StopsTheListenersOfItsStacksAlone) {
  start();
  deploy(kResources);  // in the sandbox's own account
  ASSERT_TRUE(reset(true, kTheirs));
  ASSERT_TRUE(sandbox_->inject("Listener", "", *Endpoint::parse("10.0.0.9:4000"), {}));
  turns();
  ASSERT_TRUE(reset(true, kTheirs));
  pass(31s);
  EXPECT_EQ(messages("packets", "visible"), 1U) << "another account's batch goes on";
  ASSERT_TRUE(sandbox_->inject("Listener", "", *Endpoint::parse("10.0.0.9:4000"), {}));
  turns();
  ASSERT_TRUE(reset(true, SandboxOptions().account));
  pass(31s);
  EXPECT_EQ(messages("packets", "visible"), 0U);
}

}  // namespace
}  // namespace loopgate
