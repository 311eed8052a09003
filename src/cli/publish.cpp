#include <fmt/format.h>

#include "base/ip_address.h"
#include "base/json.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/payload_flags.h"
#include "codec/formatter.h"

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

int publish(const PublishFlags& flags) {
  const auto message = envelope(flags);
  if (!message) return report(message.error());
  Client client(flags.endpoint);
  nlohmann::json attributes = nlohmann::json::object();
  if (!flags.no_egress_region) {
    auto region = flags.egress_region;
    if (region.empty()) {
      const auto info = client.get("/_loopgate/info");
      if (!info) return report(info.error());
      region = (*info)["regions"].front().get<std::string>();
    }
    attributes["EgressRegion"] = region;
  }
  const auto answer = client.post(
      "/_loopgate/publish",
      {{"topic", flags.topic}, {"message", write_json(*message)}, {"attributes", attributes}});
  if (!answer) return report(answer.error());
  fmt::print("published {}\n", (*answer)["message_id"].get<std::string>());
  return 0;
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
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = publish(*flags); });
}

}  // namespace loopgate::cli
