#include "emulators/states/map_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/states/executions.h"
#include "emulators/states/language/items.h"
#include "emulators/states/language/limits.h"
#include "emulators/states/running.h"

namespace loopgate::states {

namespace {

std::string text_at(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

MapRun::MapRun(Running& parent, MapRunRequest request)
    : parent_(parent), request_(std::move(request)) {
  auto& table = parent.owner.table();
  if (request_.resumed) {
    if (auto known = table.map_run(request_.arn)) {
      record_ = std::move(*known);
      request_.max_concurrency = record_.max_concurrency;
      request_.tolerated_count = record_.tolerated_count;
      request_.tolerated_percentage = record_.tolerated_percentage;
      request_.max_items = record_.max_items;
      request_.batch_items = record_.batch_items;
      request_.batch_bytes = record_.batch_bytes;
      request_.reader = record_.reader.value_or(Datum());
      request_.batch_input = record_.batch_input;
      request_.writer = record_.writer;
      return;
    }
  }
  const auto slash = request_.arn.find("mapRun:");
  const auto label = request_.arn.substr(slash + 7, request_.arn.rfind(':') - slash - 7);
  record_ = {.arn = request_.arn,
             .execution_arn = parent.record.arn,
             .machine_arn = fmt::format("arn:aws:states:{}:{}:stateMachine:{}", parent.region(),
                                        parent.account(), label),
             .state = request_.state->name,
             .started = parent.owner.now(),
             .max_concurrency = request_.max_concurrency,
             .tolerated_count = request_.tolerated_count,
             .tolerated_percentage = request_.tolerated_percentage,
             .max_items = request_.max_items,
             .batch_items = request_.batch_items,
             .batch_bytes = request_.batch_bytes,
             .batch_input = request_.batch_input,
             .writer = request_.writer};
  if (request_.state->reader) record_.reader = request_.reader;
  table.put(record_);
}

void MapRun::begin() {
  if (request_.items) return have_items(*request_.items);
  read_items();
}

void MapRun::read_items() {
  const Json& parameters = request_.reader.json();
  if (request_.state->reader->resource.ends_with(":listObjectsV2")) return read_list("");
  if (text_at(parameters, "Bucket").empty() || text_at(parameters, "Key").empty()) {
    return fail("States.ItemReaderFailed", "The ItemReader needs a Bucket and a Key");
  }
  const auto resource = *Resource::parse("arn:aws:states:::aws-sdk:s3:getObject");
  auto& owner = parent_.owner;
  owner.sessions().get(
      parent_.record.what.role_arn, "states.amazonaws.com",
      [this, alive = alive_.token(), resource](aws::Outcome<aws::SessionPtr> session) {
        if (!alive || over_) return;
        if (!session) return fail("States.ItemReaderFailed", session.error().message);
        parent_.owner.integrations().call(
            resource, request_.reader, *session, parent_.region(),
            [this, alive = alive_.token()](std::expected<Datum, Fault> answer) {
              if (!alive || over_) return;
              if (!answer) {
                return fail("States.ItemReaderFailed", answer.error().cause.value_or(""));
              }
              have_text(text_at(answer->json(), "Body"));
            });
      });
}

// Page by page.
void MapRun::read_list(std::string token) {
  Json parameters = request_.reader.json();
  if (!token.empty()) parameters["ContinuationToken"] = std::move(token);
  const auto resource = *Resource::parse("arn:aws:states:::aws-sdk:s3:listObjectsV2");
  parent_.owner.sessions().get(
      parent_.record.what.role_arn, "states.amazonaws.com",
      [this, alive = alive_.token(), resource, parameters](aws::Outcome<aws::SessionPtr> session) {
        if (!alive || over_) return;
        if (!session) return fail("States.ItemReaderFailed", session.error().message);
        parent_.owner.integrations().call(
            resource, Datum(parameters), *session, parent_.region(),
            [this, alive = alive_.token()](std::expected<Datum, Fault> answer) {
              if (!alive || over_) return;
              if (!answer) {
                return fail("States.ItemReaderFailed", answer.error().cause.value_or(""));
              }
              const Json& json = answer->json();
              for (const auto& object : json.value("Contents", Json::array())) {
                Json item = Json::object();
                for (const auto& member : object.items()) {
                  item[member.key() == "ETag" ? "Etag" : member.key()] = member.value();
                }
                read_.emplace_back(std::move(item));
              }
              auto next = text_at(json, "NextContinuationToken");
              const bool enough =
                  request_.max_items > 0 && static_cast<double>(read_.size()) >= request_.max_items;
              if (!next.empty() && !enough) return read_list(std::move(next));
              if (enough) read_.resize(static_cast<std::size_t>(request_.max_items));
              have_items(std::move(read_));
            });
      });
}

void MapRun::have_text(const std::string& text) {
  auto items = states::read_items(*request_.state->reader, text,
                                  static_cast<std::size_t>(request_.max_items));
  if (!items) return fail("States.ItemReaderFailed", items.error());
  have_items(std::move(*items));
}

void MapRun::have_items(std::vector<Datum> items) {
  record_.items = {.total = static_cast<std::int64_t>(items.size())};
  std::vector<Datum> inputs;
  inputs.reserve(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto input = parent_.execution.item_input(request_.id, i, items[i], parent_.owner.now());
    if (!input) return end(std::unexpected(std::move(input.error())));
    inputs.push_back(std::move(*input));
  }
  make_children(inputs);
  record_.children = {.total = static_cast<std::int64_t>(children_.size())};
  parent_.owner.table().put(record_);
  states_.assign(children_.size(), Result::kWaiting);
  outputs_.resize(children_.size());
  if (request_.resumed) {
    // Children that an earlier process ended are not run again; those that run join in.
    for (auto& known : parent_.owner.table().list(record_.machine_arn, record_.arn, std::nullopt, 0,
                                                  children_.size())) {
      const auto index = static_cast<std::size_t>(known.item);
      if (index >= children_.size() || states_[index] != Result::kWaiting) continue;
      states_[index] = Result::kRunning;
      ++running_;
      count(index, ExecutionStatus::kRunning, 1);
      parent_.owner.watch(known.arn, [this, alive = alive_.token(), index](const Record& child) {
        if (alive && !over_) child_ended(index, child);
      });
    }
  }
  start_children();
}

void MapRun::make_children(const std::vector<Datum>& items) {
  const auto most = static_cast<std::size_t>(request_.batch_items);
  const auto bytes = static_cast<std::size_t>(request_.batch_bytes);
  if (most == 0 && bytes == 0) {
    for (const auto& item : items) children_.push_back({.input = item});
    return;
  }
  for (std::size_t at = 0; at < items.size();) {
    Json batch = Json::array();
    std::size_t size = 0;
    while (at < items.size() && (most == 0 || batch.size() < most)) {
      size += items[at].text().size() + 1;
      if (bytes > 0 && size > bytes && !batch.empty()) break;
      batch.push_back(items[at++].json());
    }
    const auto count = static_cast<std::int64_t>(batch.size());
    Json input = Json::object();
    if (request_.batch_input) input["BatchInput"] = request_.batch_input->json();
    input["Items"] = std::move(batch);
    children_.push_back({.input = Datum(std::move(input)), .items = count});
  }
}

void MapRun::start_children() {
  const auto limit = request_.max_concurrency > 0
                         ? std::min<std::size_t>(static_cast<std::size_t>(request_.max_concurrency),
                                                 kDistributedConcurrency)
                         : kDistributedConcurrency;
  const auto alive = alive_.token();
  while (!over_ && running_ < limit && next_ < children_.size()) {
    const auto index = next_++;
    if (states_[index] != Result::kWaiting) continue;
    states_[index] = Result::kRunning;
    ++running_;
    count(index, ExecutionStatus::kRunning, 1);
    auto& owner = parent_.owner;
    Record child{.name = owner.surroundings().random.uuid(),
                 .what = parent_.record.what,
                 .map_run_arn = record_.arn,
                 .item = static_cast<std::int64_t>(index),
                 .item_count = children_[index].items,
                 .input = children_[index].input,
                 .started = owner.now()};
    child.what.machine_arn = record_.machine_arn;
    child.what.machine_name = record_.machine_arn.substr(record_.machine_arn.rfind(':') + 1);
    child.what.type =
        request_.state->express_children ? MachineType::kExpress : MachineType::kStandard;
    child.arn = execution_arn(child.what, child.name, owner.surroundings().random.uuid());
    const auto definition =
        owner.machines().compiled(parent_.record.what.definition, parent_.record.what.type);
    const auto* started =
        owner.start_child(std::move(child), definition, request_.state->processor->path,
                          [this, alive, index](const Record& ended) {
                            if (alive && !over_) child_ended(index, ended);
                          });
    if (started == nullptr) {
      return fail("States.Runtime", "Too many executions run at a time");
    }
    if (!alive) return;
  }
  if (!over_ && done_ == children_.size()) finish();
}

void MapRun::child_ended(std::size_t index, const Record& child) {
  --running_;
  ++done_;
  const bool good = child.status == ExecutionStatus::kSucceeded;
  states_[index] = good ? Result::kSucceeded : Result::kFailed;
  count(index, ExecutionStatus::kRunning, -1);
  count(index, child.status, 1);
  parent_.owner.table().put(record_);
  if (good) {
    outputs_[index] = *child.output;
  } else {
    failed_items_ += children_[index].items;
  }
  if (request_.writer || request_.state->writer) ended_.push_back(child);
  children_[index].input = Datum();
  if (too_many_failed()) {
    return fail("States.ExceedToleratedFailureThreshold",
                "The specified tolerated failure threshold was exceeded");
  }
  start_children();
}

void MapRun::count(std::size_t index, ExecutionStatus status, std::int64_t by) {
  const auto at = [status](MapRunCounts& counts) -> std::int64_t& {
    switch (status) {
      case ExecutionStatus::kRunning:
        return counts.running;
      case ExecutionStatus::kSucceeded:
        return counts.succeeded;
      case ExecutionStatus::kFailed:
        return counts.failed;
      case ExecutionStatus::kTimedOut:
        return counts.timed_out;
      case ExecutionStatus::kAborted:
        break;
    }
    return counts.aborted;
  };
  at(record_.children) += by;
  at(record_.items) += by * children_[index].items;
}

void MapRun::change_limits(const MapRunRecord& changed) {
  record_.max_concurrency = request_.max_concurrency = changed.max_concurrency;
  record_.tolerated_count = request_.tolerated_count = changed.tolerated_count;
  record_.tolerated_percentage = request_.tolerated_percentage = changed.tolerated_percentage;
}

bool MapRun::too_many_failed() const {
  if (failed_items_ == 0) return false;
  const bool counts = request_.state->tolerated_count.given();
  const bool shares = request_.state->tolerated_percentage.given();
  const auto failed = static_cast<double>(failed_items_);
  if (counts && failed > request_.tolerated_count) return true;
  if (shares &&
      failed * 100 > request_.tolerated_percentage * static_cast<double>(record_.items.total)) {
    return true;
  }
  return !counts && !shares;
}

void MapRun::fail(std::string error, std::string cause) {
  end(std::unexpected(Fault{.error = std::move(error), .cause = std::move(cause)}));
}

void MapRun::end(std::expected<Datum, Fault> result) {
  if (over_) return;
  record_.status = result ? ExecutionStatus::kSucceeded : ExecutionStatus::kFailed;
  abort();
  Running& parent = parent_;
  const auto id = request_.id;
  // This object goes with it, in a later task.
  auto found = parent.map_runs.find(id);
  if (found != parent.map_runs.end()) {
    parent.owner.surroundings().tasks.post([run = std::move(found->second)] {});
    parent.map_runs.erase(found);
  }
  parent.execution.map_run_ended(id, std::move(result), parent.owner.now());
  parent.owner.settle(parent);
}

// What runs still is stopped.
void MapRun::abort() {
  if (over_) return;
  over_ = true;
  if (record_.status == ExecutionStatus::kRunning) record_.status = ExecutionStatus::kAborted;
  record_.stopped = parent_.owner.now();
  auto& owner = parent_.owner;
  record_.children.aborted += record_.children.running;
  record_.items.aborted += record_.items.running;
  record_.children.running = record_.items.running = 0;
  owner.table().put(record_);
  if (running_ == 0) return;
  for (const auto& child :
       owner.table().list(record_.machine_arn, record_.arn, ExecutionStatus::kRunning, 0,
                          kDistributedConcurrency)) {
    (void)owner.stop(child.arn, std::nullopt, std::nullopt);
  }
}

}  // namespace loopgate::states
