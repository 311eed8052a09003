// Map and Parallel: children and their ends.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/states/language/execution.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/language/trial.h"

namespace loopgate::states {

void Execution::run_map(Branch& branch) {
  const State& state = *branch.state;
  auto input = effective_input(branch);
  if (!input) return misfit(branch, std::move(input.error()));
  branch.children = std::make_unique<Children>();
  branch.children->input = *input;
  if (trial_ != nullptr && state.language == Language::kJsonPath) {
    trial_->note("afterInputPath", *input);
  }
  std::optional<std::vector<Datum>> items;
  if (!state.reader) {
    auto read = map_items(branch, *input);
    if (!read) return misfit(branch, std::move(read.error()));
    items = std::move(*read);
  }
  const Scope seen = scope(branch, *input);
  if (state.max_concurrency.given()) {
    const auto limit = number(state.max_concurrency, "MaxConcurrency", seen);
    if (!limit) return misfit(branch, limit.error());
    branch.children->max_concurrency = *limit;
  }
  record_in(branch, "MapStateStarted",
            wants_events() ? Json{{"length", items ? items->size() : 0}} : Json());
  if (auto wrong = read_limits(branch, seen)) return misfit(branch, std::move(*wrong));
  if (trial_ != nullptr) {
    const auto& limits = *branch.children;
    trial_->inspection["maxConcurrency"] = static_cast<std::int64_t>(limits.max_concurrency);
    if (state.tolerated_count.given()) {
      trial_->inspection["toleratedFailureCount"] =
          static_cast<std::int64_t>(limits.tolerated_count);
    }
    if (state.tolerated_percentage.given()) {
      trial_->inspection["toleratedFailurePercentage"] = limits.tolerated_percentage;
    }
    if (trial_->mock_fault) return fail(branch, *trial_->mock_fault);
    if (static_cast<double>(trial_->failed_iterations.value_or(0)) > limits.tolerated_count &&
        state.tolerated_count.given()) {
      return fail(branch, {.error = "States.ExceedToleratedFailureThreshold",
                           .cause = "The specified tolerated failure threshold was exceeded"});
    }
    return finish(branch, trial_->mock_result.value_or(Datum()));
  }
  if (state.distributed) return run_distributed(branch, std::move(items), seen);
  auto& children = *branch.children;
  children.items = std::make_shared<const std::vector<Datum>>(std::move(*items));
  children.results.resize(children.items->size());
  branch.phase = Phase::kWorking;
  if (children.items->empty()) return children_succeeded(branch);
  start_iterations(branch, branch.last_event);
}

std::expected<std::vector<Datum>, Misfit> Execution::map_items(Branch& branch, const Datum& input) {
  const State& state = *branch.state;
  const Scope seen = scope(branch, input);
  Datum found = input;
  if (state.items) {
    auto made = state.items->evaluate(seen);
    if (!made) return std::unexpected(std::move(made.error()));
    found = std::move(*made);
  } else if (state.items_path && state.items_path->text() != "$") {
    auto read = state.items_path->read(seen);
    if (!read) {
      return std::unexpected(
          Misfit{.reason = fmt::format("Reference path \"{}\" must point to array.",
                                       state.items_path->text())});
    }
    found = Datum(std::move(*read));
  }
  const Json& json = found.json();
  if (trial_ != nullptr && state.language == Language::kJsonPath) {
    trial_->note("afterItemsPath", found);
  }
  std::vector<Datum> items;
  if (json.is_array()) {
    items.reserve(json.size());
    for (const auto& item : json) items.emplace_back(item);
    return items;
  }
  // In JSONata an object is the list of its members, where a distributed Map is given one.
  if (json.is_object() && state.distributed && state.language == Language::kJsonata) {
    for (const auto& member : json.items()) {
      items.emplace_back(Json{{"Key", member.key()}, {"Value", member.value()}});
    }
    return items;
  }
  if (state.language == Language::kJsonPath) {
    return std::unexpected(Misfit{
        .reason = fmt::format("Reference path \"{}\" must point to array.",
                              state.items_path ? state.items_path->text() : std::string("$"))});
  }
  if (!state.items) {
    return std::unexpected(
        Misfit{.reason = "Map state input must be an array but was: " + found.text(),
               .error = "States.QueryEvaluationError"});
  }
  return std::unexpected(Misfit{
      .reason = fmt::format("The JSONata expression '{}' specified for the field 'Items' returned "
                            "an unexpected result type. Expected 'array', but was '{}' for "
                            "value: {}",
                            state.items->expression_text(), json_type(json), found.text()),
      .error = "States.QueryEvaluationError",
      .location = "Items"});
}

std::optional<Misfit> Execution::read_limits(Branch& branch, const Scope& scope) {
  const State& state = *branch.state;
  auto& children = *branch.children;
  const auto read = [&](const NumberField& field, std::string_view name,
                        double& out) -> std::optional<Misfit> {
    if (!field.given()) return std::nullopt;
    const auto value = number(field, name, scope);
    if (!value) return value.error();
    out = *value;
    if (name == "ToleratedFailurePercentage" && (out < 0 || out > 100)) {
      return Misfit{.reason = "ToleratedFailurePercentage must be between 0 and 100."};
    }
    if (out < 0) {
      return Misfit{.reason = fmt::format("{} must be greater than or equal to 0.", name)};
    }
    return std::nullopt;
  };
  if (children.max_concurrency < 0) {
    return Misfit{.reason = "MaxConcurrency must be greater than or equal to 0."};
  }
  if (auto wrong = read(state.tolerated_count, "ToleratedFailureCount", children.tolerated_count)) {
    return wrong;
  }
  return read(state.tolerated_percentage, "ToleratedFailurePercentage",
              children.tolerated_percentage);
}

std::expected<Datum, Misfit> Execution::item_input(Branch& branch, const Datum& input,
                                                   std::size_t index, const Datum& item) {
  if (!branch.state->item_selector) return item;
  // $$.Map.Item is there for the selector as it is for the iteration.
  std::swap(index, branch.index);
  auto outer = std::exchange(branch.item, item);
  auto made = branch.state->item_selector->evaluate(scope(branch, input));
  branch.item = std::move(outer);
  std::swap(index, branch.index);
  return made;
}

void Execution::start_iterations(Branch& branch, std::int64_t previous) {
  auto& children = *branch.children;
  const auto limit = children.max_concurrency > 0
                         ? static_cast<std::size_t>(children.max_concurrency)
                         : kInlineConcurrency;
  while (children.running < limit && children.next < children.items->size()) {
    const auto index = children.next++;
    const Datum& item = (*children.items)[index];
    auto input = item_input(branch, children.input, index, item);
    if (!input) return misfit(branch, std::move(input.error()));
    Branch& child = add_branch(*branch.state->processor, &branch, index);
    child.state = child.list->find(child.list->start_at);
    child.item = item;
    child.input = std::move(*input);
    ++children.running;
    child.last_event =
        record(previous, "MapIterationStarted",
               wants_events() ? Json{{"name", branch.state->name}, {"index", index}} : Json());
    push(child);
  }
}

void Execution::child_ended(Branch& parent, Branch& child, Datum output) {
  auto& children = *parent.children;
  const auto last = child.last_event;
  children.results[child.index] = std::move(output);
  --children.running;
  ++children.done;
  parent.last_event = last;
  if (parent.state->type == StateType::kMap) {
    parent.last_event = record(
        last, "MapIterationSucceeded",
        wants_events() ? Json{{"name", parent.state->name}, {"index", child.index}} : Json());
  }
  branches_.erase(child.id);
  std::erase_if(children.branches, [&](const auto& each) { return each.get() == &child; });
  if (children.done == children.results.size()) return children_succeeded(parent);
  if (parent.state->type == StateType::kMap) start_iterations(parent, last);
}

void Execution::children_succeeded(Branch& branch) {
  const bool map = branch.state->type == StateType::kMap;
  // Only told: what follows points at what was before.
  record(branch.last_event, map ? "MapStateSucceeded" : "ParallelStateSucceeded");
  Json results = Json::array();
  std::size_t bytes = 0;
  for (const auto& result : branch.children->results) {
    bytes += result.text().size() + 1;
    if (bytes > kMaxPayloadBytes) {
      remove_children(branch);
      return too_large(branch);
    }
    results.push_back(result.json());
  }
  remove_children(branch);
  finish(branch, Datum(std::move(results)));
}

void Execution::child_failed(Branch& parent, Branch& child, Fault fault) {
  const bool map = parent.state->type == StateType::kMap;
  const auto last = child.last_event;
  const auto details = [&](const Branch& each) {
    return wants_events() ? Json{{"name", parent.state->name}, {"index", each.index}} : Json();
  };
  if (map) record(last, "MapIterationFailed", details(child));
  for (const auto& each : parent.children->branches) {
    if (map && each.get() != &child) record(last, "MapIterationAborted", details(*each));
    if (each->state->type == StateType::kTask) record(last, "TaskStateAborted");
  }
  remove_children(parent);
  parent.last_event = last;
  fail(parent, std::move(fault));
}

// --- DISTRIBUTED ---

void Execution::run_distributed(Branch& branch, std::optional<std::vector<Datum>> items,
                                const Scope& seen) {
  const State& state = *branch.state;
  const auto& limits = *branch.children;
  MapRunRequest request;
  request.state = &state;
  request.max_concurrency = limits.max_concurrency;
  request.tolerated_count = limits.tolerated_count;
  request.tolerated_percentage = limits.tolerated_percentage;
  const auto evaluate = [&](const std::optional<Payload>& payload,
                            Datum& out) -> std::optional<Misfit> {
    if (!payload) return std::nullopt;
    auto made = payload->evaluate(seen);
    if (!made) return std::move(made.error());
    out = std::move(*made);
    return std::nullopt;
  };
  const auto limit = [&](const NumberField& field, std::string_view name,
                         double& out) -> std::optional<Misfit> {
    if (!field.given()) return std::nullopt;
    const auto value = number(field, name, seen);
    if (!value) return value.error();
    out = *value;
    return std::nullopt;
  };
  std::optional<Misfit> wrong;
  if (state.reader) {
    wrong = evaluate(state.reader->parameters, request.reader);
    if (!wrong) wrong = limit(state.reader->max_items, "MaxItems", request.max_items);
  } else {
    request.items = std::make_shared<const std::vector<Datum>>(std::move(*items));
  }
  if (state.batcher && !wrong) {
    wrong = limit(state.batcher->max_items, "MaxItemsPerBatch", request.batch_items);
    if (!wrong)
      wrong = limit(state.batcher->max_bytes, "MaxInputBytesPerBatch", request.batch_bytes);
    if (state.batcher->batch_input && !wrong) {
      wrong = evaluate(state.batcher->batch_input, request.batch_input.emplace());
    }
  }
  if (state.writer && state.writer->parameters && !wrong) {
    wrong = evaluate(state.writer->parameters, request.writer.emplace());
  }
  if (wrong) return misfit(branch, std::move(*wrong));
  branch.map_run_arn = host_.map_run_arn(state);
  record_in(branch, "MapRunStarted",
            wants_events() ? Json{{"mapRunArn", branch.map_run_arn}} : Json());
  branch.map_run_event = branch.last_event;
  branch.phase = Phase::kWorking;
  branch.task = ++last_id_;
  tasks_[branch.task] = &branch;
  request.id = branch.task;
  request.arn = branch.map_run_arn;
  branch.children->items = request.items;
  host_.start_map_run(std::move(request));
}

std::expected<Datum, Fault> Execution::item_input(std::uint64_t id, std::size_t index,
                                                  const Datum& item, WallTime now) {
  Branch* branch = find_task(id);
  if (branch == nullptr) return item;
  now_ = now;
  auto input = item_input(*branch, branch->children->input, index, item);
  if (input) return std::move(*input);
  return std::unexpected(
      Fault{.error = input.error().error, .cause = sentence(*branch, input.error().reason)});
}

void Execution::map_run_ended(std::uint64_t id, std::expected<Datum, Fault> result, WallTime now) {
  Branch* branch = find_task(id);
  if (branch == nullptr) return;
  now_ = now;
  tasks_.erase(id);
  branch->task = 0;
  branch->map_run_arn.clear();
  branch->children.reset();
  if (result) {
    const auto succeeded = record(branch->last_event, "MapRunSucceeded");
    record(succeeded, "MapStateSucceeded");
    // Since 2024-11; before, at MapRunSucceeded.
    branch->last_event = branch->map_run_event;
    finish(*branch, std::move(*result));
  } else {
    Json details = Json::object();
    if (result.error().error) details["error"] = *result.error().error;
    if (result.error().cause) details["cause"] = *result.error().cause;
    record_in(*branch, "MapRunFailed", std::move(details));
    fail(*branch, std::move(result.error()));
  }
  run_ready();
}

}  // namespace loopgate::states
