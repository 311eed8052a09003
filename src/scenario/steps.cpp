// The table of step kinds.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "scenario/limits.h"
#include "scenario/stage.h"
#include "scenario/step.h"
#include "template/suggestion.h"

namespace loopgate::scenario {

namespace {

struct StepKind {
  std::string_view name;
  Result<StepPtr> (*parse)(const cfn::Node& value);
};

constexpr std::array<StepKind, 20> kKinds = {{
    {"send", parse_send},
    {"inject", parse_inject},
    {"expect", parse_expect},
    {"never", parse_never},
    {"publish", parse_publish},
    {"call", parse_call},
    {"replay", parse_replay},
    {"advance", parse_advance},
    {"expect journal", parse_expect_journal},
    {"expect queue", parse_expect_queue},
    {"expect log", parse_expect_log},
    {"expect http", parse_expect_http},
    {"expect bill", parse_expect_bill},
    {"answer", parse_answer},
    {"deploy", parse_deploy},
    {"delete stack", parse_delete_stack},
    {"handshake", parse_handshake},
    {"roam", parse_roam},
    {"repeat", parse_repeat},
    {"include", parse_include},
}};

std::vector<std::string> kind_names() {
  std::vector<std::string> out;
  for (const auto& kind : kKinds) out.emplace_back(kind.name);
  return out;
}

}  // namespace

Result<StepPtr> parse_step(const cfn::Node& node) {
  if (!node.is_map() || node.members.size() != 1) {
    return fail("a step is a map with one member, its kind (send: …)", node.place());
  }
  const auto& member = node.members.front();
  const auto* const kind = std::ranges::find(kKinds, member.name, &StepKind::name);
  if (kind == kKinds.end()) {
    return fail(fmt::format("no step is called '{}'{}", member.name,
                            cfn::did_you_mean(member.name, kind_names())),
                member.origin.place());
  }
  auto step = kind->parse(member.value);
  if (!step) return step;
  (*step)->where = member.origin.place();
  (*step)->kind = kind->name;
  return step;
}

Result<std::vector<StepPtr>> parse_step_list(const cfn::Node& list) {
  if (!list.is_list()) return fail("'steps' is not a list", list.place());
  if (list.items.size() > kMaxSteps) return fail("too many steps", list.place());
  std::vector<StepPtr> out;
  for (const auto& node : list.items) {
    auto step = parse_step(node);
    if (!step) return std::unexpected(step.error());
    out.push_back(std::move(*step));
  }
  return out;
}

Outcome run_in_order(const std::vector<StepPtr>& steps, Stage& stage) {
  for (const auto& step : steps) {
    if (!stage.count_step()) {
      return std::unexpected(Mismatch{.message = fmt::format("more than {} steps", kMaxStepsRun),
                                      .where = step->where,
                                      .kind = step->kind});
    }
    if (step->acts()) stage.before_action();
    auto outcome = step->run(stage);
    if (outcome) continue;
    if (!outcome.error().where.known()) {
      outcome.error().where = step->where;
      outcome.error().kind = step->kind;
    }
    return outcome;
  }
  return {};
}

}  // namespace loopgate::scenario
