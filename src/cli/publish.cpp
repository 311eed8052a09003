#include <fmt/format.h>

#include <functional>
#include <optional>

#include "base/clock.h"
#include "base/ip_address.h"
#include "base/json.h"
#include "base/system_time.h"
#include "base/task_queue.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/journal_tail.h"
#include "cli/packet_text.h"
#include "cli/payload_flags.h"
#include "codec/formatter.h"
#include "io/loop.h"

namespace loopgate::cli {

namespace {

struct PublishFlags {
  std::string topic;
  std::string to;
  std::string formatter = "base64";
  std::string egress_region;
  bool no_egress_region = false;
  std::string peer_key;
  std::string inner_source;
  std::string inner_destination;
  PayloadFlags payload;
  std::string wait = "2s";
  bool fail_on_discard = false;
  std::string endpoint;
};

Result<nlohmann::json> inner(const PublishFlags& flags) {
  const auto source = Endpoint::parse(flags.inner_source);
  const auto destination = Endpoint::parse(flags.inner_destination);
  if (!source || !destination) {
    return fail("--inner-source and --inner-destination are ADDRESS:PORT, both or none");
  }
  return nlohmann::json{{"SourceAddress", source->address.to_string()},
                        {"SourcePort", source->port},
                        {"DestinationAddress", destination->address.to_string()},
                        {"DestinationPort", destination->port}};
}

// The envelope of a packet source with one entry.
Result<nlohmann::json> envelope(const PublishFlags& flags) {
  const auto to = Endpoint::parse(flags.to);
  if (!to) return fail(fmt::format("--to '{}' is not ADDRESS:PORT", flags.to));
  const auto formatter = codec::parse_formatter(flags.formatter);
  if (!formatter) {
    return fail(
        fmt::format("--formatter '{}' is none of base64, hex, utf8, ascii, coap", flags.formatter));
  }
  const auto payload = flags.payload.payload();
  if (!payload) return std::unexpected(payload.error());
  const auto data = codec::format(*formatter, *payload);
  if (!data) return fail("the payload is not CoAP: use another --formatter");
  nlohmann::json entry = {{"Remote", {{"Address", to->address.to_string()}, {"Port", to->port}}},
                          {"Formatter", flags.formatter},
                          {"Data", *data}};
  if (!flags.peer_key.empty()) entry["Remote"]["PeerKey"] = flags.peer_key;
  if (!flags.inner_source.empty() || !flags.inner_destination.empty()) {
    auto value = inner(flags);
    if (!value) return std::unexpected(value.error());
    entry["Inner"] = std::move(*value);
  }
  return nlohmann::json{{"Messages", nlohmann::json::array({std::move(entry)})}};
}

Result<nlohmann::json> attributes_of(const PublishFlags& flags, Client& client) {
  nlohmann::json out = nlohmann::json::object();
  if (flags.no_egress_region) return out;
  out["EgressRegion"] = flags.egress_region;
  if (!flags.egress_region.empty()) return out;
  const auto info = client.get("/_loopgate/info");
  if (!info) return std::unexpected(info.error());
  out["EgressRegion"] = (*info)["regions"].front();
  return out;
}

// What became of the message: the first that is said of its topic after it was published. A message
// has one entry here, which is sent, kept or discarded.
class Afterwards {
 public:
  Afterwards(std::string topic, std::string message_id)
      : topic_(topic.substr(topic.rfind(':') + 1)), message_id_(std::move(message_id)) {}

  void add(const Told& event) {
    if (end_) return;
    if (event.kind == EventKind::kPublished && event.text == message_id_) published_ = true;
    const bool is_its = event.subject.ends_with(":" + topic_) || (tag_ != 0 && event.tag == tag_);
    if (!published_ || !is_its) return;
    if (event.kind == EventKind::kSourced) tag_ = event.tag;
    const bool is_end = event.kind == EventKind::kSent || event.kind == EventKind::kCaptured ||
                        event.kind == EventKind::kDiscarded;
    if (is_end) end_ = event;
  }
  const std::optional<Told>& end() const { return end_; }

 private:
  std::string topic_;
  std::string message_id_;
  bool published_ = false;
  std::uint64_t tag_ = 0;
  std::optional<Told> end_;
};

// Looks into the journal until it says what became of the message.
std::optional<Told> wait_for_end(JournalTail& tail, const std::string& topic,
                                 const std::string& message_id, Duration limit) {
  constexpr Duration kPause = std::chrono::milliseconds(20);
  Clock clock(system_wall(), system_instant());
  TaskQueue tasks;
  io::Loop loop(clock, tasks, io::Loop::Mode::kLive);
  std::optional<Told> end;
  ScopedTimer timer(clock);
  std::function<void()> look = [&] {
    Afterwards message(topic, message_id);
    if (!tail.read([&](const Told& event) { message.add(event); })) return loop.stop();
    end = message.end();
    end ? loop.stop() : timer.set_after(kPause, look);
  };
  timer.set_after({}, look);
  clock.call_after(limit, [&] { loop.stop(); });
  loop.run();
  return end;
}

int tell(const PublishFlags& flags, const std::optional<Told>& end, const Labels& labels) {
  if (!end) {
    fmt::print("no Packet Source has taken it within {}; 'loopgate trace' has what happened\n",
               flags.wait);
    return flags.fail_on_discard ? 1 : 0;
  }
  if (end->kind == EventKind::kSent) {
    fmt::print("{} → {} {}\n", labels.listener(end->listener), end->remote,
               payload_text(end->head, end->size));
    return 0;
  }
  fmt::print("{}", discard_text(*end, labels, style_of(stdout)));
  return flags.fail_on_discard ? 1 : 0;
}

int publish(const PublishFlags& flags) {
  const auto message = envelope(flags);
  if (!message) return report(message.error());
  const auto wait = parse_duration(flags.wait);
  if (!wait) return report({"--wait: " + wait.error().message, {}});
  Client client(flags.endpoint);
  const auto attributes = attributes_of(flags, client);
  if (!attributes) return report(attributes.error());
  JournalTail tail(client, {});
  if (const auto started = tail.start(); !started) return report(started.error());
  const auto answer = client.post(
      "/_loopgate/publish",
      {{"topic", flags.topic}, {"message", write_json(*message)}, {"attributes", *attributes}});
  if (!answer) return report(answer.error());
  const auto id = (*answer)["message_id"].get<std::string>();
  fmt::print("published {}\n", id);
  std::fflush(stdout);
  if (*wait == Duration{}) return 0;
  return tell(flags, wait_for_end(tail, flags.topic, id, *wait), tail.labels());
}

}  // namespace

void add_publish(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand("publish", "Publish one packet to a Packet Source's topic");
  auto flags = std::make_shared<PublishFlags>();
  verb->add_option("topic", flags->topic, "The topic's ARN or name")
      ->required()
      ->type_name("TOPIC");
  verb->add_option("--to", flags->to, "The client's ADDRESS:PORT")->required();
  flags->payload.add_to(*verb);
  verb->add_option("--formatter", flags->formatter, "How Data is written")->capture_default_str();
  verb->add_option("--egress-region", flags->egress_region, "Default: the sandbox's first region");
  verb->add_flag("--no-egress-region", flags->no_egress_region,
                 "Leave the attribute out, to see what becomes of such a publish");
  verb->add_option("--peer-key", flags->peer_key, "WireGuard: the client's public key");
  verb->add_option("--inner-source", flags->inner_source,
                   "WireGuard: the server's inner ADDRESS:PORT");
  verb->add_option("--inner-destination", flags->inner_destination,
                   "WireGuard: the client's inner ADDRESS:PORT");
  verb->add_option("--wait", flags->wait, "How long to wait for what becomes of it; 0 does not")
      ->capture_default_str();
  verb->add_flag("--fail-on-discard", flags->fail_on_discard, "Exit with 1 when it is discarded");
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = publish(*flags); });
}

}  // namespace loopgate::cli
