// advance: time passes, and everything that is due happens in order.
#include "scenario/fields.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

class Advance final : public Step {
 public:
  Duration time{};
  bool since_start = false;

  Outcome run(Stage& stage) const override {
    const auto step = since_start ? stage.started() + time - stage.sandbox().clock().now() : time;
    if (step > Duration(0)) stage.advance(step);
    return {};
  }
};

}  // namespace

Result<StepPtr> parse_advance(const cfn::Node& value) {
  auto step = std::make_unique<Advance>();
  if (value.is_map()) {
    Fields fields(value, "advance");
    step->since_start = true;
    step->time = fields.duration("until").value_or(Duration(0));
    if (!fields.has("until")) fields.refuse("advance has neither a duration nor 'until'");
    if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
    return step;
  }
  if (!value.is_scalar()) return fail("advance is a duration, as in 'advance: 3m'", value.place());
  const auto time = parse_duration(value.text);
  if (!time) return fail("advance: " + time.error().message, value.place());
  step->time = *time;
  return step;
}

}  // namespace loopgate::scenario
