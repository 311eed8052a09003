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
