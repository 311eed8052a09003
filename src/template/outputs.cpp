#include "template/outputs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace loopgate::cfn {

namespace {

Result<OutputRecord> evaluate_output(const PlannedOutput& planned, const Scope& scope,
                                     const DynamicReferences& references) {
  Evaluator evaluator(scope);
  auto value = evaluator.evaluate(planned.value);
  if (!value) return std::unexpected(value.error());
  if (auto ok = resolve_dynamic_references(*value, references); !ok)
    return std::unexpected(ok.error());
  if (!value->is_scalar()) {
    return fail(fmt::format("output '{}' must be a string, not {}: use Fn::Join", planned.key,
                            describe(value->kind)),
                planned.origin.place());
  }
  OutputRecord output{planned.key, value->text, planned.description.text, {}};
  if (planned.export_name.is_absent()) return output;
  auto exported = evaluator.evaluate_scalar(planned.export_name, "the name of an Export");
  if (!exported) return std::unexpected(exported.error());
  output.export_name = exported->text;
  return output;
}

class ExportCheck {
 public:
  ExportCheck(const Plan& plan, const std::vector<OutputRecord>& outputs, const StackContext& stack,
              const Deployer& deployer)
      : plan_(plan), outputs_(outputs), stack_(stack), deployer_(deployer) {}

  Status check() const {
    for (const StackExport& taken : deployer_.exports(stack_.account, stack_.region)) {
      const auto ok = taken.stack_id == stack_.id ? check_own(taken) : check_foreign(taken);
      if (!ok) return ok;
    }
    return check_twins();
  }

 private:
  // The output with the export; null: none, as far as is known.
  const OutputRecord* find(const std::string& export_name) const {
    const auto found = std::ranges::find(outputs_, export_name, &OutputRecord::export_name);
    return found == outputs_.end() ? nullptr : &*found;
  }

  SourcePlace place_of(const OutputRecord& output) const {
    return plan_.outputs[static_cast<std::size_t>(&output - outputs_.data())].export_name.place();
  }

  Status check_foreign(const StackExport& taken) const {
    const OutputRecord* const ours = find(taken.name);
    if (!ours) return {};
    return fail(
        fmt::format("the export '{}' exists already: {} has it", taken.name, taken.stack_id),
        place_of(*ours));
  }

  Status check_own(const StackExport& taken) const {
    const OutputRecord* const ours = find(taken.name);
    if (ours && (ours->value == taken.value || is_unresolved(ours->value))) return {};
    const bool may_come = std::ranges::any_of(
        outputs_, [](const OutputRecord& each) { return is_unresolved(each.export_name); });
    if (!ours && may_come) return {};
    const auto users = deployer_.importers(stack_.account, stack_.region, taken.name);
    if (users.empty()) return {};
    return fail(fmt::format("the export '{}' cannot be changed or removed: it is in use by {}",
                            taken.name, fmt::join(users, ", ")),
                ours ? place_of(*ours) : SourcePlace{plan_.resources[0].origin.place().file, 0});
  }

  Status check_twins() const {
    for (const OutputRecord& output : outputs_) {
      if (output.export_name.empty() || is_unresolved(output.export_name)) continue;
      const OutputRecord* const first = find(output.export_name);
      if (first == &output) continue;
      return fail(fmt::format("the outputs '{}' and '{}' have the same export '{}'", first->key,
                              output.key, output.export_name),
                  place_of(output));
    }
    return {};
  }

  const Plan& plan_;
  const std::vector<OutputRecord>& outputs_;
  const StackContext& stack_;
  const Deployer& deployer_;
};

}  // namespace

Result<std::vector<OutputRecord>> evaluate_outputs(const Plan& plan, const Scope& scope,
                                                   const DynamicReferences& references) {
  std::vector<OutputRecord> out;
  for (const PlannedOutput& planned : plan.outputs) {
    auto output = evaluate_output(planned, scope, references);
    if (!output) return std::unexpected(output.error());
    out.push_back(std::move(*output));
  }
  return out;
}

Status check_exports(const Plan& plan, const std::vector<OutputRecord>& outputs,
                     const StackContext& stack, const Deployer& deployer) {
  return ExportCheck(plan, outputs, stack, deployer).check();
}

}  // namespace loopgate::cfn
