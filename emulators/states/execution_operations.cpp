#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/operations.h"

namespace loopgate::states {

namespace {

using http::text_param;

const json kIncluded = {{"included", true}};

void put_fault(json& out, const Fault& fault) {
  if (fault.error) out["error"] = *fault.error;
  if (fault.cause) out["cause"] = *fault.cause;
}

void put_origin(json& out, const Record& record) {
  out["stateMachineArn"] = record.what.machine_arn;
  if (!record.what.version_arn.empty()) out["stateMachineVersionArn"] = record.what.version_arn;
  if (!record.what.alias_arn.empty()) out["stateMachineAliasArn"] = record.what.alias_arn;
}

json summary(const Record& record) {
  json out = {{"executionArn", record.arn},
              {"name", record.name},
              {"status", to_string(record.status)},
              {"startDate", seconds(record.started)}};
  put_origin(out, record);
  if (record.stopped) out["stopDate"] = seconds(*record.stopped);
  if (!record.map_run_arn.empty()) out["mapRunArn"] = record.map_run_arn;
  if (record.item_count > 0) out["itemCount"] = record.item_count;
  out["redriveCount"] = record.redrives;
  if (record.redriven) out["redriveDate"] = seconds(*record.redriven);
  return out;
}

aws::Outcome<StartRequest> read_start(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  const auto arn = text_param(params, "stateMachineArn");
  if (auto checked = check_arn(arn, "stateMachine"); !checked) return aws::refuse(checked.error());
  auto what = context.machines.resolve(arn);
  if (!what) return aws::refuse(what.error());
  StartRequest request{.what = std::move(*what),
                       .name = text_param(params, "name"),
                       .input = text_param(params, "input"),
                       .trace_header = text_param(params, "traceHeader")};
  if (!params.contains("input")) request.input = "{}";
  return request;
}

// Of what a STANDARD execution has and an EXPRESS one has not.
aws::Outcome<Record> find_execution(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "executionArn");
  if (auto checked = check_arn(arn, "execution"); !checked) return aws::refuse(checked.error());
  return context.executions.find(arn);
}

}  // namespace

ApiResult start_execution(Context& context, const ApiCall& call) {
  auto request = read_start(context, call);
  if (!request) return aws::refuse(request.error());
  const auto record = context.executions.start(std::move(*request));
  if (!record) return aws::refuse(record.error());
  return json{{"executionArn", record->arn}, {"startDate", seconds(record->started)}};
}

std::function<void()> start_sync_execution(Context& context, ApiCall call, ApiReply reply) {
  auto request = read_start(context, call);
  if (request && request->what.type != MachineType::kExpress) request = aws::refuse(wrong_type());
  if (!request) return reply(aws::refuse(request.error())), nullptr;
  auto shared = std::make_shared<ApiReply>(std::move(reply));
  const auto started =
      context.executions.start_sync(std::move(*request), [shared](const Record& record) {
        const auto milliseconds = to_millis(*record.stopped) - to_millis(record.started);
        json out = {{"executionArn", record.arn},
                    {"stateMachineArn", record.what.machine_arn},
                    {"name", record.name},
                    {"startDate", seconds(record.started)},
                    {"stopDate", seconds(*record.stopped)},
                    {"status", to_string(record.status)},
                    {"input", record.input.text()},
                    {"inputDetails", kIncluded},
                    {"outputDetails", kIncluded},
                    {"billingDetails",
                     {{"billedMemoryUsedInMB", 64},
                      {"billedDurationInMilliseconds",
                       std::max<std::int64_t>((milliseconds + 99) / 100, 1) * 100}}}};
        if (record.output) out["output"] = record.output->text();
        put_fault(out, record.fault);
        if (!record.trace_header.empty()) out["traceHeader"] = record.trace_header;
        (*shared)(std::move(out));
      });
  if (!started) (*shared)(aws::refuse(started.error()));
  return nullptr;
}

ApiResult stop_execution(Context& context, const ApiCall& call) {
  const auto known = find_execution(context, call);
  if (!known) return aws::refuse(known.error());
  const auto text = [&](const char* name) -> std::optional<std::string> {
    if (!call.params.contains(name)) return std::nullopt;
    return text_param(call.params, name);
  };
  const auto record = context.executions.stop(known->arn, text("error"), text("cause"));
  if (!record) return aws::refuse(record.error());
  return json{{"stopDate", seconds(record->stopped.value_or(context.executions.now()))}};
}

ApiResult redrive_execution(Context& context, const ApiCall& call) {
  const auto known = find_execution(context, call);
  if (!known) return aws::refuse(known.error());
  const auto record = context.executions.redrive(known->arn);
  if (!record) return aws::refuse(record.error());
  return json{{"redriveDate", seconds(*record->redriven)}};
}

ApiResult describe_execution(Context& context, const ApiCall& call) {
  const auto record = find_execution(context, call);
  if (!record) return aws::refuse(record.error());
  json out = summary(*record);
  out.erase("itemCount");
  out["input"] = record->input.text();
  out["inputDetails"] = kIncluded;
  if (record->output) {
    out["output"] = record->output->text();
    out["outputDetails"] = kIncluded;
  }
  put_fault(out, record->fault);
  if (!record->trace_header.empty()) out["traceHeader"] = record->trace_header;
  const bool redrivable =
      record->status != ExecutionStatus::kRunning && record->status != ExecutionStatus::kSucceeded;
  out["redriveStatus"] = redrivable ? "REDRIVABLE" : "NOT_REDRIVABLE";
  if (!redrivable) {
    out["redriveStatusReason"] =
        fmt::format("Execution is {} and cannot be redriven", to_string(record->status));
  }
  if (text_param(call.params, "includedData") == "METADATA_ONLY") {
    for (const char* name :
         {"input", "inputDetails", "output", "outputDetails", "error", "cause"}) {
      out.erase(name);
    }
  }
  return out;
}

ApiResult list_executions(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  const auto page = read_page(params);
  if (!page) return aws::refuse(page.error());
  const auto run_arn = text_param(params, "mapRunArn");
  std::string machine_arn, version_arn;
  if (run_arn.empty()) {
    const auto arn = text_param(params, "stateMachineArn");
    if (auto checked = check_arn(arn, "stateMachine"); !checked) {
      return aws::refuse(checked.error());
    }
    const auto what = context.machines.resolve(arn);
    if (!what) return aws::refuse(what.error());
    if (what->type == MachineType::kExpress) return aws::refuse(wrong_type());
    machine_arn = what->machine_arn;
    if (machine_arn != arn) version_arn = arn;
  } else {
    if (auto checked = check_arn(run_arn, "mapRun"); !checked) return aws::refuse(checked.error());
    const auto run = context.executions.table().map_run(run_arn);
    if (!run) return aws::refuse(resource_missing(run_arn));
    machine_arn = run->machine_arn;
  }
  std::optional<ExecutionStatus> status;
  const auto filter = text_param(params, "statusFilter");
  for (int i = 0; i <= static_cast<int>(ExecutionStatus::kAborted); ++i) {
    if (filter == to_string(static_cast<ExecutionStatus>(i))) {
      status = static_cast<ExecutionStatus>(i);
    }
  }
  if (filter == "PENDING_REDRIVE") return json{{"executions", json::array()}};
  const auto redriven = text_param(params, "redriveFilter");
  // The page's `from` is the ordinal of the last that was given.
  auto list = json::array();
  auto before = static_cast<std::int64_t>(page->from);
  bool more = true;
  while (more && list.size() <= page->count) {
    const auto rows =
        context.executions.table().list(machine_arn, run_arn, status, before, page->count + 1);
    more = rows.size() > page->count;
    for (const auto& row : rows) {
      const bool wanted = (version_arn.empty() || row.what.version_arn == version_arn ||
                           row.what.alias_arn == version_arn) &&
                          (redriven.empty() || (redriven == "REDRIVEN") == (row.redrives > 0));
      if (wanted && list.size() == page->count)
        return json{{"executions", std::move(list)},
                    {"nextToken", codec::base64_encode(as_bytes(fmt::format("from={}", before)))}};
      if (wanted) list.push_back(summary(row));
      before = row.ordinal;
    }
  }
  return json{{"executions", std::move(list)}};
}

ApiResult get_execution_history(Context& context, const ApiCall& call) {
  const auto page = read_page(call.params);
  if (!page) return aws::refuse(page.error());
  const auto record = find_execution(context, call);
  if (!record) return aws::refuse(record.error());
  auto events = read_json("[" + context.executions.history(*record) + "]", {.bytes = kMaxJsonBytes})
                    .value_or(json::array());
  if (call.params.value("reverseOrder", false)) std::reverse(events.begin(), events.end());
  const bool data = call.params.value("includeExecutionData", true);
  auto list = json::array();
  for (auto i = page->from; i < std::min(page->from + page->count, events.size()); ++i) {
    auto event = std::move(events[i]);
    if (!data) {
      for (auto& [name, details] : event.items()) {
        if (!details.is_object()) continue;
        for (const char* each : {"input", "output", "parameters", "assignedVariables"}) {
          details.erase(each);
        }
      }
    }
    list.push_back(std::move(event));
  }
  json out = {{"events", std::move(list)}};
  put_token(out, *page, events.size());
  return out;
}

// --- map runs ---

ApiResult describe_map_run(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "mapRunArn");
  if (auto checked = check_arn(arn, "mapRun"); !checked) return aws::refuse(checked.error());
  auto& table = context.executions.table();
  const auto run = table.map_run(arn);
  if (!run) return aws::refuse(resource_missing(arn));
  const auto counted = [&](const MapRunCounts& counts) {
    const auto begun =
        counts.running + counts.succeeded + counts.failed + counts.timed_out + counts.aborted;
    return json{
        {"total", counts.total},      {"pending", std::max<std::int64_t>(counts.total - begun, 0)},
        {"running", counts.running},  {"succeeded", counts.succeeded},
        {"failed", counts.failed},    {"timedOut", counts.timed_out},
        {"aborted", counts.aborted},  {"resultsWritten", run->results_written},
        {"failuresNotRedrivable", 0}, {"pendingRedrive", 0}};
  };
  json out = {{"mapRunArn", run->arn},
              {"executionArn", run->execution_arn},
              {"status", to_string(run->status)},
              {"startDate", seconds(run->started)},
              {"maxConcurrency", static_cast<std::int64_t>(run->max_concurrency)},
              {"toleratedFailurePercentage", run->tolerated_percentage},
              {"toleratedFailureCount", static_cast<std::int64_t>(run->tolerated_count)},
              {"itemCounts", counted(run->items)},
              {"executionCounts", counted(run->children)},
              {"redriveCount", 0}};
  if (run->stopped) out["stopDate"] = seconds(*run->stopped);
  return out;
}

ApiResult list_map_runs(Context& context, const ApiCall& call) {
  const auto page = read_page(call.params);
  if (!page) return aws::refuse(page.error());
  const auto record = find_execution(context, call);
  if (!record) return aws::refuse(record.error());
  auto runs = context.executions.table().map_runs(record->arn);
  std::ranges::sort(runs, std::greater(), &MapRunRecord::started);
  auto list = json::array();
  for (auto i = page->from; i < std::min(page->from + page->count, runs.size()); ++i) {
    json each = {{"executionArn", runs[i].execution_arn},
                 {"mapRunArn", runs[i].arn},
                 {"stateMachineArn", runs[i].machine_arn},
                 {"startDate", seconds(runs[i].started)}};
    if (runs[i].stopped) each["stopDate"] = seconds(*runs[i].stopped);
    list.push_back(std::move(each));
  }
  json out = {{"mapRuns", std::move(list)}};
  put_token(out, *page, runs.size());
  return out;
}

ApiResult update_map_run(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "mapRunArn");
  auto run = context.executions.table().map_run(arn);
  if (!run) return aws::refuse(resource_missing(arn));
  const auto& params = call.params;
  run->max_concurrency = params.value("maxConcurrency", run->max_concurrency);
  run->tolerated_count = params.value("toleratedFailureCount", run->tolerated_count);
  run->tolerated_percentage = params.value("toleratedFailurePercentage", run->tolerated_percentage);
  context.executions.change_map_run(*run);
  return json::object();
}

}  // namespace loopgate::states
