// send: a client's datagrams over the network. inject: datagrams that no socket received.
#include <fmt/format.h>

#include "scenario/limits.h"
#include "scenario/payload.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

struct Datagrams {
  std::string from;
  std::string to;
  std::string region;
  Payload payload;
  std::size_t count = 1;
  // Of a client with a tunnel.
  std::optional<Endpoint> inner_to;    // none: not as an IP packet
  std::optional<Endpoint> inner_from;  // none: the client's own inner address
  bool bare = false;                   // past the tunnel
};

Result<Datagrams> parse_datagrams(const Node& value, const char* what) {
  Fields fields(value, what);
  Datagrams out;
  out.from = fields.required_text("from");
  out.to = fields.required_text("to");
  out.region = fields.text("region");
  out.payload = parse_payload(fields);
  out.count = fields.number("count", kMaxCount).value_or(1);
  if (std::string_view(what) == "send") {
    out.inner_to = parse_endpoint(fields, "inner_to");
    out.inner_from = parse_endpoint(fields, "inner_from");
    out.bare = fields.flag("bare");
  }
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return out;
}

class Send final : public Step {
 public:
  explicit Send(Datagrams datagrams) : datagrams_(std::move(datagrams)) {}

  Outcome run(Stage& stage) const override {
    const auto from = stage.client(datagrams_.from);
    if (!from) return mismatch(from.error());
    const auto to = target(stage);
    if (!to) return mismatch(to.error());
    const auto payload = datagrams_.payload.load(stage.folder());
    if (!payload) return mismatch(payload.error());
    if (payload->size() > kMaxDatagramBytes) {
      return mismatch(fmt::format("{} bytes do not fit a datagram", payload->size()));
    }
    WireguardClient* const tunnel = stage.tunnel(*from);
    if (tunnel != nullptr && !datagrams_.bare) return send_through(stage, *tunnel, *payload);
    if (datagrams_.inner_to || datagrams_.inner_from)
      return mismatch(datagrams_.from + " has no tunnel");
    const std::vector<ByteSpan> payloads(datagrams_.count, *payload);
    stage.network().add_client(*from);
    if (!stage.network().send(*from, *to, payloads)) {
      return mismatch("nobody listens at " + to->to_string());
    }
    stage.settle();
    return {};
  }

 private:
  Outcome send_through(Stage& stage, WireguardClient& tunnel, ByteSpan payload) const {
    if (stage.listener_name(datagrams_.to) != stage.listener_name(tunnel.listener())) {
      return mismatch(fmt::format("{}'s tunnel leads to {} (bare: true goes past it)",
                                  datagrams_.from, tunnel.listener()));
    }
    std::optional<InnerAddresses> inner;
    if (datagrams_.inner_to) {
      const auto source = datagrams_.inner_from ? datagrams_.inner_from : tunnel.inner_address();
      if (!source) return mismatch(datagrams_.from + " has no inner_address");
      inner = InnerAddresses{*source, *datagrams_.inner_to};
    }
    for (std::size_t i = 0; i < datagrams_.count; ++i) {
      if (const auto status = tunnel.send(payload, inner); !status) return mismatch(status.error());
    }
    stage.settle();
    return {};
  }

  // An address is taken as it is: a listener that is gone has no other name.
  Result<Endpoint> target(const Stage& stage) const {
    if (const auto address = Endpoint::parse(datagrams_.to)) return *address;
    return stage.listener(datagrams_.to, datagrams_.region);
  }

  Datagrams datagrams_;
};

class Inject final : public Step {
 public:
  explicit Inject(Datagrams datagrams) : datagrams_(std::move(datagrams)) {}

  Outcome run(Stage& stage) const override {
    const auto from = stage.client(datagrams_.from);
    if (!from) return mismatch(from.error());
    const auto payload = datagrams_.payload.load(stage.folder());
    if (!payload) return mismatch(payload.error());
    for (std::size_t i = 0; i < datagrams_.count; ++i) {
      const auto status = stage.sandbox().inject(datagrams_.to, datagrams_.region, *from, *payload);
      if (!status) return mismatch(status.error());
    }
    stage.settle();
    return {};
  }

 private:
  Datagrams datagrams_;
};

}  // namespace

Result<StepPtr> parse_send(const Node& value) {
  auto datagrams = parse_datagrams(value, "send");
  if (!datagrams) return std::unexpected(datagrams.error());
  return std::make_unique<Send>(std::move(*datagrams));
}

Result<StepPtr> parse_inject(const Node& value) {
  auto datagrams = parse_datagrams(value, "inject");
  if (!datagrams) return std::unexpected(datagrams.error());
  return std::make_unique<Inject>(std::move(*datagrams));
}

}  // namespace loopgate::scenario
