// expect journal: events that must (or must not) be there.
#include <fmt/format.h>

#include "scenario/journal_filter.h"
#include "scenario/limits.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

class ExpectJournal final : public Step {
 public:
  JournalFilter filter;
  std::optional<std::size_t> times;
  bool from_start = false;

  bool acts() const override { return false; }

  Outcome run(Stage& stage) const override {
    stage.looked_at_journal();
    const auto wanted = filter.resolved(stage);
    const auto count =
        count_matches(stage.sandbox().journal(), wanted, from_start ? 0 : stage.stretch());
    if (times ? count == *times : count > 0) return {};
    const std::string expected =
        times ? fmt::format("{} × {}", *times, wanted.describe()) : wanted.describe();
    return std::unexpected(Mismatch{"the journal tells another story", expected,
                                    count == 0 ? "none" : fmt::format("{} of them", count)});
  }
};

}  // namespace

Result<StepPtr> parse_expect_journal(const Node& value) {
  Fields fields(value, "expect journal");
  auto step = std::make_unique<ExpectJournal>();
  step->filter = JournalFilter::parse(fields);
  step->times = fields.number("times", kMaxCount);
  const std::string since = fields.text("since");
  if (!since.empty() && since != "start")
    fields.refuse("expect journal: since is 'start' or left out");
  step->from_start = since == "start";
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario
