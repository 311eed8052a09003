// TestState: one state, tried alone.
// https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/alive.h"
#include "base/json.h"
#include "emulators/states/language/trial.h"
#include "emulators/states/mock_check.h"
#include "emulators/states/operations.h"

namespace loopgate::states {

namespace {

using http::text_param;

constexpr std::string_view kStateName = "StateName";

// The world of a state on trial: its task is called, nothing else happens.
class TrialRun final : public Host, public std::enable_shared_from_this<TrialRun> {
 public:
  TrialRun(Context& context, ApiCall call, ApiReply reply)
      : context_(context), call_(std::move(call)), reply_(std::move(reply)) {}

  void run(DefinitionPtr definition, const State& state, Trial trial);

  bool wants_events() const override { return false; }
  void on_event(Event) override {}
  void start_task(TaskRequest request) override;
  void cancel_task(std::uint64_t) override {}
  std::optional<std::string> refuse_task(const Resource& resource,
                                         const Datum& parameters) override {
    return refuse_parameters(resource, parameters);
  }
  void start_map_run(MapRunRequest) override {}
  void cancel_map_run(std::uint64_t) override {}
  std::string make_token() override { return context_.executions.surroundings().random.hex(128); }
  std::string map_run_arn(const State&) override { return {}; }
  void on_end() override {}

 private:
  void answer_if_done();

  Context& context_;
  ApiCall call_;
  ApiReply reply_;
  Trial trial_{};
  std::unique_ptr<Execution> execution_;
  std::string role_arn_;
  bool answered_ = false;
};

void TrialRun::run(DefinitionPtr definition, const State& state, Trial trial) {
  auto& surroundings = context_.executions.surroundings();
  trial_ = std::move(trial);
  role_arn_ = text_param(call_.params, "roleArn");
  const auto machine = surroundings.random.uuid(), name = surroundings.random.uuid();
  const auto prefix =
      fmt::format("arn:aws:states:{}:{}:", call_.caller.region, call_.caller.account);
  ExecutionInfo info;
  info.arn = fmt::format("{}express:{}:{}", prefix, machine, name);
  info.name = name;
  info.role_arn = role_arn_;
  info.machine_arn = fmt::format("{}stateMachine:{}", prefix, machine);
  info.machine_name = machine;
  info.input =
      Datum::of_text(call_.params.contains("input") ? text_param(call_.params, "input") : "{}");
  info.started = context_.executions.now();
  info.region = call_.caller.region;
  info.express = true;
  info.shows_redrives = false;
  execution_ = std::make_unique<Execution>(std::move(definition), std::move(info), *this,
                                           surroundings.random);
  execution_->try_state(trial_, state, std::string(kStateName), context_.executions.now());
  answer_if_done();
}

void TrialRun::start_task(TaskRequest request) {
  const auto resource = *Resource::parse(request.state->resource);
  auto& executions = context_.executions;
  executions.sessions().get(
      role_arn_, "states.amazonaws.com",
      [self = shared_from_this(), id = request.id, resource,
       parameters = request.parameters](aws::Outcome<aws::SessionPtr> session) {
        auto& owner = self->context_.executions;
        const auto end = [self, id](std::expected<Datum, Fault> answer) {
          const auto now = self->context_.executions.now();
          if (answer) {
            self->execution_->task_succeeded(id, std::move(*answer), now);
          } else {
            self->execution_->task_failed(id, std::move(answer.error()), now);
          }
          self->answer_if_done();
        };
        if (!session) {
          return end(std::unexpected(Integrations::fault_of(resource, session.error(),
                                                            owner.surroundings().random.uuid())));
        }
        owner.integrations().call(resource, parameters, *session, self->call_.caller.region, end);
      });
}

void TrialRun::answer_if_done() {
  if (trial_.status.empty() || std::exchange(answered_, true)) return;
  json out = {{"status", trial_.status}};
  if (trial_.output) out["output"] = trial_.output->text();
  if (trial_.status != "SUCCEEDED") {
    if (trial_.fault.error) out["error"] = *trial_.fault.error;
    if (trial_.fault.cause) out["cause"] = *trial_.fault.cause;
  }
  if (!trial_.next.empty()) out["nextState"] = trial_.next;
  const auto level = text_param(call_.params, "inspectionLevel");
  if (level == "DEBUG" || level == "TRACE") {
    out["inspectionData"] = read_json(write_json(trial_.inspection)).value_or(json::object());
  }
  reply_(std::move(out));
}

// --- what it may be given ---

struct Allowed {
  std::string_view object;
  std::array<std::string_view, 7> fields;
};
constexpr auto kContext = std::to_array<Allowed>({
    {"Execution", {"Id", "Input", "Name", "RoleArn", "StartTime", "RedriveCount", "RedriveTime"}},
    {"State", {"EnteredTime", "Name", "RetryCount"}},
    {"StateMachine", {"Id", "Name"}},
    {"Task", {"Token"}},
});

std::optional<std::string> wrong_context(const Json& context) {
  for (const auto& member : context.items()) {
    if (member.key() == "Map") {
      return "'Map' field is not supported when mocking a Context object";
    }
    const auto* const allowed = std::ranges::find(kContext, member.key(), &Allowed::object);
    if (allowed == kContext.end()) return fmt::format("Field '{}' is not allowed", member.key());
    if (!member.value().is_object()) return fmt::format("{} must be an object", member.key());
    for (const auto& field : member.value().items()) {
      if (std::ranges::find(allowed->fields, field.key()) == allowed->fields.end()) {
        return fmt::format("Field '{}' is not allowed", field.key());
      }
      const bool number = field.key().ends_with("Count");
      if (field.key() == "Input") continue;
      if (number ? !field.value().is_number() : !field.value().is_string()) {
        return fmt::format("{}.{} must be a {}", member.key(), field.key(),
                           number ? "number" : "string");
      }
    }
  }
  return std::nullopt;
}

struct Prepared {
  DefinitionPtr definition;
  const State* state = nullptr;
  Trial trial;
};

aws::Outcome<Json> read_text(const json& params, const char* name) {
  auto read = read_ordered_json(text_param(params, name));
  if (read) return std::move(*read);
  return aws::refuse(
      validation(fmt::format("Invalid {} provided: {}", name, read.error().message)));
}

aws::Outcome<void> read_mock(const json& params, const State& state, Trial& trial) {
  const auto mock = params.value("mock", json::object());
  const auto configuration = params.value("stateConfiguration", json::object());
  if (configuration.contains("mapIterationFailureCount")) {
    if (mock.empty()) {
      return aws::refuse(validation(
          "TestState does not support MapIterationFailureCount when a mock is not specified."));
    }
    trial.failed_iterations = configuration["mapIterationFailureCount"].get<std::int64_t>();
  }
  if (configuration.contains("retrierRetryCount")) {
    trial.retries = configuration["retrierRetryCount"].get<std::int64_t>();
  }
  const bool composed = state.type == StateType::kMap || state.type == StateType::kParallel;
  if (mock.empty()) {
    if (!composed) return {};
    return aws::refuse(error("InvalidDefinition",
                             "TestState API does not support Map or Parallel states. Supported "
                             "state types include: [Task, Wait, Pass, Succeed, Fail, Choice]"));
  }
  if (params.value("revealSecrets", false)) {
    return aws::refuse(
        validation("TestState does not support RevealSecrets when a mock is specified."));
  }
  if (!composed && state.type != StateType::kTask) {
    return aws::refuse(validation(fmt::format(
        "State type '{}' is not supported when a mock is specified", to_string(state.type))));
  }
  if (mock.contains("result") && mock.contains("errorOutput")) {
    return aws::refuse(
        validation("A test mock should have only one of the following fields: [result, "
                   "errorOutput]."));
  }
  if (mock.contains("errorOutput")) {
    const auto& fault = mock["errorOutput"];
    trial.mock_fault = Fault{};
    if (fault.contains("error")) trial.mock_fault->error = text_param(fault, "error");
    if (fault.contains("cause")) trial.mock_fault->cause = text_param(fault, "cause");
    return {};
  }
  auto result = read_text(mock, "result");
  if (!result) return aws::refuse(validation("Mocked result must be valid JSON."));
  if (composed && !result->is_array() && !state.writer) {
    return aws::refuse(validation("Mocked result must be an array."));
  }
  if (trial.failed_iterations && result->is_array() &&
      *trial.failed_iterations > static_cast<std::int64_t>(result->size())) {
    return aws::refuse(
        validation("Map iteration failure count must be less than or equal to the "
                   "number of Map iterations"));
  }
  if (state.type == StateType::kTask && text_param(mock, "fieldValidationMode") != "NONE") {
    if (auto wrong = check_mock(*Resource::parse(state.resource), *result)) {
      return aws::refuse(validation("Mock result schema validation error: " + *wrong));
    }
  }
  trial.mock_result = Datum(std::move(*result));
  return {};
}

aws::Outcome<Prepared> prepare(Context& context, const json& params) {
  Prepared out;
  const auto definition = text_param(params, "definition");
  const auto name = text_param(params, "stateName");
  auto reading =
      params.contains("stateName")
          ? read_definition(definition, MachineType::kStandard, context.machines.check())
          : read_single_state(definition, std::string(kStateName), context.machines.check());
  if (!reading.definition) {
    return aws::refuse(invalid_definition(to_string(reading.diagnostics)));
  }
  out.definition = reading.definition;
  for (const auto& [path, list] : out.definition->lists) {
    if (out.state == nullptr) {
      out.state = list->find(params.contains("stateName") ? name : std::string(kStateName));
    }
  }
  if (out.state == nullptr) return aws::refuse(validation("State not found in definition"));
  if (auto checked = check_json(params.contains("input") ? text_param(params, "input") : "{}");
      !checked) {
    return aws::refuse(invalid_input(checked.error().message));
  }
  if (auto read = read_mock(params, *out.state, out.trial); !read) {
    return aws::refuse(read.error());
  }
  if (params.contains("context")) {
    auto given = read_text(params, "context");
    if (!given) return aws::refuse(given.error());
    if (!given->is_object()) {
      return aws::refuse(validation("Invalid Context object provided: it must be an object"));
    }
    if (auto wrong = wrong_context(*given)) {
      return aws::refuse(validation("Invalid Context object provided: " + *wrong));
    }
    out.trial.context = std::move(*given);
  }
  if (params.contains("variables")) {
    auto given = read_text(params, "variables");
    if (!given) return aws::refuse(given.error());
    if (!given->is_object()) {
      return aws::refuse(validation("Invalid variables provided: they must be an object"));
    }
    for (const auto& variable : given->items()) {
      out.trial.variables[variable.key()] = Datum(variable.value());
    }
    if (!given->empty()) out.trial.inspection["variables"] = write_json(*given);
  }
  return out;
}

}  // namespace

std::function<void()> test_state(Context& context, ApiCall call, ApiReply reply) {
  auto prepared = prepare(context, call.params);
  if (!prepared) return reply(aws::refuse(prepared.error())), nullptr;
  auto run = std::make_shared<TrialRun>(context, std::move(call), std::move(reply));
  run->run(prepared->definition, *prepared->state, std::move(prepared->trial));
  return nullptr;
}

}  // namespace loopgate::states
