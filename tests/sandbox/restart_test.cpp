// What a sandbox has to say when it is started again on the folder of an earlier one.
#include <gmock/gmock.h>

#include <filesystem>
#include <optional>

#include "base/random.h"
#include "sandbox.h"
#include "sandbox/customer_config.h"

namespace loopgate {
namespace {

using testing::Contains;
using testing::HasSubstr;

// Sockets that nothing comes to.
class DeadNetwork final : public Network {
 public:
  Result<std::unique_ptr<DatagramSocket>> open(const Endpoint& local, DatagramReceiver&) override {
    return std::make_unique<Socket>(local);
  }
  bool is_local(const IpAddress&) const override { return true; }

 private:
  class Socket final : public DatagramSocket {
   public:
    explicit Socket(const Endpoint& local) : local_(local) {}
    Endpoint local() const override { return local_; }
    void send(const Endpoint&, ByteSpan, std::uint64_t) override {}
    bool reaches(const IpAddress&) const override { return true; }
    void flush() override {}

   private:
    Endpoint local_;
  };
};

class Restart : public testing::Test {
 protected:
  ~Restart() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<Sandbox> start() {
    SandboxOptions options;
    options.simulated = true;
    options.network = &network_;
    options.data_dir = folder_;
    options.port = 0;
    auto sandbox = Sandbox::create(std::move(options));
    EXPECT_TRUE(sandbox) << sandbox.error().to_string();
    return std::move(*sandbox);
  }
  static void deploy(Sandbox& sandbox, const std::string& listeners) {
    std::optional<Result<DeployResult>> outcome;
    sandbox.deploy({.stack = "app",
                    .template_file = "app.yaml",
                    .template_text = "Resources:\n" + listeners,
                    .parameters = {},
                    .resolve = {}},
                   [&](Result<DeployResult> result) { outcome = std::move(result); });
    sandbox.settle();
    ASSERT_TRUE(outcome);
    ASSERT_TRUE(*outcome) << outcome->error().to_string();
  }
  static std::string listener(const std::string& logical_id, const std::string& destinations) {
    return "  " + logical_id + R"(:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: token
      ApiKey: )" +
           api_key(SandboxOptions().account) + R"(
      Protocols: [udp]
      ClientRestrictions: {Networks: [0.0.0.0/0]}
      Destinations: [)" +
           destinations + "]\n";
  }

  const std::string folder_ = testing::TempDir() + "loopgate-" + Random::from_system().hex(12);
  DeadNetwork network_;
};

// The port is another one at each start. With its address in the queue's identity an update took
// the queue for another one and deleted it.
TEST_F(Restart, AQueueKeepsItsMessagesOverAnUpdateOnAnotherPort) {
  const auto stack = [](int visibility) {
    return "  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: q, VisibilityTimeout: " +
           std::to_string(visibility) +
           "}}\n"
           "  Generated: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: " +
           std::to_string(visibility) +
           "}}\n"
           "  T: {Type: AWS::SNS::Topic, Properties: {TopicName: t}}\n"
           "  S: {Type: AWS::SNS::Subscription, Properties: {TopicArn: !Ref T, Protocol: sqs, "
           "Endpoint: !GetAtt Q.Arn, RawMessageDelivery: true}}\n"
           "  P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Q], PolicyDocument: "
           "{Statement: {Effect: Allow, Principal: '*', Action: '*', Resource: '*'}}}}\n"
           "Outputs: {Url: {Value: !Ref Q}, Other: {Value: !GetAtt Generated.QueueUrl}}\n";
  };
  const auto output = [](const Sandbox& sandbox, const char* key) {
    return sandbox.describe()["stacks"]["app"]["outputs"][key].get<std::string>();
  };
  std::string then, generated;
  {
    const auto sandbox = start();
    deploy(*sandbox, stack(20));
    ASSERT_TRUE(sandbox->publish("t", "precious", {}));
    sandbox->settle();
    then = output(*sandbox, "Url");
    generated = output(*sandbox, "Other").substr(sandbox->endpoint().size());
  }
  const auto sandbox = start();
  ASSERT_NE(then, sandbox->endpoint() + "/123456789012/q");
  EXPECT_EQ(output(*sandbox, "Url"), sandbox->endpoint() + "/123456789012/q");
  deploy(*sandbox, stack(30));
  const auto queue = sandbox->peek_queue("q");
  ASSERT_TRUE(queue) << queue.error().to_string();
  EXPECT_THAT(queue->dump(), HasSubstr("precious"));
  EXPECT_EQ(output(*sandbox, "Other"), sandbox->endpoint() + generated) << "it is the same queue";
}

TEST_F(Restart, AListenerThatNamesADestinationWhichIsGoneComesBackWithAWarning) {
  const auto referrer = listener("B", "shared");
  {
    const auto sandbox = start();
    deploy(*sandbox, listener("A", "{Name: shared}"));
    deploy(*sandbox, listener("A", "{Name: shared}") + referrer);
    deploy(*sandbox, referrer);
  }
  const auto sandbox = start();
  const auto info = sandbox->describe();
  const auto& stack = info["stacks"]["app"];
  EXPECT_TRUE(stack["listeners"].contains("B")) << info.dump();
  EXPECT_THAT(stack["warnings"].get<std::vector<std::string>>(),
              Contains(HasSubstr("B: Destinations: there is no destination named shared")));
}

}  // namespace
}  // namespace loopgate
