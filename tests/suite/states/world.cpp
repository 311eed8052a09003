#include "tests/suite/states/world.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "base/system_time.h"
#include "tests/suite/states/stub_zip.h"

namespace suite {

using loopgate::write_json;

namespace {

std::string pascal(const std::string& snake) {
  std::string out;
  bool upper = true;
  for (const char c : snake) {
    if (c == '_') {
      upper = true;
    } else {
      out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      upper = false;
    }
  }
  return out;
}

// What the stubs of the recordings do, in Python.
std::string python_of(const std::string& behaviour) {
  std::string body = "    return event\n";
  std::string before;
  if (behaviour.find("always raises Exception") != std::string::npos) {
    // The stack trace names line 2.
    return "def handler(event, context):\n    raise Exception(\"Some exception was raised.\")\n";
  }
  if (behaviour.find("CustomException") != std::string::npos) {
    before =
        "class CustomException(Exception):\n    message = \"CustomException message\"\n"
        "    def __init__(self):\n        super().__init__()\n\n\n\n";
    body = "    raise CustomException()\n";
  } else if (behaviour.find("returns the bytes") != std::string::npos) {
    body = "    return 'HelloWorld!'\n";
  } else if (behaviour.find("sleeps 60") != std::string::npos) {
    before = "import time\n";
    body = "    time.sleep(60)\n    return event\n";
  } else if (behaviour.find("257*1024") != std::string::npos) {
    body = "    return \"a\" * (257 * 1024)\n";
  } else if (behaviour.find("{\"Return\"") != std::string::npos) {
    body = "    return {\"Return\": \"HelloWorld\"}\n";
  } else if (behaviour.find("'input-event-'") != std::string::npos) {
    body = "    return f\"input-event-{event}\"\n";
  } else if (behaviour.find("PayloadFromTrustedAccount") != std::string::npos) {
    body = "    return \"PayloadFromTrustedAccount\"\n";
  }
  return before + "def handler(event, context):\n" + body;
}

}  // namespace

// 2026-01-01.
constexpr loopgate::WallTime kStart{std::chrono::seconds(1'767'225'600)};
// Of real time, that a function may take before the clock goes on without it.
constexpr std::chrono::seconds kPatience{10};
constexpr int kPollSeconds = 70;  // longest of a long poll

std::string Answer::to_string() const {
  return failed() ? fmt::format("{} ({})", code, message) : write_json(body);
}

World::World()
    : clock_(kStart),
      random_(loopgate::Random::from_seed(1)),
      journal_(clock_),
      loop_(clock_, tasks_, loopgate::io::Loop::Mode::kSimulated) {
  guard_.report_to([](const std::string& operation, const std::string& thrown) {
    fmt::print("internal error in {}: {}\n", operation, thrown);
  });
  loop_.guard_by(guard_);
  folder_ = std::move(*loopgate::DataFolder::open(""));
  store_ = std::move(*loopgate::store::Store::open("", loopgate::store::Durability::kMemory));
  store_->guard_by(guard_);
  guard_.undo_by(store_.get());
  loop_.at_turn_end(loopgate::io::Loop::Stage::kCommit, [this] { store_->end_turn(); });
  account_ = std::move(*loopgate::Account::create({.loop = loop_,
                                                   .clock = clock_,
                                                   .tasks = tasks_,
                                                   .random = random_,
                                                   .journal = journal_,
                                                   .store = *store_,
                                                   .http = http_,
                                                   .folder = folder_->path(),
                                                   .endpoint = [] { return "http://127.0.0.1:1"; },
                                                   .service_account = "000000000000",
                                                   .regions = {kRegion},
                                                   .simulated = true}));
  door_ = std::make_unique<loopgate::http::FrontDoor>(
      random_, loopgate::http::CallerDefaults{.account = kAccount, .region = kRegion},
      [](auto write) { write(true); });
  account_->add_services(*door_);
  create_role(kAccount);
}

bool World::emulates(std::string_view service) const {
  const auto names = account_->service_names();
  return std::ranges::find(names, service) != names.end();
}

void World::settle() {
  const auto patience = loopgate::system_instant() + kPatience;
  for (;;) {
    if (loop_.turn({})) continue;
    if (account_->functions().in_flight() == 0) return;
    if (loopgate::system_instant() > patience) return account_->functions().give_up();
    loop_.turn(std::chrono::milliseconds(5));
  }
}

void World::advance(loopgate::Duration step) {
  settle();
  clock_.advance_to(clock_.now() + step, [this] { settle(); });
  settle();
}

Answer World::call(const std::string& operation, const Json& params, const std::string& account) {
  const auto dot = operation.find('.');
  auto service = operation.substr(0, dot);
  if (service == "stepfunctions") service = "states";
  auto session = std::make_shared<const loopgate::aws::Session>(
      loopgate::aws::Session{.account = account, .role_arn = {}, .name = "suite", .expires = {}});
  auto answer = std::make_shared<std::optional<loopgate::aws::Outcome<nlohmann::json>>>();
  account_->ports().api.call(
      session, {kRegion, service, pascal(operation.substr(dot + 1))},
      loopgate::read_json(write_json(params)).value_or(nlohmann::json()),
      [answer](loopgate::aws::Outcome<nlohmann::json> outcome) { *answer = std::move(outcome); });
  settle();
  for (int i = 0; i < kPollSeconds && !*answer; ++i) advance(std::chrono::seconds(1));
  if (!*answer) return {.code = "NoAnswer"};
  if (!**answer) return {.code = (*answer)->error().code, .message = (*answer)->error().message};
  return {.body = *loopgate::read_ordered_json(write_json(***answer))};
}

std::vector<std::string> World::log(const std::string& group) {
  std::vector<std::string> out;
  const auto events = call("logs.filter_log_events", {{"logGroupName", group}});
  for (const auto& event : events.body.value("events", Json::array())) {
    out.push_back(event.value("message", ""));
  }
  return out;
}

void World::create_role(const std::string& account) {
  constexpr const char* kTrust =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]})";
  constexpr const char* kAll =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
  call("iam.create_role", {{"RoleName", "suite"}, {"AssumeRolePolicyDocument", kTrust}}, account);
  call("iam.put_role_policy",
       {{"RoleName", "suite"}, {"PolicyName", "all"}, {"PolicyDocument", kAll}}, account);
}

void World::create_function(const std::string& arn, const std::string& behaviour) {
  const auto name = arn.substr(arn.rfind(':') + 1);
  const auto account =
      arn.starts_with("arn:") ? arn.substr(arn.find(":function:") - 12, 12) : std::string(kAccount);
  const auto made = call("lambda.create_function",
                         {{"FunctionName", name},
                          {"Runtime", "python3.12"},
                          {"Role", fmt::format("arn:aws:iam::{}:role/suite", account)},
                          {"Handler", "handler.handler"},
                          {"Timeout", 120},
                          {"Code", {{"ZipFile", stub_zip("handler.py", python_of(behaviour))}}}},
                         account);
  if (made.failed()) fmt::print("CreateFunction: {}\n", made.to_string());
}

}  // namespace suite
