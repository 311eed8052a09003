// expect log: the events of a log group, oldest first.
#include <fmt/format.h>

#include "scenario/limits.h"
#include "scenario/payload.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

// A text alone, or a payload notation.
PayloadMatcher parse_wanted(Fields& parent, const Node& node) {
  PayloadMatcher out;
  if (node.is_scalar()) {
    out.notation = PayloadMatcher::Notation::kText;
    out.payload.bytes = to_bytes(node.text);
    return out;
  }
  Fields fields(node, "an event of expect log");
  out = parse_matcher(fields);
  if (const auto status = fields.finish(); !status) parent.refuse(status.error());
  return out;
}

class ExpectLog final : public Step {
 public:
  std::string group;
  std::string stream;  // empty: any
  std::optional<std::vector<PayloadMatcher>> events;
  std::optional<std::size_t> count;

  bool acts() const override { return false; }

  Outcome run(Stage& stage) const override {
    const auto got = stage.sandbox().read_log(stage.output_or(group), stream);
    if (!got) return mismatch(got.error());
    const std::size_t wanted = events ? events->size() : count.value_or(0);
    if (got->size() != wanted) {
      return std::unexpected(Mismatch{"another number of events is in " + group,
                                      fmt::format("count: {}", wanted),
                                      fmt::format("count: {}{}", got->size(), shown(*got))});
    }
    for (std::size_t i = 0; events && i < wanted; ++i) {
      const auto same = (*events)[i].matches(as_bytes((*got)[i]), stage.folder());
      if (!same) return mismatch(same.error());
      if (*same) continue;
      return std::unexpected(Mismatch{fmt::format("event {} of {} differs", i + 1, group),
                                      (*events)[i].expected(),
                                      (*events)[i].describe(as_bytes((*got)[i])) + shown(*got)});
    }
    return {};
  }

 private:
  static std::string shown(const std::vector<std::string>& got) {
    std::string out;
    for (std::size_t i = 0; i < got.size() && i < kMaxShownEntries; ++i)
      out += "\n              " + describe_payload(as_bytes(got[i]));
    return out;
  }
};

}  // namespace

Result<StepPtr> parse_expect_log(const Node& value) {
  Fields fields(value, "expect log");
  auto step = std::make_unique<ExpectLog>();
  step->group = fields.required_text("group");
  step->stream = fields.text("stream");
  const auto kind = fields.one_of({"events", "count"});
  if (kind == "count") step->count = fields.number("count", kMaxCount);
  if (kind == "events") {
    const Node& list = *fields.find("events");
    if (!list.is_list()) fields.refuse("expect log: events is not a list", list.place());
    step->events.emplace();
    for (const Node& node : list.items) step->events->push_back(parse_wanted(fields, node));
  }
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

}  // namespace loopgate::scenario
