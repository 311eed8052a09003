// Steps within steps: told several times, or read from another file.
#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "scenario/fields.h"
#include "scenario/limits.h"
#include "scenario/stage.h"

namespace loopgate::scenario {

namespace {

class Repeated final : public Step {
 public:
  std::size_t times = 0;
  std::vector<StepPtr> steps;

  Outcome run(Stage& stage) const override {
    for (std::size_t round = 1; round <= times; ++round) {
      auto outcome = run_in_order(steps, stage);
      if (outcome) continue;
      outcome.error().message += fmt::format(" (round {} of {})", round, times);
      return outcome;
    }
    return {};
  }
  // Its steps do, each for itself.
  bool acts() const override { return false; }
};

class Included final : public Step {
 public:
  std::string file;

  Outcome run(Stage& stage) const override {
    const auto folder = std::filesystem::path(where.file).parent_path();
    const auto path = (folder / file).lexically_normal().string();
    const auto steps = read(path);
    if (!steps) return mismatch(steps.error());
    if (!stage.enter_include()) return mismatch("files that include each other have no end");
    auto outcome = run_in_order(*steps, stage);
    stage.leave_include();
    return outcome;
  }
  bool acts() const override { return false; }

 private:
  static Result<std::vector<StepPtr>> read(const std::string& path) {
    const auto text = read_file(path, kMaxScenarioBytes);
    if (!text) return std::unexpected(text.error());
    const auto root = cfn::parse_document(*text, path);
    if (!root) return std::unexpected(root.error());
    // A list of steps, or a whole scenario, of which the steps are told.
    const Node* const list = root->is_map() ? root->find("steps") : &*root;
    if (list == nullptr) return fail("it has no 'steps'", {path, 0});
    return parse_step_list(*list);
  }
};

}  // namespace

Result<StepPtr> parse_repeat(const Node& value) {
  if (!value.is_map() || value.find("steps") == nullptr) return parse_repeated_message(value);
  Fields fields(value, "repeat");
  auto step = std::make_unique<Repeated>();
  step->times = fields.number("times", kMaxSteps).value_or(0);
  if (step->times == 0) fields.refuse("repeat: 'times' says how often, 1 at least");
  auto steps = parse_step_list(*fields.find("steps"));
  if (!steps) {
    fields.refuse(steps.error());
  } else {
    step->steps = std::move(*steps);
  }
  if (const auto status = fields.finish(); !status) return std::unexpected(status.error());
  return step;
}

Result<StepPtr> parse_include(const Node& value) {
  if (!value.is_string()) return fail("include: the name of a file", value.place());
  auto step = std::make_unique<Included>();
  step->file = value.text;
  return step;
}

}  // namespace loopgate::scenario
