#include "sandbox/try_machine.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/time.h"
#include "emulators/states/integrations.h"
#include "emulators/states/language/execution.h"
#include "template/document.h"

namespace loopgate {

namespace {

using namespace states;

constexpr WallTime kStart{std::chrono::seconds(1'767'225'600)};  // 2026-01-01
constexpr int kMaxTurns = 1'000'000;

class TrialHost final : public Host {
 public:
  TrialHost(const MachineTrial& given, TriedMachine& out) : given_(given), out_(out) {}

  bool wants_events() const override { return true; }
  void on_event(Event event) override;
  void start_task(TaskRequest request) override { tasks_.push_back(std::move(request)); }
  void cancel_task(std::uint64_t id) override {
    std::erase_if(tasks_, [id](const TaskRequest& task) { return task.id == id; });
  }
  std::optional<std::string> refuse_task(const Resource& resource,
                                         const Datum& parameters) override {
    return refuse_parameters(resource, parameters);
  }
  void start_map_run(MapRunRequest request) override { runs_.push_back(std::move(request)); }
  void cancel_map_run(std::uint64_t id) override {
    std::erase_if(runs_, [id](const MapRunRequest& run) { return run.id == id; });
  }
  std::string make_token() override { return "the-task-token"; }
  std::string map_run_arn(const State& state) override {
    return "arn:aws:states:us-west-2:123456789012:mapRun:tried/" + state.name + ":1";
  }
  void on_end() override {}

  // False when nothing is left to be done.
  bool work(Execution& execution, WallTime now);

 private:
  std::expected<Datum, Fault> answer(const std::string& state) const;

  const MachineTrial& given_;
  TriedMachine& out_;
  std::vector<TaskRequest> tasks_;
  std::vector<MapRunRequest> runs_;
};

void TrialHost::on_event(Event event) {
  const auto text = [&](const char* name) { return event.details.value(name, ""); };
  if (event.type.ends_with("StateEntered")) {
    out_.steps.push_back({.state = text("name"),
                          .type = std::string(event.type.substr(0, event.type.size() - 12)),
                          .input = text("input"),
                          .output = {},
                          .at = {}});
  } else if (event.type.ends_with("StateExited")) {
    const auto name = text("name");
    const auto step = std::find_if(out_.steps.rbegin(), out_.steps.rend(), [&](const auto& each) {
      return each.state == name && each.output.empty();
    });
    if (step == out_.steps.rend()) return;
    step->output = text("output");
    step->at = to_string(event.at - kStart);
  }
}

std::expected<Datum, Fault> TrialHost::answer(const std::string& state) const {
  const auto found = given_.answers.find(state);
  if (found == given_.answers.end()) {
    return std::unexpected(
        Fault{.error = "Loopgate.NoAnswer",
              .cause = fmt::format("nothing says what '{}' answers: add --answer '{}=JSON', or "
                                   "--answer '{}=error:NAME'",
                                   state, state, state)});
  }
  if (found->second.starts_with("error:")) {
    return std::unexpected(Fault{.error = found->second.substr(6), .cause = "as asked for"});
  }
  return Datum::of_text(found->second);
}

bool TrialHost::work(Execution& execution, WallTime now) {
  if (execution.wants_turn()) {
    execution.turn(now);
    return true;
  }
  if (!tasks_.empty()) {
    const TaskRequest task = std::move(tasks_.front());
    tasks_.erase(tasks_.begin());
    auto outcome = answer(task.state->name);
    if (outcome) {
      execution.task_succeeded(task.id, std::move(*outcome), now);
    } else {
      execution.task_failed(task.id, std::move(outcome.error()), now);
    }
    return true;
  }
  if (runs_.empty()) return false;
  const MapRunRequest run = std::move(runs_.front());
  runs_.erase(runs_.begin());
  execution.map_run_ended(run.id, answer(run.state->name), now);
  return true;
}

Result<std::string> as_json(const MachineTrial& trial) {
  if (check_json(trial.definition)) return trial.definition;
  const auto document = cfn::parse_document(trial.definition, trial.definition_file);
  if (!document) return std::unexpected(document.error());
  return write_json(cfn::to_json(*document));
}

}  // namespace

Result<TriedMachine> try_machine(const MachineTrial& trial) {
  auto text = as_json(trial);
  if (!text) return std::unexpected(text.error());
  const auto type = trial.express ? MachineType::kExpress : MachineType::kStandard;
  const auto reading = read_definition(*text, type, check_resource);
  if (!reading.definition) {
    std::string lines;
    for (const auto& diagnostic : reading.diagnostics) {
      lines += (lines.empty() ? "" : "\n") + states::to_string({diagnostic});
    }
    return fail(std::move(lines), {trial.definition_file, 0});
  }
  if (auto checked = check_json(trial.input); !checked) {
    return fail("the input is not JSON: " + checked.error().message);
  }
  for (const auto& [state, answer] : trial.answers) {
    if (!answer.starts_with("error:") && !check_json(answer)) {
      return fail(fmt::format("the answer of '{}' is not JSON", state));
    }
  }
  TriedMachine out;
  TrialHost host(trial, out);
  auto random = Random::from_seed(trial.seed);
  ExecutionInfo info;
  info.arn = "arn:aws:states:us-west-2:123456789012:execution:tried:1";
  info.name = "1";
  info.role_arn = "arn:aws:iam::123456789012:role/tried";
  info.machine_arn = "arn:aws:states:us-west-2:123456789012:stateMachine:tried";
  info.machine_name = "tried";
  info.input = Datum::of_text(trial.input);
  info.started = kStart;
  info.region = "us-west-2";
  info.express = trial.express;
  auto now = kStart;
  Execution execution(reading.definition, std::move(info), host, random);
  execution.start(now);
  for (int turn = 0; turn < kMaxTurns && execution.status() == ExecutionStatus::kRunning; ++turn) {
    if (host.work(execution, now)) continue;
    const auto deadline = execution.next_deadline();
    if (!deadline) break;
    now = std::max(now, *deadline);
    execution.on_time(now);
  }
  out.status = states::to_string(execution.status());
  if (execution.status() == ExecutionStatus::kSucceeded) out.output = execution.output().text();
  out.error = execution.fault().error.value_or("");
  out.cause = execution.fault().cause.value_or("");
  return out;
}

}  // namespace loopgate
