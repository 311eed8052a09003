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
};

Result<Datagrams> parse_datagrams(const Node& value, const char* what) {
  Fields fields(value, what);
  Datagrams out;
  out.from = fields.required_text("from");
  out.to = fields.required_text("to");
  out.region = fields.text("region");
  out.payload = parse_payload(fields);
  out.count = fields.number("count", kMaxCount).value_or(1);
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
    const std::vector<ByteSpan> payloads(datagrams_.count, *payload);
    stage.network().add_client(*from);
    if (!stage.network().send(*from, *to, payloads)) {
      return mismatch("nobody listens at " + to->to_string());
    }
    stage.settle();
    return {};
  }

 private:
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
