// advance: time passes, and everything that is due happens in order.
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

class Advance final : public Step {
 public:
  explicit Advance(Duration time) : time_(time) {}

  Outcome run(Stage& stage) const override {
    stage.advance(time_);
    return {};
  }

 private:
  Duration time_;
};

}  // namespace

Result<StepPtr> parse_advance(const cfn::Node& value) {
  if (!value.is_scalar()) return fail("advance is a duration, as in 'advance: 3m'", value.place());
  const auto time = parse_duration(value.text);
  if (!time) return fail("advance: " + time.error().message, value.place());
  return std::make_unique<Advance>(*time);
}

}  // namespace loopgate::scenario
