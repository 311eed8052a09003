// What only clients that speak WireGuard do: handshake, roam, repeat.
#include <fmt/format.h>

#include "scenario/limits.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

// The WireGuard client of that name, or why there is none.
Result<WireguardClient*> find_tunnel(Stage& stage, const std::string& name) {
  const auto endpoint = stage.client(name);
  if (!endpoint) return std::unexpected(endpoint.error());
  WireguardClient* const tunnel = stage.tunnel(*endpoint);
  if (tunnel == nullptr) return fail(name + " speaks no WireGuard");
  return tunnel;
}

class Handshake final : public Step {
 public:
  std::string client;
  std::size_t count = 1;

  Outcome run(Stage& stage) const override {
    const auto tunnel = find_tunnel(stage, client);
    if (!tunnel) return mismatch(tunnel.error());
    if (const auto status = (*tunnel)->handshake(count); !status) return mismatch(status.error());
    stage.settle();
    return {};
  }
};

class Roam final : public Step {
 public:
  std::string client;
  std::optional<Endpoint> to;

  Outcome run(Stage& stage) const override {
    const auto tunnel = find_tunnel(stage, client);
    if (!tunnel) return mismatch(tunnel.error());
    (*tunnel)->roam(*to);
    return {};
  }
};

class Repeat final : public Step {
 public:
  std::string client;
  wireguard::MessageType type{};
  std::string from;
  bool altered = false;

  Outcome run(Stage& stage) const override {
    const auto tunnel = find_tunnel(stage, client);
    if (!tunnel) return mismatch(tunnel.error());
    const auto source = from.empty() ? Result<Endpoint>((*tunnel)->at()) : stage.client(from);
    if (!source) return mismatch(source.error());
    const auto status = (*tunnel)->replay(type, *source, altered);
    if (!status) return mismatch(status.error());
    stage.settle();
    return {};
  }
};

}  // namespace

Result<StepPtr> parse_handshake(const Node& value) {
  auto step = std::make_unique<Handshake>();
  if (value.is_scalar()) {
    step->client = value.text;
    return step;
  }
  Fields fields(value, "handshake");
  step->client = fields.required_text("from");
  step->count = fields.number("count", kMaxHandshakes).value_or(1);
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

Result<StepPtr> parse_roam(const Node& value) {
  Fields fields(value, "roam");
  auto step = std::make_unique<Roam>();
  step->client = fields.required_text("client");
  fields.required_text("to");
  step->to = parse_endpoint(fields, "to");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

Result<StepPtr> parse_repeated_message(const Node& value) {
  Fields fields(value, "repeat");
  auto step = std::make_unique<Repeat>();
  step->client = fields.required_text("client");
  const std::string what = fields.required_text("what");
  if (what != "handshake" && what != "data")
    fields.refuse("repeat: what is either handshake or data");
  step->type = what == "data" ? wireguard::MessageType::kData : wireguard::MessageType::kInitiation;
  step->from = fields.text("from");
  step->altered = fields.flag("altered");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario
