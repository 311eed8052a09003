#include "tests/suite/states/play.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/time.h"
#include "tests/suite/states/compare.h"
#include "tests/suite/states/world.h"

namespace suite {

namespace {

using loopgate::write_json;

// Texts that stand for any value, wherever they are.
const std::set<std::string> kMasks = {"datetime",
                                      "timestamp",
                                      "date",
                                      "start-date",
                                      "stop-date",
                                      "creation-date",
                                      "RequestId",
                                      "state-machine-arn",
                                      "execution-arn",
                                      "snf_role_arn",
                                      "sfn_role_arn",
                                      "snf_role_arn_t1",
                                      "x-amzn-RequestId",
                                      "X-Amzn-Trace-Id",
                                      "x-amz-crc32",
                                      "x-amzn-requestid",
                                      "RandomNumberGenerated",
                                      "activity_arn",
                                      "sqs_queue_url",
                                      "sqs-queue-url",
                                      "topic-arn",
                                      "a_task_token"};

std::string text(const Json& json) {
  return json.is_string() ? json.get<std::string>() : write_json(json);
}

class Player {
 public:
  explicit Player(const Json& test) : test_(test), compare_(names_, masks(test)) {
    names_.bind("secondary_test_aws_account_id", "222222222222");
  }

  std::string play();

 private:
  static std::set<std::string> masks(const Json& test) {
    auto out = kMasks;
    for (const auto& mask : test.value("masked", Json::array())) out.insert(text(mask[1]));
    return out;
  }

  std::string kind() const { return test_["kind"].get<std::string>(); }
  std::string definition();
  Json filled(const Json& json);
  void prepare();
  void name_topic(Json& params);
  void prepare_call(const std::string& operation, Json params);
  void act();
  std::string create_machine(Answer& answer, const std::string& definition, const std::string& type,
                             const Json& more = Json::object());
  std::string differ_error(const Json& expected, const Answer& answer);

  std::string play_execution();
  std::string play_create_error();
  std::string play_validate();
  std::string play_test_state();
  std::string play_api();
  void repeat(const Json& step, const Json& params);
  std::string check_execution(const std::string& arn);
  bool concurrent() const;
  Json resolve(const Json& params, const Json& step);
  std::string resolve_reference(const std::string& reference);

  const Json& test_;
  Names names_;
  World world_;
  Comparison compare_;
  std::vector<std::string> queues_;
  std::string activity_;
  std::string actor_;
  std::map<int, std::string> heartbeats_;
  std::vector<Json> results_;
  std::vector<std::string> executions_;
  std::string last_token_;
};

// Roles are ours; ARNs of what was prepared stand in for their names.
Json Player::filled(const Json& json) {
  if (json.is_string()) {
    auto out = names_.fill(json.get<std::string>());
    if (out.find(":role/") != std::string::npos) {
      out = out.substr(0, out.find(":role/")) + ":role/suite";
    }
    if (out.find(":log-group:") != std::string::npos) {
      out = fmt::format("arn:aws:logs:{}:{}:log-group:/suite:*", kRegion, kAccount);
    }
    if (out.ends_with("role_arn") || out == "snf_role_arn_t1") {
      const auto& given = json.get_ref<const std::string&>();
      if (given.starts_with('<')) names_.bind(given.substr(1, given.size() - 2), kRole);
      out = kRole;
    }
    if (out == "state-machine-arn") out = names_.fill(std::string("<state-machine-arn>"));
    if (out == "topic-arn") out = names_.fill(std::string("<topic_arn>"));
    if (out == "sqs-queue-url" && !queues_.empty()) out = queues_.front();
    if (out == "activity_arn" && !activity_.empty()) out = activity_;
    if (out == "sqs_queue_url" && !queues_.empty()) out = queues_.front();
    return out;
  }
  if (!json.is_structured()) return json;
  Json out = json.is_array() ? Json::array() : Json::object();
  if (json.is_array()) {
    for (const auto& item : json) out.push_back(filled(item));
  } else {
    for (const auto& member : json.items()) {
      out[names_.fill(member.key())] = filled(member.value());
    }
  }
  return out;
}

std::string Player::definition() {
  if (test_.contains("definition_text")) return names_.fill(text(test_["definition_text"]));
  return write_json(filled(test_["definition"]));
}

// Of a topic's name the recording keeps the end at most: "<resource:1>913".
void Player::name_topic(Json& params) {
  auto name = params.value("Name", "");
  names_.bind("resource:1", name);
  const auto all = write_json(test_["input"]);
  const auto at = all.find("<resource:1>");
  const bool wrong = test_["name"].get<std::string>().find("error_topic_arn") != std::string::npos;
  if (at == std::string::npos || wrong) return;
  params["Name"] = name + all.substr(at + 12, all.find('"', at) - at - 12);
}

// The recordings' own way to make one: its name and that of its key.
Json table_params(const Json& given) {
  if (!given.contains("table_name")) return given;
  const auto key = given.value("partition_key", "id");
  return {{"TableName", given["table_name"]},
          {"BillingMode", "PAY_PER_REQUEST"},
          {"AttributeDefinitions", {{{"AttributeName", key}, {"AttributeType", "S"}}}},
          {"KeySchema", {{{"AttributeName", key}, {"KeyType", "HASH"}}}}};
}

void Player::prepare_call(const std::string& operation, Json params) {
  params = filled(params);
  if (operation == "sns.create_topic") name_topic(params);
  if (operation == "dynamodb.create_table") params = table_params(params);
  const auto answer = world_.call(operation, params);
  if (operation == "sqs.create_queue" && answer.body.is_object()) {
    queues_.push_back(answer.body.value("QueueUrl", ""));
    for (const char* name : {"sqs_queue_url", "queue_url"}) names_.bind(name, queues_.back());
  }
  if (operation == "stepfunctions.create_activity") {
    activity_ = answer.body.value("activityArn", "");
  }
  if (operation == "sns.create_topic" && answer.body.is_object()) {
    names_.bind("topic_arn", answer.body.value("TopicArn", ""));
  }
}

void Player::prepare() {
  // Whatever the text names stands for itself, before queues and the like have other names.
  const auto all = write_json(test_);
  if (all.find("222222222222") != std::string::npos ||
      all.find("secondary_") != std::string::npos) {
    world_.create_role("222222222222");
  }
  const Json stubs = test_.value("lambda_stubs", Json::object());
  for (const auto& stub : stubs.items()) {
    auto name = names_.fill(stub.key());
    // In the account of whoever calls it; nothing is bound by looking.
    const Names before = names_;
    const auto whole = write_json(filled(test_));
    names_ = before;
    const auto at = whole.find(":function:" + name);
    const auto account = at == std::string::npos ? kAccount : whole.substr(at - 12, 12);
    if (!name.starts_with("arn:")) {
      name = fmt::format("arn:aws:lambda:{}:{}:function:{}", kRegion, account, name);
    }
    world_.create_function(name, text(stub.value()));
  }
  for (const auto& step : test_.value("setup", Json::array())) {
    prepare_call(text(step["service"]) + "." + text(step["op"]),
                 step.value("params", Json::object()));
  }
  for (const auto& step : test_.value("prepared", Json::array())) {
    if (text(step["op"]) == "create_activity") {
      prepare_call("stepfunctions.create_activity", step.value("params", Json::object()));
    }
  }
  for (const auto& other : test_.value("other_state_machines", Json::array())) {
    auto arn = names_.fill(text(other["arn"]));
    if (arn.find(":stateMachine:") == std::string::npos) {
      arn = fmt::format("arn:aws:states:{}:{}:stateMachine:{}", kRegion, kAccount, arn);
      names_.bind("state-machine-arn", arn);
    }
    const auto account = arn.substr(arn.find(":stateMachine:") - 12, 12);
    const auto made = world_.call("stepfunctions.create_state_machine",
                                  {{"name", arn.substr(arn.rfind(':') + 1)},
                                   {"definition", write_json(filled(other["definition"]))},
                                   {"type", other.value("type", "STANDARD")},
                                   {"roleArn", fmt::format("arn:aws:iam::{}:role/suite", account)}},
                                  account);
    if (made.failed()) fmt::print("another machine: {}\n", made.to_string());
  }
  for (const auto& actor : test_.value("actors", Json::array())) {
    actor_ += text(actor["actor"]) + "\n";
    if (!actor.contains("definition")) continue;
    const auto made = world_.call("stepfunctions.create_state_machine",
                                  {{"name", "actor"},
                                   {"definition", write_json(filled(actor["definition"]))},
                                   {"roleArn", kRole}});
    world_.call("stepfunctions.start_execution",
                {{"stateMachineArn", made.body.value("stateMachineArn", "")},
                 {"input", write_json(Json{{"ActivityArn", activity_},
                                           {"QueueUrl", queues_.empty() ? "" : queues_[0]}})}});
  }
}

// What a thread of the test, or another machine, does: answers the tokens that come in queues.
void Player::act() {
  if (actor_.find("token") == std::string::npos && actor_.find("Token") == std::string::npos)
    return;
  for (const auto& queue : queues_) {
    const auto got =
        world_.call("sqs.receive_message",
                    {{"QueueUrl", queue}, {"MaxNumberOfMessages", 10}, {"VisibilityTimeout", 600}});
    for (const auto& message : got.body.value("Messages", Json::array())) {
      const Json body = parse_or(message.value("Body", ""), Json());
      if (!body.is_object() || !body.contains("TaskToken")) continue;
      const auto token = text(body["TaskToken"]);
      if (actor_.find("eartbeat") != std::string::npos) {
        world_.advance(std::chrono::seconds(2));
        world_.call("stepfunctions.send_task_heartbeat", {{"taskToken", token}});
        world_.advance(std::chrono::seconds(2));
      }
      if (actor_.find("SendTaskFailure") != std::string::npos) {
        Json params = {{"taskToken", token}};
        if (actor_.find("error \"") != std::string::npos) {
          params["error"] = "Failure error";
          params["cause"] = "Failure cause";
        }
        world_.call("stepfunctions.send_task_failure", params);
      } else {
        const bool whole = actor_.find("heartbeats_and_success") != std::string::npos ||
                           actor_.find("_sqs_task_token_handler") != std::string::npos;
        world_.call("stepfunctions.send_task_success",
                    {{"taskToken", token},
                     {"output", write_json(whole ? body : body.value("Message", Json()))}});
      }
    }
  }
}

std::string Player::create_machine(Answer& answer, const std::string& definition,
                                   const std::string& type, const Json& more) {
  Json params = {{"name", "main"}, {"definition", definition}, {"type", type}, {"roleArn", kRole}};
  for (const auto& member : more.items()) params[member.key()] = filled(member.value());
  answer = world_.call("stepfunctions.create_state_machine", params);
  if (answer.failed()) return "CreateStateMachine: " + answer.to_string();
  return {};
}

std::string Player::differ_error(const Json& expected, const Answer& answer) {
  if (!answer.failed()) return "expected an error, got " + answer.to_string();
  std::string code, message;
  if (expected.is_object() && expected.contains("Error")) {
    code = text(expected["Error"]["Code"]);
    message = text(expected["Error"]["Message"]);
  } else if (expected.is_object() && expected.contains("exception_typename")) {
    code = text(expected["exception_typename"]);
    message = text(expected["exception_value"]);
    if (const auto at = message.find("operation: "); at != std::string::npos) {
      message = message.substr(at + 11);
    }
  } else {
    return {};
  }
  if (code != answer.code) {
    return fmt::format("expected {} ({}), got {} ({})", code, message, answer.code, answer.message);
  }
  // Names of ARNs that stand in sentences.
  const auto prefix = fmt::format("arn:aws:states:{}:{}:", kRegion, kAccount);
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"'ssm_nonexistent_arn'", "'" + prefix + "stateMachine:nonexistent'"},
           {"'invalid_execution_arn'", "'" + prefix + "execution:none:none'"},
           {"'activity_arn'", "'" + activity_ + "'"}}) {
    if (const auto at = message.find(name); at != std::string::npos) {
      message.replace(at, name.size(), value);
    }
  }
  return compare_.differ(message, answer.message, "message");
}

// Whether events of branches may come in any order.
bool Player::concurrent() const {
  const auto all = write_json(test_["definition"]);
  if (all.find("\"Parallel\"") != std::string::npos) return true;
  return all.find("\"Map\"") != std::string::npos &&
         all.find("\"MaxConcurrency\":1") == std::string::npos;
}

std::string Player::check_execution(const std::string& arn) {
  const Json& recorded = test_["recorded"];
  const auto wanted = text(recorded["status"]);
  Json got;
  for (int seconds = 0; seconds < 900;) {
    world_.settle();
    act();
    got = world_.call("stepfunctions.describe_execution", {{"executionArn", arn}}).body;
    if (got.value("status", "") != "RUNNING") break;
    if (wanted == "RUNNING" && seconds > 10) break;
    const int step = seconds < 20 ? 1 : 20;
    world_.advance(std::chrono::seconds(step));
    seconds += step;
  }
  for (const char* name : {"status", "output", "error", "cause"}) {
    if (!recorded.contains(name) || recorded[name].is_null()) {
      if (got.contains(name) && std::string_view(name) != "status" &&
          !(std::string_view(name) == "output")) {
        return fmt::format("unexpected {}: {}", name, write_json(got[name]));
      }
      continue;
    }
    auto wrong = compare_.differ(recorded[name], got.value(name, Json()), name);
    if (!wrong.empty()) {
      if (got.contains("cause")) wrong += "; cause: " + text(got["cause"]);
      return wrong;
    }
  }
  if (recorded.contains("history")) {
    Json events = Json::array();
    Json params = {{"executionArn", arn}, {"maxResults", 1000}};
    for (;;) {
      const auto page = world_.call("stepfunctions.get_execution_history", params);
      for (const auto& event : page.body.value("events", Json::array())) events.push_back(event);
      if (!page.body.contains("nextToken")) break;
      params["nextToken"] = page.body["nextToken"];
    }
    const auto date = test_.value("recorded_on", "");
    // dd-mm-yyyy
    const bool old = date.size() >= 10 && date.substr(6, 4) + date.substr(3, 2) < "202411";
    const auto wrong = compare_.differ_history(
        recorded["history"], events, recorded.contains("history_note"), !concurrent(), old);
    if (!wrong.empty()) return wrong;
  }
  if (recorded.contains("description")) {
    return compare_.differ(recorded["description"], got, "description");
  }
  return {};
}

std::string Player::play_execution() {
  const bool express = test_.value("type", "STANDARD") == "EXPRESS";
  const bool sync = kind() == "sync_execution";
  Json more = Json::object();
  std::string group;
  if (test_.contains("logging") || (express && !sync)) {
    group = "/suite";
    world_.call("logs.create_log_group", {{"logGroupName", group}});
    Json logging = test_.value("logging", Json::object());
    if (!logging.is_object()) logging = Json::object();
    more["loggingConfiguration"] = {
        {"level", logging.value("level", "ALL")},
        {"includeExecutionData", logging.value("includeExecutionData", true)},
        {"destinations",
         {{{"cloudWatchLogsLogGroup",
            {{"logGroupArn",
              fmt::format("arn:aws:logs:{}:{}:log-group:{}:*", kRegion, kAccount, group)}}}}}}};
  }
  Answer made;
  if (auto wrong = create_machine(made, definition(), express ? "EXPRESS" : "STANDARD", more);
      !wrong.empty()) {
    return wrong;
  }
  const auto arn = text(made.body["stateMachineArn"]);
  for (const auto& step : test_.value("prepared", Json::array())) {
    if (text(step["op"]) != "update_state_machine") continue;
    const Names before = names_;
    Json params = filled(step.value("params", Json::object()));
    names_ = before;
    params["stateMachineArn"] = arn;
    world_.call("stepfunctions.update_state_machine", params);
  }
  Json input = filled(test_["input"]);
  if (test_.contains("input_note") &&
      text(test_["input_note"]).find("moment of the start") != std::string::npos) {
    const auto& note = text(test_["input_note"]);
    const auto days = note.find("24856") != std::string::npos   ? 24856
                      : note.find("24855") != std::string::npos ? 24855
                                                                : 0;
    const auto now = world_.now() + std::chrono::hours(24 * days);
    auto stamp = loopgate::to_iso8601(now).substr(0, 19);
    const auto quote = note.rfind('\'', note.size() - 2);
    if (quote != std::string::npos) stamp += note.substr(quote + 1, note.size() - quote - 2);
    input["start_at"] = stamp;
    names_.bind("timestamp", stamp);
  }
  Json params = {{"stateMachineArn", arn}, {"input", write_json(input)}};
  if (test_.value("input_omitted", false)) params.erase("input");
  if (test_.contains("execution_name")) params["name"] = filled(test_["execution_name"]);
  if (sync) {
    const auto answer = world_.call("stepfunctions.start_sync_execution", params);
    const Json& recorded = test_["recorded"];
    if (recorded.contains("error_response")) {
      return differ_error(recorded["error_response"], answer);
    }
    if (answer.failed()) return "got " + answer.to_string();
    return compare_.differ(recorded["response"], answer.body, "response");
  }
  const auto started = world_.call("stepfunctions.start_execution", params);
  if (started.failed()) return "StartExecution: " + started.to_string();
  const auto execution = text(started.body["executionArn"]);
  for (const auto& action : test_.value("actions_during", Json::array())) {
    world_.settle();
    Json of = filled(action.value("params", Json::object()));
    if (of.contains("executionArn")) of["executionArn"] = execution;
    if (of.contains("stateMachineArn")) of["stateMachineArn"] = arn;
    auto op = action.contains("call") ? text(action["call"]) : text(action["op"]);
    if (op.find('.') == std::string::npos) op = "stepfunctions." + op;
    world_.call(op, of);
  }
  if (!express) {
    if (auto wrong = check_execution(execution); !wrong.empty()) return wrong;
  } else {
    for (int i = 0; i < 30; ++i) world_.advance(std::chrono::seconds(1));
  }
  const Json& recorded = test_["recorded"];
  if (group.empty() || (!recorded.contains("log_events") && !recorded.contains("end_event"))) {
    return {};
  }
  world_.advance(std::chrono::seconds(5));
  Json events = Json::array();
  for (const auto& line : world_.log(group)) events.push_back(parse_or(line, Json()));
  if (recorded.contains("log_events")) {
    return compare_.differ(recorded["log_events"], events, "log_events");
  }
  return compare_.differ(recorded["end_event"], events.empty() ? Json() : events.back(),
                         "end_event");
}

std::string Player::play_create_error() {
  Answer answer;
  (void)create_machine(answer, definition(), test_.value("type", "STANDARD"),
                       test_.value("params", Json::object()));
  return differ_error(test_["recorded"]["error_response"], answer);
}

std::string Player::play_validate() {
  Json params = {{"definition", definition()}, {"type", test_.value("type", "STANDARD")}};
  const Json more = test_.value("params", Json::object());
  for (const auto& member : more.items()) {
    params[member.key()] = member.value();
  }
  const auto answer = world_.call("stepfunctions.validate_state_machine_definition", params);
  return compare_.differ(test_["recorded"]["response"], answer.body, "response");
}

std::string Player::play_test_state() {
  Json params = filled(test_.value("params", Json::object()));
  params["definition"] = definition();
  if (test_.contains("input") && !test_["input"].is_null()) {
    params["input"] = write_json(filled(test_["input"]));
  }
  for (const char* name : {"context", "variables"}) {
    if (params.contains(name) && !params[name].is_string()) params[name] = write_json(params[name]);
  }
  if (!params.contains("roleArn") && !test_["needs"].empty()) params["roleArn"] = kRole;
  const auto answer = world_.call("stepfunctions.test_state", params);
  const Json& recorded = test_["recorded"];
  if (recorded.contains("error_response")) return differ_error(recorded["error_response"], answer);
  if (answer.failed()) return "got " + answer.to_string();
  return compare_.differ(recorded["response"], answer.body, "response");
}

// "stepfunctions.list_map_runs.mapRuns[0].mapRunArn", also with "#3" after the operation.
std::string Player::resolve_reference(const std::string& reference) {
  const auto first = reference.find('.');
  const auto second = reference.find('.', first + 1);
  if (second == std::string::npos) return {};
  auto call = reference.substr(0, second);
  std::size_t number = std::string::npos;
  if (const auto hash = call.find('#'); hash != std::string::npos) {
    number = std::stoul(call.substr(hash + 1));
    call = call.substr(0, hash);
  }
  for (std::size_t i = results_.size(); i-- > 0;) {
    const Json& step = test_["steps"][i];
    const bool wanted = number != std::string::npos ? step.value("n", i) == number || i == number
                                                    : text(step["call"]) == call;
    if (!wanted) continue;
    Json at = results_[i];
    for (std::string rest = reference.substr(second + 1); !rest.empty();) {
      const auto end = std::min(rest.find_first_of(".["), rest.size());
      if (end > 0) at = at.is_object() ? at.value(rest.substr(0, end), Json()) : Json();
      rest = rest.substr(end);
      if (rest.starts_with('[')) {
        const auto index = std::stoul(rest.substr(1));
        at = at.is_array() && index < at.size() ? at[index] : Json();
        rest = rest.substr(rest.find(']') + 1);
      }
      if (rest.starts_with('.')) rest = rest.substr(1);
    }
    return text(at);
  }
  return {};
}

Json Player::resolve(const Json& params, const Json& step) {
  if (params.is_string()) {
    const auto& given = params.get_ref<const std::string&>();
    if (given.starts_with('<') && given.ends_with('>')) {
      const auto inner = given.substr(1, given.size() - 2);
      if (inner == "next") return last_token_;
      if (inner.starts_with("invalid_token_")) {
        return std::string(std::stoul(inner.substr(14)), 'x');
      }
      if (inner.find('.') != std::string::npos) {
        auto found = resolve_reference(inner);
        if (!found.empty()) return found;
      }
    }
    const auto prefix = fmt::format("arn:aws:states:{}:{}:", kRegion, kAccount);
    if (given == "ssm_nonexistent_arn") return prefix + "stateMachine:nonexistent";
    if (given == "invalid_execution_arn") return prefix + "execution:none:none";
    // An execution that has a name of its own is known by the order in which they began.
    for (std::size_t i = 0; i < executions_.size(); ++i) {
      const auto name = fmt::format("ExecArnPart_{}idx", i);
      if (!names_.has(name)) names_.bind(name, executions_[i]);
    }
    auto out = text(filled(params));
    if (out.find("ExpressExecArn") != std::string::npos && out.find(":execution:") != out.npos) {
      out.replace(out.find(":execution:"), 11, ":express:");
    }
    return out;
  }
  if (params.is_array()) {
    Json out = Json::array();
    for (const auto& item : params) out.push_back(resolve(item, step));
    return out;
  }
  if (!params.is_object()) return params;
  Json out = Json::object();
  for (const auto& member : params.items()) out[member.key()] = resolve(member.value(), step);
  return out;
}

// A call that the recording shows once was made as often as the numbers of the steps tell.
void Player::repeat(const Json& step, const Json& params) {
  const auto index = results_.size() - 1;
  if (index + 1 >= test_["steps"].size()) return;
  const auto next = test_["steps"][index + 1].value("n", std::size_t{0});
  const auto times = next - std::min(next, step.value("n", next));
  for (std::size_t i = 1; i < times && i < 100; ++i) {
    const auto again = world_.call(text(step["call"]), resolve(params, step));
    const auto arn = again.body.is_object() ? again.body.value("executionArn", "") : "";
    if (!arn.empty()) executions_.push_back(arn.substr(arn.rfind(':') + 1));
    world_.advance(std::chrono::seconds(1));
  }
}

std::string Player::play_api() {
  for (const auto& step : test_["steps"]) {
    auto service = text(step["call"]);
    service = service.substr(0, service.find('.'));
    if (service != "stepfunctions" && !world_.emulates(service)) return "skip";
  }
  for (const auto& step : test_["steps"]) {
    const auto call = text(step["call"]);
    const Json params = step.value("params", Json::object());
    const bool refused_by_sdk =
        step.contains("expect_error") &&
        write_json(step["expect_error"]).find("arameter validation failed") != std::string::npos;
    if (refused_by_sdk || call == "logs.execution_log_events") {
      results_.push_back(Json());
      continue;
    }
    const auto answer = world_.call(call, resolve(params, step));
    results_.push_back(answer.body);
    if (call == "stepfunctions.create_activity" && !answer.failed() && activity_.empty()) {
      activity_ = answer.body.value("activityArn", "");
    }
    if (call == "sqs.create_queue" && answer.body.is_object()) {
      queues_.push_back(answer.body.value("QueueUrl", ""));
      names_.bind("sqs_queue_url", queues_.back());
    }
    if (answer.body.is_object() && answer.body.contains("nextToken")) {
      last_token_ = text(answer.body["nextToken"]);
    }
    if (call == "stepfunctions.start_execution" && !answer.failed()) {
      const auto arn = text(answer.body["executionArn"]);
      executions_.push_back(arn.substr(arn.rfind(':') + 1));
      world_.settle();
      world_.advance(std::chrono::seconds(1));
      repeat(step, params);
    }
    std::string wrong;
    if (step.contains("expect_error")) {
      wrong = differ_error(step["expect_error"], answer);
    } else if (step.contains("raises")) {
      if (!answer.failed()) wrong = "expected an error, got " + answer.to_string();
    } else if (step.contains("expect")) {
      wrong = answer.failed() ? "got " + answer.to_string()
                              : compare_.differ(step["expect"], answer.body, "answer");
    }
    if (!wrong.empty()) return fmt::format("step {} {}: {}", results_.size() - 1, call, wrong);
  }
  return {};
}

std::string Player::play() {
  for (const auto& need : test_["needs"]) {
    const auto service = text(need);
    if (service != "states-activity" && !world_.emulates(service)) return "skip";
  }
  prepare();
  if (kind() == "create_error") return play_create_error();
  if (kind() == "validate") return play_validate();
  if (kind() == "test_state") return play_test_state();
  if (kind() == "api") return play_api();
  return play_execution();
}

}  // namespace

Outcome play(const Json& test) {
  Player player(test);
  auto wrong = player.play();
  if (wrong == "skip") return {.skipped = true};
  return {.wrong = std::move(wrong)};
}

}  // namespace suite
