#include <fmt/format.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/system_time.h"
#include "base/task_queue.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/payload_flags.h"
#include "cli/sandbox_flags.h"
#include "cli/tunnel_client.h"
#include "codec/ip.h"
#include "io/loop.h"
#include "io/udp.h"

namespace loopgate::cli {

namespace {

struct SendFlags {
  std::string to;
  std::string region;
  PayloadFlags payload;
  int count = 1;
  int replies = 1;
  std::string wait = "2s";
  std::string wireguard;  // file of the client's configuration; empty: plain UDP
  std::string inner_to;
  std::string endpoint;
};

// An address as it is, or the address of a listener of the running sandbox.
Result<Endpoint> resolve(const SendFlags& flags) {
  constexpr std::string_view kLocalhost = "localhost:";
  const auto address = flags.to.starts_with(kLocalhost)
                           ? "127.0.0.1:" + flags.to.substr(kLocalhost.size())
                           : flags.to;
  if (const auto endpoint = Endpoint::parse(address)) return *endpoint;
  Client client(flags.endpoint);
  const auto listener = client.get("/_loopgate/listener", {{"listener", flags.to}});
  if (!listener) return std::unexpected(listener.error());
  const auto& addresses = (*listener)["addresses"];
  const auto found = flags.region.empty() ? addresses.begin() : addresses.find(flags.region);
  if (found == addresses.end()) {
    return fail(fmt::format("listener '{}' has no region '{}'", flags.to, flags.region));
  }
  const auto endpoint = Endpoint::parse(found->get<std::string>());
  if (!endpoint) return fail("the sandbox gave an address that is none: " + write_json(*found));
  return *endpoint;
}

class Replies final : public DatagramReceiver {
 public:
  Replies(io::Loop& loop, int wanted) : loop_(loop), wanted_(wanted) {}

  void on_datagrams(std::span<const Datagram> datagrams) override {
    for (const auto& datagram : datagrams) {
      fmt::print("{}: {}\n", datagram.from.to_string(), printable(datagram.payload));
      if (++received_ == wanted_) loop_.stop();
    }
    std::fflush(stdout);
  }
  void on_receive_overflow(std::uint32_t count) override {
    fmt::print(stderr, "loopgate: {} replies were lost in this machine's receive buffer\n", count);
  }
  void on_send_failed(const Endpoint& to, std::uint64_t, const std::string& error) override {
    fmt::print(stderr, "loopgate: {}: {}\n", to.to_string(), error);
    failed_ = true;
    loop_.stop();
  }
  int received() const { return received_; }
  bool failed() const { return failed_; }

 private:
  io::Loop& loop_;
  int wanted_;
  int received_ = 0;
  bool failed_ = false;
};

int outcome_of(int received, const std::string& wait) {
  if (received > 0) return 0;
  return report(
      {fmt::format("no reply within {}; 'loopgate trace' tells what became of the packet", wait),
       {}});
}

// Through WireGuard: the payload alone, or in an IP packet from the configured address to
// --inner-to.
int send_wireguard(const SendFlags& flags, const Bytes& payload, Duration wait) {
  const auto text = read_file(flags.wireguard, kMaxTextFileBytes);
  if (!text) return report(text.error());
  auto config = parse_wireguard_config(*text, flags.wireguard);
  if (!config) return report(config.error());
  if (flags.to != "-") {
    const auto to = resolve(flags);
    if (!to) return report(to.error());
    config->endpoint = *to;
  }
  if (!config->endpoint) return report({"has no Endpoint; name the listener", {flags.wireguard}});
  Bytes plaintext = payload;
  auto padding = wireguard::Padding::kNone;
  if (!flags.inner_to.empty()) {
    const auto inner = Endpoint::parse(flags.inner_to);
    if (!inner || config->addresses.empty()) {
      return report({"--inner-to is ADDRESS:PORT, and the configuration needs an Address", {}});
    }
    constexpr std::uint16_t kInnerPort = 40'000;
    plaintext = codec::build_udp({config->addresses.front().network, kInnerPort}, *inner, payload);
    padding = wireguard::Padding::kTo16;
  }

  Clock clock(system_wall(), system_instant());
  TaskQueue tasks;
  io::Loop loop(clock, tasks, io::Loop::Mode::kLive);
  io::UdpNetwork network(loop);
  auto random = Random::from_system();
  int received = 0;
  auto client = TunnelClient::open(
      *config, network, clock, random,
      {.on_plaintext =
           [&](ByteSpan bytes) {
             const auto packet = codec::parse_ip(bytes);
             fmt::print("{}: {}\n",
                        packet ? packet->source.to_string() : config->endpoint->to_string(),
                        printable(packet ? packet->payload : bytes));
             if (++received == flags.replies) loop.stop();
           },
       .on_failed =
           [](const std::string& problem) { fmt::print(stderr, "loopgate: {}\n", problem); }});
  if (!client) return report(client.error());
  for (int i = 0; i < flags.count; ++i) (*client)->send(plaintext, padding);
  clock.call_after(wait, [&] { loop.stop(); });
  loop.run();
  return flags.replies == 0 ? 0 : outcome_of(received, flags.wait);
}

int send(const SendFlags& flags) {
  const auto payload = flags.payload.payload();
  if (!payload) return report(payload.error());
  const auto wait = parse_duration(flags.wait);
  if (!wait) return report({"--wait: " + wait.error().message, {}});
  if (!flags.wireguard.empty()) return send_wireguard(flags, *payload, *wait);
  const auto to = resolve(flags);
  if (!to) return report(to.error());

  Clock clock(system_wall(), system_instant());
  TaskQueue tasks;
  io::Loop loop(clock, tasks, io::Loop::Mode::kLive);
  io::UdpNetwork network(loop);
  Replies replies(loop, flags.replies);
  Endpoint any;
  if (to->address.is_v6()) any.address = *IpAddress::parse("::");
  auto socket = network.open(any, replies);
  if (!socket) return report(socket.error());
  for (int i = 0; i < flags.count; ++i) (*socket)->send(*to, *payload, 0);
  (*socket)->flush();
  if (replies.failed()) return 1;
  if (flags.replies == 0) return 0;
  clock.call_after(*wait, [&] { loop.stop(); });
  loop.run();
  return replies.failed() ? 1 : outcome_of(replies.received(), flags.wait);
}

}  // namespace

void add_send(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand("send", "Send a UDP datagram and print the replies");
  auto flags = std::make_shared<SendFlags>();
  verb->add_option("to", flags->to,
                   "ADDRESS:PORT, or a listener's logical id, STACK/LOGICALID, name or port; with "
                   "--wg '-' is "
                   "its Endpoint")
      ->required()
      ->type_name("TO");
  flags->payload.add_to(*verb);
  verb->add_option("--region", flags->region, "Ingress region, when TO is a listener with several");
  verb->add_option("--count", flags->count, "How many copies to send")
      ->check(CLI::Range(1, 1'000'000));
  verb->add_option("--replies", flags->replies, "Stop after so many replies; 0 does not wait")
      ->check(CLI::Range(0, 1'000'000))
      ->capture_default_str();
  verb->add_option("--wait", flags->wait, "How long to wait for replies")->capture_default_str();
  auto* wireguard = verb->add_option(
      "--wg", flags->wireguard, "Through WireGuard, as this client configuration (see wg-config)");
  wireguard->type_name("FILE");
  verb->add_option(
          "--inner-to", flags->inner_to,
          "WireGuard: send an IP/UDP packet to this inner ADDRESS:PORT, not the bare payload")
      ->needs(wireguard);
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = send(*flags); });
}

}  // namespace loopgate::cli
