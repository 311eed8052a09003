// expect: the next datagram at a client, over the network or captured.
#include <fmt/format.h>

#include "scenario/limits.h"
#include "scenario/payload.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

struct Arrived {
  std::string from;  // as the scenario would say it
  Bytes payload;
  std::optional<InnerAddresses> inner{};
};

class Expect final : public Step {
 public:
  std::string client;
  bool captured = false;
  std::string from;  // a listener or an address; empty: anybody
  std::string region;
  PayloadMatcher matcher;
  std::optional<Duration> within;
  std::size_t count = 1;
  // Of what came through a tunnel.
  std::optional<Endpoint> inner_from;
  std::optional<Endpoint> inner_to;
  bool raw = false;  // no IP packet

  bool acts() const override { return false; }

  Outcome run(Stage& stage) const override {
    const auto endpoint = stage.client(client);
    if (!endpoint) return mismatch(endpoint.error());
    const Instant limit = stage.sandbox().clock().now() + within.value_or(Duration{});
    for (std::size_t i = 0; i < count; ++i) {
      auto outcome = take_one(stage, *endpoint, limit);
      if (outcome) continue;
      outcome.error().about = *endpoint;
      if (count > 1) outcome.error().message += fmt::format(" ({} of {} came)", i, count);
      return outcome;
    }
    return {};
  }

 private:
  Outcome take_one(Stage& stage, const Endpoint& endpoint, Instant limit) const {
    auto arrived = take(stage, endpoint);
    while (!arrived && stage.advance_towards(limit)) arrived = take(stage, endpoint);
    const std::string where = (captured ? "captured for " : "at ") + client;
    if (!arrived) {
      return std::unexpected(Mismatch{"nothing came " + where, matcher.expected(), "nothing"});
    }
    const auto same = matcher.matches(arrived->payload, stage.folder());
    if (!same) return mismatch(same.error());
    if (!*same) {
      return std::unexpected(Mismatch{"another datagram came " + where, matcher.expected(),
                                      matcher.describe(arrived->payload)});
    }
    if (auto outcome = check_inner(*arrived); !outcome) return outcome;
    return check_sender(stage, *arrived);
  }

  std::optional<Arrived> take(Stage& stage, const Endpoint& endpoint) const {
    if (captured) {
      auto datagram = stage.take_captured(endpoint);
      if (!datagram) return std::nullopt;
      return Arrived{datagram->listener, std::move(datagram->payload)};
    }
    auto mail = stage.take_mail(endpoint);
    if (!mail) return std::nullopt;
    return Arrived{mail->from.to_string(), std::move(mail->payload), mail->inner};
  }

  Outcome check_inner(const Arrived& arrived) const {
    const auto& inner = arrived.inner;
    if (raw && !inner) return {};
    if (!raw && !inner_from && !inner_to) return {};
    const bool same = inner && !raw && (!inner_from || *inner_from == inner->from) &&
                      (!inner_to || *inner_to == inner->to);
    if (same) return {};
    return std::unexpected(
        Mismatch{"it came in another inner packet", expected_inner(), describe_inner(inner)});
  }

  std::string expected_inner() const {
    if (raw) return "raw: true";
    return fmt::format("inner_from: {}, inner_to: {}", inner_from ? inner_from->to_string() : "any",
                       inner_to ? inner_to->to_string() : "any");
  }
  static std::string describe_inner(const std::optional<InnerAddresses>& inner) {
    if (!inner) return "raw: true";
    return fmt::format("inner_from: {}, inner_to: {}", inner->from.to_string(),
                       inner->to.to_string());
  }

  Outcome check_sender(const Stage& stage, const Arrived& arrived) const {
    if (from.empty()) return {};
    std::string wanted = from;
    if (captured) {
      wanted = stage.listener_name(from);
    } else if (!Endpoint::parse(from)) {
      const auto endpoint = stage.listener(from, region);
      if (!endpoint) return mismatch(endpoint.error());
      wanted = endpoint->to_string();
    }
    if (wanted == arrived.from) return {};
    return std::unexpected(
        Mismatch{"it came from another address", "from: " + wanted, "from: " + arrived.from});
  }
};

}  // namespace

Result<StepPtr> parse_expect(const Node& value) {
  Fields fields(value, "expect");
  auto step = std::make_unique<Expect>();
  const auto place = fields.one_of({"at", "captured"});
  step->captured = place == "captured";
  if (!place.empty()) step->client = fields.required_text(place);
  step->from = fields.text("from");
  step->region = fields.text("region");
  step->matcher = parse_matcher(fields);
  step->within = fields.duration("within");
  step->count = fields.number("count", kMaxCount).value_or(1);
  step->inner_from = parse_endpoint(fields, "inner_from");
  step->inner_to = parse_endpoint(fields, "inner_to");
  step->raw = fields.flag("raw");
  if (step->raw && (step->inner_from || step->inner_to))
    fields.refuse("expect: raw has no inner addresses");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario
