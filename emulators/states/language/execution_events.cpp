#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "emulators/states/language/execution.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/language/trial.h"

namespace loopgate::states {

namespace {

// Types whose details are not called as they are.
struct Key {
  std::string_view type;
  std::string_view key;
};
constexpr auto kKeys = std::to_array<Key>({
    {"LambdaFunctionStarted", ""},
    {"MapStateSucceeded", ""},
    {"MapStateFailed", ""},
    {"MapStateAborted", ""},
    {"MapRunSucceeded", ""},
    {"MapRunAborted", ""},
    {"ParallelStateStarted", ""},
    {"ParallelStateSucceeded", ""},
    {"ParallelStateFailed", ""},
    {"ParallelStateAborted", ""},
    {"TaskStateAborted", ""},
    {"WaitStateAborted", ""},
    {"ExecutionStarted", "executionStartedEventDetails"},
    {"ExecutionSucceeded", "executionSucceededEventDetails"},
    {"ExecutionFailed", "executionFailedEventDetails"},
    {"ExecutionAborted", "executionAbortedEventDetails"},
    {"ExecutionTimedOut", "executionTimedOutEventDetails"},
    {"ExecutionRedriven", "executionRedrivenEventDetails"},
    {"EvaluationFailed", "evaluationFailedEventDetails"},
    {"TaskScheduled", "taskScheduledEventDetails"},
    {"TaskStarted", "taskStartedEventDetails"},
    {"TaskStartFailed", "taskStartFailedEventDetails"},
    {"TaskSubmitted", "taskSubmittedEventDetails"},
    {"TaskSucceeded", "taskSucceededEventDetails"},
    {"TaskFailed", "taskFailedEventDetails"},
    {"TaskTimedOut", "taskTimedOutEventDetails"},
    {"LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails"},
    {"LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails"},
    {"LambdaFunctionFailed", "lambdaFunctionFailedEventDetails"},
    {"LambdaFunctionTimedOut", "lambdaFunctionTimedOutEventDetails"},
    {"ActivityScheduled", "activityScheduledEventDetails"},
    {"ActivityStarted", "activityStartedEventDetails"},
    {"ActivitySucceeded", "activitySucceededEventDetails"},
    {"ActivityFailed", "activityFailedEventDetails"},
    {"ActivityTimedOut", "activityTimedOutEventDetails"},
    {"MapStateStarted", "mapStateStartedEventDetails"},
    {"MapIterationStarted", "mapIterationStartedEventDetails"},
    {"MapIterationSucceeded", "mapIterationSucceededEventDetails"},
    {"MapIterationFailed", "mapIterationFailedEventDetails"},
    {"MapIterationAborted", "mapIterationAbortedEventDetails"},
    {"MapRunStarted", "mapRunStartedEventDetails"},
    {"MapRunFailed", "mapRunFailedEventDetails"},
    {"MapRunRedriven", "mapRunRedrivenEventDetails"},
});

constexpr std::array<std::string_view, 8> kEntered = {
    "PassStateEntered",    "TaskStateEntered", "ChoiceStateEntered",   "WaitStateEntered",
    "SucceedStateEntered", "FailStateEntered", "ParallelStateEntered", "MapStateEntered"};
constexpr std::array<std::string_view, 8> kExited = {
    "PassStateExited",    "TaskStateExited", "ChoiceStateExited",   "WaitStateExited",
    "SucceedStateExited", "FailStateExited", "ParallelStateExited", "MapStateExited"};

}  // namespace

std::string_view details_key(std::string_view type) {
  if (type.ends_with("StateEntered")) return "stateEnteredEventDetails";
  if (type.ends_with("StateExited")) return "stateExitedEventDetails";
  const auto* const found = std::ranges::find(kKeys, type, &Key::type);
  return found == kKeys.end() ? std::string_view() : found->key;
}

std::int64_t Execution::record(std::int64_t previous, std::string_view type, Json details) {
  const auto id = ++last_event_id_;
  if (wants_events()) {
    host_.on_event(
        {.id = id, .previous = previous, .at = now_, .type = type, .details = std::move(details)});
  }
  return id;
}

void Execution::record_in(Branch& branch, std::string_view type, Json details) {
  branch.last_event = record(branch.last_event, type, std::move(details));
}

void Execution::record_entered(Branch& branch) {
  branch.before_entered = branch.last_event;
  branch.entered = now_;
  Json details;
  if (wants_events()) {
    details = {{"name", branch.state->name},
               {"input", branch.input.text()},
               {"inputDetails", {{"truncated", false}}}};
  }
  record_in(branch, kEntered[static_cast<std::size_t>(branch.state->type)], std::move(details));
  branch.entered_event = branch.last_event;
}

void Execution::record_exited(Branch& branch, const Outcome& outcome) {
  Json details;
  if (wants_events()) {
    details = {{"name", branch.state->name},
               {"output", outcome.output.text()},
               {"outputDetails", {{"truncated", false}}}};
    if (!outcome.assigned.empty()) {
      Json assigned = Json::object();
      for (const auto& [name, value] : outcome.assigned) assigned[name] = value.text();
      details["assignedVariables"] = std::move(assigned);
      details["assignedVariablesDetails"] = {{"truncated", false}};
    }
  }
  record_in(branch, kExited[static_cast<std::size_t>(branch.state->type)], std::move(details));
}

// --- what expressions see ---

Scope Execution::scope(const Branch& branch, const Datum& input) const {
  return {.input = input,
          .context = [this, &branch] { return context(branch); },
          .variables = branch.variables,
          .random = random_,
          .now = now_};
}

Datum Execution::context(const Branch& branch) const {
  if (trial_ != nullptr && trial_->context) return Datum(*trial_->context);
  Json execution = {{"Id", info_.arn},
                    {"Input", info_.input.json()},
                    {"StartTime", to_iso8601(info_.started)},
                    {"Name", info_.name},
                    {"RoleArn", info_.role_arn.empty() ? Json() : Json(info_.role_arn)}};
  if (info_.shows_redrives) execution["RedriveCount"] = info_.redrives;
  Json state = {{"Name", trial_ == nullptr ? branch.state->name : shown_name_},
                {"EnteredTime", to_iso8601(branch.entered)}};
  const bool works = branch.state->type == StateType::kTask ||
                     branch.state->type == StateType::kParallel ||
                     branch.state->type == StateType::kMap;
  if (works) state["RetryCount"] = branch.retry_count;
  Json out = {{"Execution", std::move(execution)},
              {"StateMachine", {{"Id", info_.machine_arn}, {"Name", info_.machine_name}}},
              {"State", std::move(state)}};
  if (!branch.token.empty() && !branch.state->resource.contains(":activity:")) {
    out["Task"] = {{"Token", branch.token}};
  }
  for (const Branch* around = &branch; around != nullptr; around = around->parent) {
    if (!around->item) continue;
    out["Map"] = {{"Item", {{"Index", around->index}, {"Value", around->item->json()}}}};
    break;
  }
  return Datum(std::move(out));
}

}  // namespace loopgate::states
