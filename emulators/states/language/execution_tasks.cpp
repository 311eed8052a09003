// Task states: what is asked of the host, and what becomes of the answer.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/states/language/execution.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/language/trial.h"

namespace loopgate::states {

namespace {

Json with_resource(const Resource& resource, Json details = Json::object()) {
  details["resource"] = resource.event_resource();
  details["resourceType"] = resource.service;
  return details;
}

WallTime after(WallTime from, double seconds) {
  return from + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace

Branch* Execution::find_task(std::uint64_t id) {
  if (status_ != ExecutionStatus::kRunning) return nullptr;
  const auto found = tasks_.find(id);
  return found == tasks_.end() ? nullptr : found->second;
}

void Execution::run_task(Branch& branch) {
  const State& state = *branch.state;
  auto parameters = effective_input(branch);
  if (!parameters) return misfit(branch, std::move(parameters.error()));
  const auto resource = *Resource::parse(state.resource);
  const bool calls_back = !resource.pattern.empty() || resource.kind == Resource::Kind::kActivity;
  branch.token = calls_back ? host_.make_token() : std::string();
  const bool jsonata = state.language == Language::kJsonata;
  if (trial_ != nullptr && !jsonata) trial_->note("afterInputPath", *parameters);
  const Datum input = *parameters;
  const Scope seen = scope(branch, input);
  if (const auto& shape = jsonata ? state.arguments : state.parameters) {
    parameters = shape->evaluate(seen);
    if (!parameters) return misfit(branch, std::move(parameters.error()));
  }
  if (trial_ != nullptr) trial_->note(jsonata ? "afterArguments" : "afterParameters", *parameters);
  branch.timeout_seconds.reset();
  branch.heartbeat_seconds.reset();
  branch.role_arn.clear();
  if (state.timeout.given()) {
    const auto seconds = number(state.timeout, "TimeoutSeconds", seen);
    if (!seconds) return misfit(branch, seconds.error());
    branch.timeout_seconds = *seconds;
  }
  if (state.heartbeat.given()) {
    const auto seconds = number(state.heartbeat, "HeartbeatSeconds", seen);
    if (!seconds) return misfit(branch, seconds.error());
    branch.heartbeat_seconds = *seconds;
  }
  if (state.role.given()) {
    auto role = words(state.role, "Credentials/RoleArn", seen);
    if (!role) return misfit(branch, std::move(role.error()));
    branch.role_arn = std::move(*role);
  }
  if (trial_ != nullptr && trial_->mock_fault) return fail(branch, *trial_->mock_fault);
  if (trial_ != nullptr && trial_->mock_result) {
    if (!jsonata) trial_->note("result", *trial_->mock_result);
    return finish(branch, *trial_->mock_result);
  }
  if (const auto why = host_.refuse_task(resource, *parameters)) {
    return misfit(branch, {.reason = resource.kind == Resource::Kind::kIntegration
                                         ? fmt::format("The Parameters '{}' could not be used to "
                                                       "start the Task: [{}]",
                                                       parameters->text(), *why)
                                         : *why});
  }
  branch.parameters = std::move(*parameters);
  branch.submitted = false;
  record_scheduled(branch, resource, branch.parameters);
  branch.phase = Phase::kScheduled;
  if (resource.kind == Resource::Kind::kActivity) return begin_task(branch);
  push(branch);
}

void Execution::record_scheduled(Branch& branch, const Resource& resource,
                                 const Datum& parameters) {
  if (!wants_events()) return record_in(branch, "TaskScheduled");
  Json details = Json::object();
  std::string_view type = "TaskScheduled";
  if (resource.kind == Resource::Kind::kIntegration) {
    details = with_resource(resource);
    details["region"] = info_.region;
    details["parameters"] = parameters.text();
    if (!branch.role_arn.empty()) details["taskCredentials"] = {{"roleArn", branch.role_arn}};
  } else {
    type = resource.kind == Resource::Kind::kFunction ? "LambdaFunctionScheduled"
                                                      : "ActivityScheduled";
    details["resource"] = resource.arn;
    details["input"] = parameters.text();
    details["inputDetails"] = {{"truncated", false}};
    if (!branch.role_arn.empty()) details["taskCredentials"] = {{"roleArn", branch.role_arn}};
  }
  if (branch.timeout_seconds) {
    details["timeoutInSeconds"] = static_cast<std::int64_t>(*branch.timeout_seconds);
  }
  // A function called by its ARN has none in its event.
  if (branch.heartbeat_seconds && resource.kind != Resource::Kind::kFunction) {
    details["heartbeatInSeconds"] = static_cast<std::int64_t>(*branch.heartbeat_seconds);
  }
  record_in(branch, type, std::move(details));
}

void Execution::begin_task(Branch& branch) {
  const auto resource = *Resource::parse(branch.state->resource);
  if (resource.kind == Resource::Kind::kFunction) {
    record_in(branch, "LambdaFunctionStarted");
  } else if (resource.kind == Resource::Kind::kIntegration) {
    record_in(branch, "TaskStarted", wants_events() ? with_resource(resource) : Json());
  }
  branch.phase = Phase::kWorking;
  branch.task = ++last_id_;
  tasks_[branch.task] = &branch;
  if (branch.timeout_seconds) branch.timeout_at = after(now_, *branch.timeout_seconds);
  if (branch.heartbeat_seconds) branch.heartbeat_at = after(now_, *branch.heartbeat_seconds);
  set_task_deadline(branch);
  host_.start_task({.id = branch.task,
                    .state = branch.state,
                    .parameters = branch.parameters,
                    .token = branch.token,
                    .role_arn = branch.role_arn,
                    .timeout_seconds = branch.timeout_seconds,
                    .heartbeat_seconds = branch.heartbeat_seconds});
}

void Execution::set_task_deadline(Branch& branch) {
  auto when = branch.timeout_at;
  if (branch.heartbeat_at && (!when || *branch.heartbeat_at < *when)) when = branch.heartbeat_at;
  wake_at(branch, when);
}

void Execution::task_started(std::uint64_t id, const std::string& worker, WallTime now) {
  Branch* branch = find_task(id);
  if (branch == nullptr) return;
  now_ = now;
  Json details = Json::object();
  if (!worker.empty()) details["workerName"] = worker;
  record_in(*branch, "ActivityStarted", std::move(details));
  branch->submitted = true;
  if (branch->heartbeat_seconds) branch->heartbeat_at = after(now, *branch->heartbeat_seconds);
  set_task_deadline(*branch);
}

void Execution::task_submitted(std::uint64_t id, Datum output, WallTime now) {
  Branch* branch = find_task(id);
  if (branch == nullptr) return;
  now_ = now;
  branch->submitted = true;
  branch->answer = output;
  Json details;
  if (wants_events()) {
    details = with_resource(*Resource::parse(branch->state->resource),
                            {{"output", output.text()}, {"outputDetails", {{"truncated", false}}}});
  }
  record_in(*branch, "TaskSubmitted", std::move(details));
}

bool Execution::task_heartbeat(std::uint64_t id, WallTime now) {
  Branch* branch = find_task(id);
  if (branch == nullptr) return false;
  now_ = now;
  if (branch->heartbeat_seconds) branch->heartbeat_at = after(now, *branch->heartbeat_seconds);
  set_task_deadline(*branch);
  return true;
}

void Execution::task_succeeded(std::uint64_t id, Datum output, WallTime now) {
  Branch* branch = find_task(id);
  if (branch == nullptr) return;
  now_ = now;
  const auto resource = *Resource::parse(branch->state->resource);
  if (output.text().size() > kMaxPayloadBytes) {
    const auto& name =
        resource.kind == Resource::Kind::kIntegration ? resource.service : resource.arn;
    return task_failed(id,
                       {.error = "States.DataLimitExceeded",
                        .cause = fmt::format("The state/task '{}' returned a result with a size "
                                             "exceeding the maximum number of bytes service "
                                             "limit.",
                                             name)},
                       now);
  }
  tasks_.erase(id);
  branch->task = 0;
  wake_at(*branch, std::nullopt);
  Json details;
  if (wants_events()) {
    details = {{"output", output.text()}, {"outputDetails", {{"truncated", false}}}};
    if (resource.kind == Resource::Kind::kIntegration) {
      details = with_resource(resource, std::move(details));
    }
  }
  record_in(*branch,
            resource.kind == Resource::Kind::kIntegration ? "TaskSucceeded"
            : resource.kind == Resource::Kind::kFunction  ? "LambdaFunctionSucceeded"
                                                          : "ActivitySucceeded",
            std::move(details));
  if (trial_ != nullptr && branch->state->language == Language::kJsonPath) {
    trial_->note("result", output);
  }
  finish(*branch, std::move(output));
  run_ready();
}

void Execution::record_failed(Branch& branch, const Fault& fault, bool timed_out) {
  const auto resource = *Resource::parse(branch.state->resource);
  Json details = Json::object();
  if (fault.error) details["error"] = *fault.error;
  if (fault.cause) details["cause"] = *fault.cause;
  if (resource.kind == Resource::Kind::kIntegration) {
    details = with_resource(resource, std::move(details));
    return record_in(branch, timed_out ? "TaskTimedOut" : "TaskFailed", std::move(details));
  }
  if (resource.kind == Resource::Kind::kFunction) {
    return record_in(branch, timed_out ? "LambdaFunctionTimedOut" : "LambdaFunctionFailed",
                     std::move(details));
  }
  record_in(branch, timed_out ? "ActivityTimedOut" : "ActivityFailed", std::move(details));
}

void Execution::task_failed(std::uint64_t id, Fault fault, WallTime now) {
  Branch* branch = find_task(id);
  if (branch == nullptr) return;
  now_ = now;
  tasks_.erase(id);
  branch->task = 0;
  wake_at(*branch, std::nullopt);
  record_failed(*branch, fault, fault.error == "States.Timeout");
  fail(*branch, std::move(fault));
  run_ready();
}

void Execution::task_timed_out(Branch& branch) {
  tasks_.erase(branch.task);
  host_.cancel_task(branch.task);
  branch.task = 0;
  const bool heartbeat = branch.heartbeat_at && *branch.heartbeat_at <= now_ &&
                         (!branch.timeout_at || *branch.heartbeat_at < *branch.timeout_at);
  branch.fault = {.error = "States.Timeout"};
  branch.missed_heartbeat = heartbeat;
  branch.timeout_at.reset();
  branch.heartbeat_at.reset();
  branch.phase = Phase::kFailing;
  record_failed(branch, branch.fault, true);
}

}  // namespace loopgate::states
