// Step Functions as a service: over the one call, across restarts, after writes were taken back.
#include "emulators/states/module.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "base/json.h"
#include "emulators/http/embedded_api.h"
#include "io/http_client.h"
#include "tests/emulators/states/host.h"

namespace loopgate::states {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kMachineArn = "arn:aws:states:us-west-2:123456789012:stateMachine:m";
constexpr const char* kExecutionArn = "arn:aws:states:us-west-2:123456789012:execution:m:e";

// Every role can be assumed; functions answer what they are told.
class Neighbourhood final : public aws::StsPort, public aws::LambdaPort, public aws::LogsPort {
 public:
  void assume_role(const std::string& role, const std::string&, const std::string&, Duration,
                   aws::Completion<aws::SessionPtr> done) override {
    done(std::make_shared<const aws::Session>(aws::Session{
        .account = "123456789012", .role_arn = role, .name = "s", .expires = WallTime::max()}));
  }
  void invoke(aws::SessionPtr, aws::InvokeRequest request,
              aws::Completion<aws::InvokeResponse> done) override {
    payloads.push_back(request.payload);
    aws::InvokeResponse response;
    response.payload = request.payload;
    if (answers) done(std::move(response));
  }
  void invoke_streaming(aws::SessionPtr, aws::InvokeRequest, std::function<void(std::string_view)>,
                        aws::Completion<aws::InvokeResponse>) override {}
  void put_log_events(aws::SessionPtr, const std::string&, const std::string&, const std::string&,
                      std::vector<aws::LogLine> given, aws::Completion<aws::Done>) override {
    for (auto& line : given) lines.push_back(line.text);
  }

  std::vector<std::string> payloads;
  std::vector<std::string> lines;
  bool answers = true;
};

class States : public testing::Test {
 protected:
  States() { open(); }
  ~States() override {
    close();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    store_ = std::move(*store::Store::open(folder_ + "/db", store::Durability::kProcess));
    surroundings_ = std::make_unique<Surroundings>(
        Surroundings{.loop = loop_,
                     .clock = clock_,
                     .tasks = tasks_,
                     .random = random_,
                     .journal = journal_,
                     .store = *store_,
                     .http = http_,
                     .folder = folder_,
                     .endpoint = [] { return "http://here"; },
                     .service_account = "000000000000",
                     .regions = {"us-west-2"},
                     .authorize = [](const aws::Session&, std::string_view,
                                     const std::string&) { return aws::Outcome<void>(); }});
    api_ = std::make_unique<http::EmbeddedApi>(tasks_, random_, surroundings_->authorize);
    module_ = std::make_unique<StatesModule>(*surroundings_,
                                             Neighbours{around_, around_, around_, *api_});
    door_ = std::make_unique<http::FrontDoor>(random_, http::CallerDefaults{},
                                              [](auto write) { write(true); });
    module_->add_to(*door_);
    api_->serve_from(*door_);
    settle();
  }
  // Nothing is told that it ends: as after kill -9, but for what the last turn committed.
  void close() {
    settle();
    module_.reset();
    api_.reset();
    door_.reset();
    tasks_ = TaskQueue();
    store_.reset();
  }

  void settle() {
    while (!tasks_.empty()) {
      tasks_.run_ready();
      store_->end_turn();
    }
    store_->end_turn();
  }
  void advance(Duration step) {
    clock_.advance_to(clock_.now() + step, [this] { settle(); });
    settle();
  }

  aws::Outcome<json> call(const std::string& operation, json params) {
    std::optional<aws::Outcome<json>> answer;
    api_->call(std::make_shared<const aws::Session>(aws::Session{
                   .account = "123456789012", .role_arn = "", .name = "t", .expires = {}}),
               {"us-west-2", "states", operation}, std::move(params),
               [&](aws::Outcome<json> outcome) { answer = std::move(outcome); });
    settle();
    if (!answer) return aws::refuse({"NotYet", "", 0, {}});
    return std::move(*answer);
  }
  void create(const std::string& definition, const char* type = "STANDARD", json more = {}) {
    json params = {{"name", "m"},
                   {"definition", definition},
                   {"roleArn", "arn:aws:iam::123456789012:role/r"},
                   {"type", type}};
    if (more.is_object()) params.update(more);
    const auto made = call("CreateStateMachine", std::move(params));
    ASSERT_TRUE(made) << made.error().message;
  }
  aws::Outcome<json> start(std::string input = "{}") {
    return call("StartExecution",
                {{"stateMachineArn", kMachineArn}, {"name", "e"}, {"input", std::move(input)}});
  }
  json described() { return call("DescribeExecution", {{"executionArn", kExecutionArn}}).value(); }
  std::size_t events() {
    return call("GetExecutionHistory", {{"executionArn", kExecutionArn}}).value()["events"].size();
  }

  std::string folder_ = [] {
    const auto path =
        std::filesystem::temp_directory_path() / ("states-" + Random::from_system().hex(12));
    std::filesystem::create_directories(path);
    return path.string();
  }();
  Clock clock_{kStart};
  TaskQueue tasks_;
  Random random_ = Random::from_seed(1);
  Journal journal_{clock_};
  io::Loop loop_{clock_, tasks_, io::Loop::Mode::kSimulated};
  io::HttpClient http_{loop_};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Surroundings> surroundings_;
  Neighbourhood around_;
  std::unique_ptr<http::EmbeddedApi> api_;
  std::unique_ptr<StatesModule> module_;
  std::unique_ptr<http::FrontDoor> door_;
};

constexpr const char* kWaits =
    R"({"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":31000000,"Next":"F"},
       "F":{"Type":"Task","Resource":"arn:aws:lambda:us-west-2:123456789012:function:f","End":true}}})";

TEST_F(States, AStandardExecutionOutlivesTheProcess) {
  create(kWaits);
  ASSERT_TRUE(start(R"({"n":1})"));
  EXPECT_EQ(described()["status"], "RUNNING");
  for (int i = 0; i < 3; ++i) {
    close();
    open();
    advance(std::chrono::hours(1000));
  }
  EXPECT_EQ(described()["status"], "RUNNING");
  advance(std::chrono::hours(10'000));
  EXPECT_EQ(described()["status"], "SUCCEEDED");
  EXPECT_EQ(described()["output"], R"({"n":1})");
  EXPECT_EQ(around_.payloads, std::vector<std::string>{R"({"n":1})"});
  EXPECT_EQ(events(), 9U);
}

// A task that was under way is called again.
TEST_F(States, ATaskWhoseAnswerWasLostIsCalledAgain) {
  around_.answers = false;
  create(
      R"({"StartAt":"F","States":{"F":{"Type":"Task","Resource":"arn:aws:lambda:us-west-2:123456789012:function:f","End":true}}})");
  ASSERT_TRUE(start());
  EXPECT_EQ(around_.payloads.size(), 1U);
  close();
  around_.answers = true;
  open();
  EXPECT_EQ(around_.payloads.size(), 2U);
  EXPECT_EQ(described()["status"], "SUCCEEDED");
  EXPECT_EQ(events(), 7U);
}

TEST_F(States, ATokenIsKnownAfterARestart) {
  create(
      R"({"StartAt":"F","States":{"F":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken",
         "Parameters":{"FunctionName":"f","Payload":{"token.$":"$$.Task.Token"}},"End":true}}})");
  ASSERT_TRUE(start());
  const auto token = (*read_json(around_.payloads.at(0)))["token"];
  close();
  open();
  EXPECT_EQ(around_.payloads.size(), 1U);
  ASSERT_TRUE(call("SendTaskHeartbeat", {{"taskToken", token}}));
  ASSERT_TRUE(call("SendTaskSuccess", {{"taskToken", token}, {"output", "[1]"}}));
  EXPECT_EQ(described()["output"], "[1]");
  EXPECT_EQ(call("SendTaskSuccess", {{"taskToken", token}, {"output", "[1]"}}).error().code,
            "TaskTimedOut");
  EXPECT_EQ(call("SendTaskSuccess", {{"taskToken", "x"}, {"output", "[1]"}}).error().code,
            "InvalidToken");
}

TEST_F(States, AnActivityIsServedByWhoAsksForIt) {
  const auto activity = call("CreateActivity", {{"name", "a"}}).value()["activityArn"];
  create(R"({"StartAt":"F","States":{"F":{"Type":"Task","HeartbeatSeconds":10,"Resource":")" +
         activity.get<std::string>() + R"(","End":true}}})");
  ASSERT_TRUE(start(R"({"n":1})"));
  const auto task = call("GetActivityTask", {{"activityArn", activity}, {"workerName", "w"}});
  ASSERT_TRUE(task);
  EXPECT_EQ((*task)["input"], R"({"n":1})");
  ASSERT_TRUE(call("SendTaskFailure",
                   {{"taskToken", (*task)["taskToken"]}, {"error", "E"}, {"cause", "c"}}));
  EXPECT_EQ(described()["error"], "E");
}

TEST_F(States, AnExpressExecutionAnswersAndLeavesItsLog) {
  create(R"({"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass",
            "Output":"{% $states.input.n + 1 %}","End":true}}})",
         "EXPRESS",
         {{"loggingConfiguration",
           {{"level", "ALL"},
            {"destinations",
             json::array(
                 {{{"cloudWatchLogsLogGroup",
                    {{"logGroupArn", "arn:aws:logs:us-west-2:123456789012:log-group:g:*"}}}}})}}}});
  const auto answer =
      call("StartSyncExecution", {{"stateMachineArn", kMachineArn}, {"input", R"({"n":1})"}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ((*answer)["output"], "2");
  EXPECT_EQ(around_.lines.size(), 4U);
  EXPECT_THAT(around_.lines.back(), HasSubstr("ExecutionSucceeded"));
  EXPECT_EQ(call("ListExecutions", {{"stateMachineArn", kMachineArn}}).error().code,
            "StateMachineTypeNotSupported");
}

// An operation that is undone takes back only what it did.
TEST_F(States, ExecutionsStandAsTheTablesHaveThem) {
  create(kWaits);
  ASSERT_TRUE(start());
  settle();
  store_->begin_operation();
  ASSERT_TRUE(module_->executions().stop(kExecutionArn, std::nullopt, std::nullopt));
  store_->undo_operation();
  settle();
  EXPECT_EQ(described()["status"], "RUNNING");
  EXPECT_EQ(events(), 2U);
  advance(std::chrono::hours(20'000));
  EXPECT_EQ(described()["status"], "SUCCEEDED");
}

TEST_F(States, ADistributedMapRunsItsItemsAsExecutions) {
  create(
      R"({"StartAt":"M","States":{"M":{"Type":"Map","Label":"L","ItemsPath":"$.items","ToleratedFailureCount":1,
    "ItemBatcher":{"MaxItemsPerBatch":2},
    "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"C",
      "States":{"C":{"Type":"Choice","Choices":[{"Variable":"$.Items[0]","NumericEquals":5,"Next":"F"}],"Default":"P"},
                "F":{"Type":"Fail"},"P":{"Type":"Pass","End":true}}},"End":true}}})");
  ASSERT_TRUE(start(R"({"items":[1,2,3,4,5]})"));
  EXPECT_EQ(described()["output"], R"([{"Items":[1,2]},{"Items":[3,4]}])");
  const auto runs = call("ListMapRuns", {{"executionArn", kExecutionArn}}).value()["mapRuns"];
  ASSERT_EQ(runs.size(), 1U);
  const auto run = call("DescribeMapRun", {{"mapRunArn", runs[0]["mapRunArn"]}}).value();
  EXPECT_EQ(run["executionCounts"]["succeeded"], 2);
  EXPECT_EQ(run["executionCounts"]["failed"], 1);
  EXPECT_EQ(run["itemCounts"]["total"], 5);
  const auto children = call("ListExecutions", {{"mapRunArn", runs[0]["mapRunArn"]}}).value();
  EXPECT_EQ(children["executions"].size(), 3U);
}

}  // namespace
}  // namespace loopgate::states
