#include "sandbox/capture_file.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "base/file.h"
#include "base/random.h"
#include "codec/capture/dissector.h"
#include "codec/limits.h"
#include "sandbox.h"
#include "sandbox/customer_config.h"

namespace loopgate {
namespace {

using testing::ElementsAre;

// Sockets that nothing comes to.
class DeadNetwork final : public Network {
 public:
  Result<std::unique_ptr<DatagramSocket>> open(const Endpoint& local, DatagramReceiver&) override {
    return std::make_unique<Socket>(Endpoint{local.address, 2053});
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

constexpr auto kOwnerFile =
    std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

std::string listener_template() {
  return R"(
Resources:
  UdpListener:
    Type: Custom::ProxylityUdpGatewayListener
    Properties:
      ServiceToken: token
      ApiKey: )" +
         api_key(SandboxOptions().account) + R"(
      Protocols: [udp]
      ClientRestrictions: {Networks: [0.0.0.0/0, "::/0"]}
      Destinations: []
)";
}

class CaptureOfASandbox : public testing::Test {
 protected:
  ~CaptureOfASandbox() override { std::filesystem::remove(file); }

  // A sandbox that captures, with a listener.
  void start(const char* bind) {
    SandboxOptions options;
    options.simulated = true;
    options.network = &network;
    options.port = 0;
    options.bind = *IpAddress::parse(bind);
    options.capture_file = file;
    sandbox = std::move(*Sandbox::create(std::move(options)));
    std::optional<Result<DeployResult>> outcome;
    sandbox->deploy({.stack = "app",
                     .template_file = "app.yaml",
                     .template_text = listener_template(),
                     .parameters = {},
                     .resolve = {}},
                    [&](Result<DeployResult> result) { outcome = std::move(result); });
    sandbox->settle();
    ASSERT_TRUE(outcome && *outcome) << (*outcome).error().to_string();
  }

  const std::string file =
      testing::TempDir() + "loopgate-" + Random::from_system().hex(12) + ".pcapng";
  DeadNetwork network;
  std::unique_ptr<Sandbox> sandbox;
};

// A client of another family than its listener's address: injected, as a replay does it.
TEST_F(CaptureOfASandbox, HoldsDatagramsBetweenTwoFamilies) {
  ASSERT_NO_FATAL_FAILURE(start("::1"));
  for (const auto* from : {"203.0.113.7:5000", "[2001:db8::7]:5000"}) {
    const auto status = sandbox->inject("UdpListener", "us-west-2", *Endpoint::parse(from),
                                        as_bytes(std::string_view("ping")));
    ASSERT_TRUE(status) << status.error().to_string();
  }
  sandbox->settle();
  EXPECT_EQ(std::filesystem::status(file).permissions(), kOwnerFile);
  sandbox.reset();

  const auto bytes = *read_file(file, 1 << 20);
  auto reader = *codec::capture::Reader::open(as_bytes(bytes));
  std::vector<std::string> sources;
  codec::capture::Dissector dissector;
  for (auto record = reader.next(); record && *record != nullptr; record = reader.next()) {
    const auto content = dissector.dissect(**record);
    if (const auto* datagram = std::get_if<codec::capture::UdpDatagram>(&content)) {
      sources.push_back(datagram->source.to_string());
      EXPECT_EQ(datagram->destination.address.to_string(), "::1");
      EXPECT_EQ(to_text(datagram->payload), "ping");
    }
  }
  EXPECT_THAT(sources, ElementsAre("203.0.113.7:5000", "[2001:db8::7]:5000"));
}

TEST_F(CaptureOfASandbox, SaysOnceThatADatagramFitsNoPacket) {
  ASSERT_NO_FATAL_FAILURE(start("127.0.0.1"));
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(sandbox->inject("UdpListener", "", *Endpoint::parse("203.0.113.7:5000"),
                                Bytes(codec::kMaxUdpPayloadV4 + 1)));
  }
  std::vector<std::string> warnings;
  for (const auto& event : sandbox->journal().read(0, Journal::kDefaultCapacity)) {
    if (event.kind == EventKind::kWarning) warnings.push_back(event.text);
  }
  EXPECT_THAT(warnings, testing::Contains("a datagram of 65508 bytes does not fit an IPv4 packet: "
                                          "such ones are not in the capture")
                            .Times(1));
}

}  // namespace
}  // namespace loopgate
