#include "emulators/states/running.h"

#include <fmt/format.h>

#include "aws/arn.h"
#include "base/json.h"
#include "codec/base64.h"
#include "emulators/states/executions.h"
#include "emulators/states/map_run.h"

namespace loopgate::states {

namespace {

constexpr std::string_view kPrincipal = "states.amazonaws.com";

ExecutionInfo info_of(const Record& record, const std::string& region, std::string list) {
  ExecutionInfo info;
  info.arn = record.arn;
  info.name = record.name;
  info.role_arn = record.what.role_arn;
  info.machine_arn = record.what.machine_arn;
  info.machine_name = record.what.machine_name;
  info.input = record.input;
  info.started = record.started;
  info.region = region;
  info.list = std::move(list);
  info.express = record.what.type == MachineType::kExpress;
  info.redrives = record.redrives;
  return info;
}

std::string region_of(const Record& record) {
  const auto arn = aws::Arn::parse(record.arn);
  return arn ? arn->region : std::string();
}

// What a level lets through.
bool is_logged(const std::string& level, std::string_view type) {
  if (level == "ALL") return true;
  const bool fails =
      type.ends_with("Failed") || type.ends_with("TimedOut") || type.ends_with("Aborted");
  if (level == "ERROR") return fails || type == "FailStateEntered";
  return level == "FATAL" && fails && type.starts_with("Execution");
}

// Without includeExecutionData what went in and out is left away.
Json without_data(Json details) {
  for (const char* name : {"input", "inputDetails", "output", "outputDetails", "parameters",
                           "assignedVariables", "assignedVariablesDetails"}) {
    if (details.is_object()) details.erase(name);
  }
  return details;
}

Json capital_names(const Record& record, bool as_values) {
  const auto value = [&](const Datum& datum) {
    return as_values ? datum.json() : Json(datum.text());
  };
  Json out = {{"ExecutionArn", record.arn},
              {"Input", value(record.input)},
              {"InputDetails", {{"Included", true}}},
              {"Name", record.name}};
  if (record.output) {
    out["Output"] = value(*record.output);
    out["OutputDetails"] = {{"Included", true}};
  }
  if (record.fault.error) out["Error"] = *record.fault.error;
  if (record.fault.cause) out["Cause"] = *record.fault.cause;
  out["RedriveCount"] = record.redrives;
  const bool good = record.status == ExecutionStatus::kSucceeded;
  out["RedriveStatus"] = good ? "NOT_REDRIVABLE" : "REDRIVABLE";
  if (good) out["RedriveStatusReason"] = "Execution is SUCCEEDED and cannot be redriven";
  out["StartDate"] = to_millis(record.started);
  out["StateMachineArn"] = record.what.machine_arn;
  out["Status"] = to_string(record.status);
  if (record.stopped) out["StopDate"] = to_millis(*record.stopped);
  return out;
}

}  // namespace

Running::Running(Executions& executions, Record of, DefinitionPtr definition, std::string list)
    : owner(executions),
      record(std::move(of)),
      execution(std::move(definition), info_of(record, region_of(record), std::move(list)), *this,
                executions.surroundings().random),
      timer(executions.surroundings().clock),
      overall(executions.surroundings().clock),
      region_(region_of(record)) {
  if (const auto arn = aws::Arn::parse(record.arn)) account_ = arn->account;
  wants_events_ = record.what.type == MachineType::kStandard || record.what.logging.level != "OFF";
}

Running::~Running() {
  for (const auto& [id, token] : tokens_) owner.drop_token(token);
}

void Running::on_event(Event event) {
  log(event);
  if (record.ordinal == 0) return;
  if (fresh_events.empty()) first_fresh = event.id;
  Json json = {{"timestamp", static_cast<double>(to_millis(event.at)) / 1000},
               {"type", event.type},
               {"id", event.id},
               {"previousEventId", event.previous}};
  const auto key = details_key(event.type);
  if (!key.empty()) json[std::string(key)] = std::move(event.details);
  fresh_events.push_back(write_json(json));
}

void Running::log(const Event& event) {
  const auto& logging = record.what.logging;
  if (!is_logged(logging.level, event.type) || logging.group_arn.empty()) return;
  Json line = {{"id", std::to_string(event.id)}, {"type", event.type}};
  if (event.details.is_object()) {
    line["details"] = logging.data ? event.details : without_data(event.details);
  } else {
    line["details"] = Json::object();
  }
  line["redrive_count"] = std::to_string(record.redrives);
  line["previous_event_id"] = std::to_string(event.previous);
  line["event_timestamp"] = std::to_string(to_millis(event.at));
  line["execution_arn"] = record.arn;
  fresh_lines.push_back(write_json(line));
}

std::optional<std::string> Running::refuse_task(const Resource& resource, const Datum& parameters) {
  if (resource.kind == Resource::Kind::kActivity && !owner.machines().activity(resource.arn)) {
    return "The activity '" + resource.arn + "' does not exist.";
  }
  return refuse_parameters(resource, parameters);
}

std::string Running::make_token() {
  Bytes bytes(96);
  owner.surroundings().random.fill(bytes);
  return codec::base64_encode(bytes);
}

std::string Running::map_run_arn(const State& state) {
  const auto& label = state.label;
  auto& random = owner.surroundings().random;
  return fmt::format("arn:aws:states:{}:{}:mapRun:{}/{}:{}", region_, account_,
                     record.what.machine_name, label.empty() ? random.uuid() : label,
                     random.uuid());
}

void Running::start_task(TaskRequest request) {
  const auto resource = *Resource::parse(request.state->resource);
  if (!request.token.empty()) {
    tokens_[request.id] = request.token;
    owner.await_token(request.token, *this, request.id);
  }
  if (resource.kind == Resource::Kind::kActivity) {
    // One that a worker has taken before a restart is the worker's still.
    if (!request.submitted) {
      owner.surroundings().tasks.post([this, alive = alive.token(), resource, token = request.token,
                                       input = request.parameters] {
        if (alive) owner.activities().offer(resource.arn, token, input);
      });
    }
    return;
  }
  if (request.submitted) {
    if (resource.pattern.starts_with("sync")) {
      watch_child(request.id, resource, request.answer.json().value("ExecutionArn", ""));
    }
    return;
  }
  call(request, resource);
}

void Running::call(const TaskRequest& request, const Resource& resource) {
  const auto id = request.id;
  auto done = [this, alive = alive.token(), id, resource](std::expected<Datum, Fault> answer) {
    if (alive) called(id, resource, std::move(answer));
  };
  auto with_session = [this, alive = alive.token(), id, resource, parameters = request.parameters,
                       done](aws::Outcome<aws::SessionPtr> session) mutable {
    if (!alive) return;
    if (!session) {
      return done(std::unexpected(
          Integrations::fault_of(resource, session.error(), owner.surroundings().random.uuid())));
    }
    if (!execution.awaits_task(id)) return;
    owner.integrations().call(resource, parameters, *session, region_, std::move(done));
  };
  // Nobody is told inside of `start_task`, even where the session is there already.
  owner.surroundings().tasks.post([this, alive = alive.token(), role = request.role_arn,
                                   with_session = std::move(with_session)]() mutable {
    if (!alive) return;
    auto& sessions = owner.sessions();
    if (role.empty()) {
      sessions.get(record.what.role_arn, std::string(kPrincipal), std::move(with_session));
    } else {
      sessions.get(role, record.what.role_arn, std::move(with_session));
    }
  });
}

void Running::called(std::uint64_t id, const Resource& resource,
                     std::expected<Datum, Fault> answer) {
  if (!answer) {
    execution.task_failed(id, std::move(answer.error()), owner.now());
  } else if (resource.pattern.empty()) {
    execution.task_succeeded(id, std::move(*answer), owner.now());
  } else {
    execution.task_submitted(id, *answer, owner.now());
    if (resource.pattern.starts_with("sync")) {
      watch_child(id, resource, answer->json().value("ExecutionArn", ""));
    }
  }
  owner.settle(*this);
}

void Running::watch_child(std::uint64_t id, const Resource& resource,
                          const std::string& child_arn) {
  const bool as_values = resource.pattern == "sync:2";
  const auto fail = [this, id](std::string cause) {
    execution.task_failed(id, {.error = "States.TaskFailed", .cause = std::move(cause)},
                          owner.now());
  };
  if (resource.service != "states") {
    return fail(resource.arn + " cannot be waited for here: its service is not emulated");
  }
  const bool there = owner.watch(
      child_arn, [this, alive = alive.token(), id, as_values, fail](const Record& child) {
        if (!alive) return;
        const Json description = capital_names(child, as_values);
        if (child.status == ExecutionStatus::kSucceeded) {
          execution.task_succeeded(id, Datum(description), owner.now());
        } else {
          fail(write_json(description));
        }
        owner.settle(*this);
      });
  if (!there) fail("The execution " + child_arn + " does not exist");
}

void Running::cancel_task(std::uint64_t id) {
  const auto found = tokens_.find(id);
  if (found == tokens_.end()) return;
  owner.drop_token(found->second);
  owner.activities().withdraw(found->second);
  tokens_.erase(found);
}

void Running::start_map_run(MapRunRequest request) {
  const auto id = request.id;
  auto run = std::make_unique<MapRun>(*this, std::move(request));
  MapRun& started = *run;
  map_runs[id] = std::move(run);
  owner.surroundings().tasks.post([this, alive = alive.token(), id, &started] {
    if (alive && map_runs.contains(id)) started.begin();
  });
}

void Running::cancel_map_run(std::uint64_t id) {
  const auto found = map_runs.find(id);
  if (found == map_runs.end()) return;
  auto run = std::move(found->second);
  map_runs.erase(found);
  run->abort();
  // It may stand on the stack.
  owner.surroundings().tasks.post([run = std::move(run)] {});
}

void Running::on_end() {}

}  // namespace loopgate::states
