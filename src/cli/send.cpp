#include <fmt/format.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/system_time.h"
#include "base/task_queue.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/fate.h"
#include "cli/journal_tail.h"
#include "cli/payload_flags.h"
#include "cli/sandbox_flags.h"
#include "cli/tunnel_client.h"
#include "codec/coap_text.h"
#include "codec/ip.h"
#include "io/loop.h"
#include "io/udp.h"

namespace loopgate::cli {

namespace {

constexpr const char* kDefaultWait = "2s";
// How often the journal is asked what became of the packets: soon after they were sent, then less
// and less.
constexpr Duration kFirstLook = std::chrono::milliseconds(10);
constexpr Duration kLongestPause = std::chrono::milliseconds(100);
constexpr int kWatchedPackets = 10'000;  // of more, the journal forgets the first meanwhile

struct SendFlags {
  std::string to;
  std::string region;
  PayloadFlags payload;
  int count = 1;
  int replies = 1;
  std::string wait;  // empty: kDefaultWait, and no longer than something is under way
  bool fail_on_discard = false;
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

// As which the sandbox sees us, on this machine.
IpAddress own_address_towards(const Endpoint& to) {
  if (!to.address.is_loopback()) return to.address;  // one of our own, or nobody looks
  return to.address.is_v4() ? IpAddress::v4(127, 0, 0, 1) : *IpAddress::parse("::1");
}

// A conversation: prints replies as they come, looks meanwhile into the journal what became of the
// packets, and ends when there is nothing more to wait for.
class Conversation {
 public:
  Conversation(const SendFlags& flags, io::Loop& loop, Clock& clock)
      : flags_(flags), loop_(loop), clock_(clock), client_(flags.endpoint), timer_(clock) {}

  // Before anything is sent, from `local` to `to`.
  void begin(const Endpoint& local, const Endpoint& to) {
    from_ = {own_address_towards(to), local.port};
    tail_.emplace(client_, Client::Query{{"client", from_.to_string()}});
    is_watched_ = flags_.count <= kWatchedPackets && tail_->start().has_value();
  }
  void on_reply(const Endpoint& from, ByteSpan payload) {
    fmt::print("{}: {}\n", from.to_string(), reply_text(payload));
    std::fflush(stdout);
    ++received_;
    if (has_all_replies() && !wants_fate()) loop_.stop();
  }
  void on_problem(const std::string& problem) {
    fmt::print(stderr, "loopgate: {}\n", harmless(problem));
  }
  void give_up(const std::string& problem) {
    on_problem(problem);
    failed_ = true;
    loop_.stop();
  }

  // Gives the exit status.
  int wait(Duration limit) {
    if (failed_) return 1;
    if (flags_.replies == 0 && !wants_fate()) return 0;
    timer_.set_after(kFirstLook, [this] { look(kFirstLook); });
    clock_.call_after(limit, [this] { loop_.stop(); });
    loop_.run();
    return failed_ && received_ == 0 ? 1 : conclude(limit);
  }

 private:
  bool has_all_replies() const { return received_ >= flags_.replies; }
  bool wants_fate() const { return flags_.fail_on_discard && is_watched_; }

  std::string reply_text(ByteSpan payload) const {
    if (flags_.payload.is_coap()) {
      if (const auto message = codec::coap::parse(payload)) {
        return "CoAP " + harmless(codec::coap::describe(*message));
      }
    }
    return printable(payload);
  }

  Fate read_fate() {
    Fate fate(static_cast<std::size_t>(flags_.count), !flags_.wireguard.empty());
    if (is_watched_) (void)tail_->read([&](const Told& event) { fate.add(event); });
    return fate;
  }
  void look(Duration pause) {
    if (!is_watched_) return;
    const auto fate = read_fate();
    if (fate.is_settled() && (flags_.wait.empty() || fate.failed_all() || has_all_replies())) {
      // Replies that have left before it was said so are read first: on a machine so busy that the
      // first pause is over when we run again, in the second one.
      return timer_.set_after(kFirstLook,
                              [this] { timer_.set_after(kFirstLook, [this] { loop_.stop(); }); });
    }
    const auto next = std::min(2 * pause, kLongestPause);
    timer_.set_after(next, [this, next] { look(next); });
  }

  int conclude(Duration limit) {
    const bool replied = has_all_replies() && flags_.replies > 0;
    if (replied && !wants_fate()) return 0;
    const auto fate = read_fate();
    const auto style = style_of(stderr);
    const auto what = fate.text(is_watched_ ? tail_->labels() : Labels(), style);
    if (flags_.count > 1 && is_watched_) fmt::print(stderr, "{}\n", fate.sums());
    fmt::print(stderr, "{}", what);
    if (flags_.fail_on_discard && fate.discarded() > 0) return 1;
    if (received_ > 0 || flags_.replies == 0) return 0;
    if (fate.is_settled() && fate.nobody_replies()) return 0;
    if (fate.is_settled() && !what.empty()) return 1;
    return report({no_reply(fate, limit), {}});
  }
  std::string no_reply(const Fate& fate, Duration limit) const {
    auto out = "no reply within " + to_string(limit);
    if (!is_watched_) return out;
    if (fate.arrived() == 0) {
      return out + fmt::format(
                       "; the sandbox at {} has received nothing from {}: is {} a listener "
                       "of it?",
                       client_.endpoint(), from_.to_string(), flags_.to);
    }
    const auto under_way = fate.under_way();
    return out + (under_way.empty() ? "" : "; " + under_way);
  }

  const SendFlags& flags_;
  io::Loop& loop_;
  Clock& clock_;
  Client client_;
  Endpoint from_;
  std::optional<JournalTail> tail_;
  bool is_watched_ = false;
  ScopedTimer timer_;
  int received_ = 0;
  bool failed_ = false;
};

class Replies final : public DatagramReceiver {
 public:
  explicit Replies(Conversation& conversation) : conversation_(conversation) {}

  void on_datagrams(std::span<const Datagram> datagrams) override {
    for (const auto& datagram : datagrams) conversation_.on_reply(datagram.from, datagram.payload);
  }
  void on_receive_overflow(std::uint32_t count) override {
    fmt::print(stderr, "loopgate: {} replies were lost in this machine's receive buffer\n", count);
  }
  void on_send_failed(const Endpoint& to, std::uint64_t, const std::string& error) override {
    conversation_.give_up(to.to_string() + ": " + error);
  }

 private:
  Conversation& conversation_;
};

// What goes through the tunnel: the payload alone, or in an IP packet from the configured address
// to --inner-to.
Result<std::pair<Bytes, wireguard::Padding>> plaintext_of(const SendFlags& flags,
                                                          const WireguardConfig& config,
                                                          const Bytes& payload) {
  if (flags.inner_to.empty()) return std::pair(payload, wireguard::Padding::kNone);
  const auto inner = Endpoint::parse(flags.inner_to);
  if (!inner || config.addresses.empty()) {
    return fail("--inner-to is ADDRESS:PORT, and the configuration needs an Address");
  }
  constexpr std::uint16_t kInnerPort = 40'000;
  const Endpoint source{config.addresses.front().network, kInnerPort};
  return std::pair(codec::build_udp(source, *inner, payload), wireguard::Padding::kTo16);
}

// Where everything of a conversation happens.
struct Surroundings {
  Clock clock{system_wall(), system_instant()};
  TaskQueue tasks;
  io::Loop loop{clock, tasks, io::Loop::Mode::kLive};
  io::UdpNetwork network{loop};
};

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
  const auto plaintext = plaintext_of(flags, *config, payload);
  if (!plaintext) return report(plaintext.error());

  Surroundings here;
  Conversation conversation(flags, here.loop, here.clock);
  auto random = Random::from_system();
  const auto on_plaintext = [&](ByteSpan bytes) {
    const auto packet = codec::parse_ip(bytes);
    conversation.on_reply(packet ? packet->source : *config->endpoint,
                          packet ? packet->payload : bytes);
  };
  auto client = TunnelClient::open(
      *config, here.network, here.clock, random,
      {.on_plaintext = on_plaintext,
       .on_failed = [&](const std::string& problem) { conversation.on_problem(problem); }});
  if (!client) return report(client.error());
  conversation.begin((*client)->local(), *config->endpoint);
  for (int i = 0; i < flags.count; ++i) (*client)->send(plaintext->first, plaintext->second);
  return conversation.wait(wait);
}

int send(const SendFlags& flags) {
  const auto payload = flags.payload.payload();
  if (!payload) return report(payload.error());
  const auto wait = parse_duration(flags.wait.empty() ? kDefaultWait : flags.wait);
  if (!wait) return report({"--wait: " + wait.error().message, {}});
  if (!flags.wireguard.empty()) return send_wireguard(flags, *payload, *wait);
  const auto to = resolve(flags);
  if (!to) return report(to.error());

  Surroundings here;
  Conversation conversation(flags, here.loop, here.clock);
  Replies replies(conversation);
  Endpoint any;
  if (to->address.is_v6()) any.address = *IpAddress::parse("::");
  auto socket = here.network.open(any, replies);
  if (!socket) return report(socket.error());
  conversation.begin((*socket)->local(), *to);
  for (int i = 0; i < flags.count; ++i) (*socket)->send(*to, *payload, 0);
  (*socket)->flush();
  return conversation.wait(*wait);
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
  verb->add_option("--wait", flags->wait,
                   "How long to wait for replies; default: 2s, and no longer than something is "
                   "under way");
  verb->add_flag("--fail-on-discard", flags->fail_on_discard,
                 "Exit with 1 when any packet is discarded, whatever was replied");
  verb->footer(
      "The exit status is 0 when a reply came, or when all was delivered to what never replies; 1 "
      "else.");
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
