// An execution as a document, from which another process goes on. Events are not in it: they are
// the history's.
#include "base/json.h"
#include "emulators/states/language/execution.h"

namespace loopgate::states {

namespace {

std::int64_t nanos(WallTime time) {
  return time.time_since_epoch().count();
}
WallTime time_at(const Json& json) {
  return WallTime(Duration(json.is_number() ? json.get<std::int64_t>() : 0));
}

void put(Json& out, const char* name, const std::optional<WallTime>& time) {
  if (time) out[name] = nanos(*time);
}
void put(Json& out, const char* name, const std::optional<double>& number) {
  if (number) out[name] = *number;
}
void put(Json& out, const char* name, const std::optional<std::string>& text) {
  if (text) out[name] = *text;
}

std::optional<WallTime> optional_time(const Json& json, const char* name) {
  if (!json.contains(name)) return std::nullopt;
  return time_at(json[name]);
}
std::optional<double> optional_number(const Json& json, const char* name) {
  if (!json.contains(name)) return std::nullopt;
  return json[name].get<double>();
}
std::optional<std::string> optional_text(const Json& json, const char* name) {
  if (!json.contains(name)) return std::nullopt;
  return json[name].get<std::string>();
}

Json of(const Branch& branch);

Json of(const Children& children) {
  Json out = {{"next", children.next},
              {"running", children.running},
              {"done", children.done},
              {"input", children.input.text()},
              {"maxConcurrency", children.max_concurrency},
              {"toleratedCount", children.tolerated_count},
              {"toleratedPercentage", children.tolerated_percentage},
              {"results", Json::array()},
              {"branches", Json::array()}};
  if (children.items) {
    Json items = Json::array();
    for (const auto& item : *children.items) items.push_back(item.text());
    out["items"] = std::move(items);
  }
  for (const auto& result : children.results) out["results"].push_back(result.text());
  for (const auto& branch : children.branches) out["branches"].push_back(of(*branch));
  return out;
}

Json of(const Branch& branch) {
  Json variables = Json::object();
  for (const auto& [name, value] : branch.variables.own()) variables[name] = value.text();
  Json out = {{"id", branch.id},
              {"list", branch.list->path},
              {"index", branch.index},
              {"state", branch.state->name},
              {"phase", static_cast<int>(branch.phase)},
              {"input", branch.input.text()},
              {"entered", nanos(branch.entered)},
              {"enteredEvent", branch.entered_event},
              {"beforeEntered", branch.before_entered},
              {"lastEvent", branch.last_event},
              {"tries", branch.tries},
              {"retryCount", branch.retry_count},
              {"variables", std::move(variables)}};
  if (branch.item) out["item"] = branch.item->text();
  if (branch.task != 0) {
    out["task"] = branch.task;
    out["parameters"] = branch.parameters.text();
    out["submitted"] = branch.submitted;
    if (branch.submitted) out["answer"] = branch.answer.text();
  } else if (branch.phase == Phase::kScheduled) {
    out["parameters"] = branch.parameters.text();
  }
  if (!branch.token.empty()) out["token"] = branch.token;
  if (!branch.role_arn.empty()) out["role"] = branch.role_arn;
  if (!branch.map_run_arn.empty()) {
    out["mapRun"] = branch.map_run_arn;
    out["mapRunEvent"] = branch.map_run_event;
  }
  put(out, "timeoutSeconds", branch.timeout_seconds);
  put(out, "heartbeatSeconds", branch.heartbeat_seconds);
  put(out, "timeoutAt", branch.timeout_at);
  put(out, "heartbeatAt", branch.heartbeat_at);
  put(out, "wake", branch.wake);
  put(out, "error", branch.fault.error);
  put(out, "cause", branch.fault.cause);
  if (branch.missed_heartbeat) out["missedHeartbeat"] = true;
  if (branch.children) out["children"] = of(*branch.children);
  return out;
}

}  // namespace

Json Execution::snapshot() const {
  Json out = {{"lastEvent", last_event_id_},
              {"lastId", last_id_},
              {"transitions", transitions_},
              {"redrives", info_.redrives}};
  if (root_) out["root"] = of(*root_);
  return out;
}

namespace {

void restore_children(const Json& json, Children& out) {
  out.next = json["next"];
  out.running = json["running"];
  out.done = json["done"];
  out.input = Datum::of_text(json["input"]);
  out.max_concurrency = json["maxConcurrency"];
  out.tolerated_count = json["toleratedCount"];
  out.tolerated_percentage = json["toleratedPercentage"];
  for (const auto& result : json["results"]) out.results.push_back(Datum::of_text(result));
  if (!json.contains("items")) return;
  std::vector<Datum> items;
  for (const auto& item : json["items"]) items.push_back(Datum::of_text(item));
  out.items = std::make_shared<const std::vector<Datum>>(std::move(items));
}

void restore_branch(const Json& json, Branch& out) {
  out.phase = static_cast<Phase>(json["phase"].get<int>());
  out.input = Datum::of_text(json["input"]);
  out.entered = time_at(json["entered"]);
  out.entered_event = json["enteredEvent"];
  out.before_entered = json["beforeEntered"];
  out.last_event = json["lastEvent"];
  out.tries = json["tries"].get<std::vector<std::int64_t>>();
  out.retry_count = json["retryCount"];
  for (const auto& variable : json["variables"].items()) {
    out.variables.set(variable.key(), Datum::of_text(variable.value()));
  }
  if (json.contains("item")) out.item = Datum::of_text(json["item"]);
  if (json.contains("task")) out.task = json["task"];
  if (json.contains("parameters")) out.parameters = Datum::of_text(json["parameters"]);
  out.submitted = json.value("submitted", false);
  if (json.contains("answer")) out.answer = Datum::of_text(json["answer"]);
  out.token = json.value("token", "");
  out.role_arn = json.value("role", "");
  out.map_run_arn = json.value("mapRun", "");
  out.map_run_event = json.value("mapRunEvent", std::int64_t{0});
  out.timeout_seconds = optional_number(json, "timeoutSeconds");
  out.heartbeat_seconds = optional_number(json, "heartbeatSeconds");
  out.timeout_at = optional_time(json, "timeoutAt");
  out.heartbeat_at = optional_time(json, "heartbeatAt");
  out.fault = {.error = optional_text(json, "error"), .cause = optional_text(json, "cause")};
  out.missed_heartbeat = json.value("missedHeartbeat", false);
}

}  // namespace

// The tree first; then tasks are started again, when everything that they may end stands.
bool Execution::restore(const Json& snapshot, WallTime now) {
  now_ = now;
  if (!snapshot.contains("root")) return false;
  last_event_id_ = snapshot["lastEvent"];
  last_id_ = snapshot["lastId"];
  transitions_ = snapshot["transitions"];
  info_.redrives = snapshot["redrives"];
  bool whole = true;
  const auto last_id = last_id_;
  const std::function<void(const Json&, Branch*)> add = [&](const Json& json, Branch* parent) {
    const StateList* list = definition_->list(json["list"].get_ref<const std::string&>());
    const State* state =
        list == nullptr ? nullptr : list->find(json["state"].get_ref<const std::string&>());
    if (state == nullptr) {
      whole = false;
      return;
    }
    Branch& branch = add_branch(*list, parent, json["index"]);
    branches_.erase(branch.id);
    branch.id = json["id"];
    branches_[branch.id] = &branch;
    branch.state = state;
    restore_branch(json, branch);
    wake_at(branch, optional_time(json, "wake"));
    if (branch.task != 0) tasks_[branch.task] = &branch;
    if (!json.contains("children")) return;
    branch.children = std::make_unique<Children>();
    restore_children(json["children"], *branch.children);
    for (const auto& child : json["children"]["branches"]) add(child, &branch);
  };
  add(snapshot["root"], nullptr);
  last_id_ = last_id;
  return whole;
}

void Execution::resume(WallTime now) {
  now_ = now;
  for (const auto& [id, branch] : branches_) {
    if (!branch->wake && branch->phase != Phase::kWorking) push(*branch);
  }
  const auto tasks = tasks_;
  for (const auto& [id, branch] : tasks) {
    if (branch->map_run_arn.empty()) {
      host_.start_task({.id = id,
                        .state = branch->state,
                        .parameters = branch->parameters,
                        .token = branch->token,
                        .role_arn = branch->role_arn,
                        .timeout_seconds = branch->timeout_seconds,
                        .heartbeat_seconds = branch->heartbeat_seconds,
                        .resumed = true,
                        .submitted = branch->submitted,
                        .answer = branch->answer});
    } else {
      MapRunRequest request;
      request.id = id;
      request.state = branch->state;
      request.arn = branch->map_run_arn;
      request.items = branch->children->items;
      request.resumed = true;
      host_.start_map_run(std::move(request));
    }
  }
  run_ready();
}

}  // namespace loopgate::states
