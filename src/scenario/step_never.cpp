// never: time passes, and something does not happen meanwhile.
#include <fmt/format.h>

#include "scenario/journal_filter.h"
#include "scenario/payload.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

class NeverAtClient final : public Step {
 public:
  NeverAtClient(std::string client, Duration time) : client_(std::move(client)), time_(time) {}

  // It acts: time passes.
  Outcome run(Stage& stage) const override {
    const auto endpoint = stage.client(client_);
    if (!endpoint) return mismatch(endpoint.error());
    stage.advance(time_);
    const auto mail = stage.peek_mail(*endpoint);
    if (!mail) return {};
    return std::unexpected(
        Mismatch{"something came at " + client_, "nothing for " + to_string(time_),
                 describe_payload(mail->payload) + " from " + mail->from.to_string(), *endpoint});
  }

 private:
  std::string client_;
  Duration time_;
};

class NeverInJournal final : public Step {
 public:
  NeverInJournal(JournalFilter filter, Duration time) : filter_(std::move(filter)), time_(time) {}

  bool acts() const override { return false; }

  Outcome run(Stage& stage) const override {
    stage.advance(time_);
    stage.looked_at_journal();
    const auto filter = filter_.resolved(stage);
    const auto count = count_matches(stage.sandbox().journal(), filter, stage.stretch());
    if (count == 0) return {};
    return std::unexpected(Mismatch{"it is in the journal", "no " + filter.describe(),
                                    fmt::format("{} of them", count)});
  }

 private:
  JournalFilter filter_;
  Duration time_;
};

}  // namespace

Result<StepPtr> parse_never(const Node& value) {
  Fields fields(value, "never");
  const auto what = fields.one_of({"at", "journal"});
  const Duration time = fields.duration("for").value_or(Duration{});
  StepPtr step;
  if (what == "at") {
    step = std::make_unique<NeverAtClient>(fields.required_text("at"), time);
  } else if (what == "journal") {
    Fields journal(*fields.find("journal"), "never: journal");
    step = std::make_unique<NeverInJournal>(JournalFilter::parse(journal), time);
    if (const auto status = journal.finish(); !status) fields.refuse(status.error());
  }
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario
