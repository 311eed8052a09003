// expect bill: how many packets the service would have billed since the start.
#include <fmt/format.h>

#include <array>

#include "base/json.h"
#include "scenario/fields.h"
#include "scenario/limits.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

constexpr std::array<const char*, 3> kKinds = {"delivered", "replied", "sourced"};

class ExpectBill final : public Step {
 public:
  std::string listener;
  std::map<std::string, std::uint64_t> wanted;  // "billed", or a kind of packets

  bool acts() const override { return false; }

  Outcome run(Stage& stage) const override {
    const auto bill = stage.sandbox().bill(listener.empty() ? "" : stage.listener_name(listener));
    // One that has seen nothing yet is on no bill; a name that nobody has is a mistake.
    if (!bill) return mismatch(bill.error());
    nlohmann::ordered_json expected, got;
    for (const auto& [name, count] : wanted) {
      expected[name] = count;
      got[name] = name == "billed" ? bill->at(name) : bill->at(name).at("billed");
    }
    if (expected == got) return {};
    return std::unexpected(
        Mismatch{"the bill is another one", write_json(expected), write_json(got)});
  }
};

}  // namespace

Result<StepPtr> parse_expect_bill(const Node& value) {
  Fields fields(value, "expect bill");
  auto step = std::make_unique<ExpectBill>();
  step->listener = fields.text("listener");
  if (const auto billed = fields.number("billed", kMaxCount)) step->wanted["billed"] = *billed;
  for (const auto* kind : kKinds) {
    if (const auto billed = fields.number(kind, kMaxCount)) step->wanted[kind] = *billed;
  }
  if (step->wanted.empty() && !fields.failed())
    fields.refuse("expect bill: billed, delivered, replied or sourced must be there");
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario
