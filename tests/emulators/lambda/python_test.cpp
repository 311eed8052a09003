// Real Python functions over the real Runtime API.

#include <gmock/gmock.h>

#include "tests/emulators/lambda/functions_fixture.h"

namespace loopgate::lambda {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class PythonFunction : public FunctionsTest {};

TEST_F(PythonFunction, AnswersABatch) {
  const auto arn = deploy(config("echo", "echo.handler"));
  const auto result = invoke(arn, R"({"Messages":[{"Tag":"1","Data":"cGluZwo="}]})");
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->payload, R"({"Replies": [{"Tag": "1", "Data": "cGluZwo="}]})");
  EXPECT_EQ(result->function_error, "");
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(world->functions->in_flight(), 0u);
}

TEST_F(PythonFunction, SeesItsContext) {
  auto function = config("describe", "echo.describe");
  function.memory_mb = 256;
  InvokeCall call;
  call.function_arn = deploy(function);
  call.payload = R"({"a":1})";
  call.tenant_id = "tenant-1";
  call.client_context = R"({"custom":{"k":"v"}})";
  const auto result = invoke(call);
  ASSERT_TRUE(result.has_value());
  const auto seen = nlohmann::json::parse(result->payload);
  EXPECT_EQ(seen["event"], nlohmann::json({{"a", 1}}));
  EXPECT_EQ(seen["function_name"], "describe");
  EXPECT_EQ(seen["memory"], "256");
  EXPECT_EQ(seen["arn"], call.function_arn);
  EXPECT_EQ(seen["request_id"], result->request_id);
  EXPECT_EQ(seen["tenant"], "tenant-1");
  EXPECT_EQ(seen["custom"]["k"], "v");
  EXPECT_EQ(seen["group"], "/aws/lambda/describe");
  EXPECT_THAT(seen["stream"].get<std::string>(), StartsWith("2026/11/02/[$LATEST]"));
  EXPECT_EQ(seen["cwd"], fixture_path("python"));
}

TEST_F(PythonFunction, HasAnEnvironmentThatReachesTheSandboxAlone) {
  ::setenv("AWS_PROFILE", "production", 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", "of-the-developer", 1);
  auto function = config("env", "echo.describe");
  function.environment = {
      {"TABLE", "t-1"}, {"AWS_ACCESS_KEY_ID", "AKIAREAL"}, {"AWS_PROFILE", "prod"}};
  const auto environment = invoke_json(deploy(function))["environment"];
  ::unsetenv("AWS_PROFILE");
  ::unsetenv("AWS_SECRET_ACCESS_KEY");
  EXPECT_EQ(environment["TABLE"], "t-1");
  EXPECT_EQ(environment["AWS_ACCESS_KEY_ID"], kAccount);
  EXPECT_EQ(environment["AWS_SECRET_ACCESS_KEY"], "loopgate");
  EXPECT_FALSE(environment.contains("AWS_PROFILE"));
  EXPECT_EQ(environment["AWS_ENDPOINT_URL"], "http://127.0.0.1:4566");
  EXPECT_EQ(environment["AWS_CONFIG_FILE"], "/dev/null");
  EXPECT_EQ(environment["AWS_SHARED_CREDENTIALS_FILE"], "/dev/null");
  EXPECT_EQ(environment["AWS_EC2_METADATA_DISABLED"], "true");
  EXPECT_EQ(environment["AWS_REGION"], kRegion);
  EXPECT_EQ(environment["_HANDLER"], "echo.describe");
  EXPECT_EQ(environment["LAMBDA_TASK_ROOT"], fixture_path("python"));
  EXPECT_EQ(environment["AWS_LAMBDA_FUNCTION_NAME"], "env");
}

TEST_F(PythonFunction, KeepsItsProcessWarm) {
  const auto arn = deploy(config("warm", "echo.describe"));
  const auto first = invoke_json(arn);
  const auto second = invoke_json(arn);
  EXPECT_EQ(first["pid"], second["pid"]);
  EXPECT_EQ(second["count"], 2);
  EXPECT_EQ(world->functions->workers(), 1u);
}

TEST_F(PythonFunction, EndsAWorkerThatIsIdleForLong) {
  const auto arn = deploy(config("idle", "echo.describe"));
  const auto first = invoke_json(arn);
  ASSERT_TRUE(world->until([&] { return log_of("idle").back().starts_with("REPORT"); }));
  world->advance(std::chrono::hours(1));
  EXPECT_EQ(world->functions->workers(), 0u);
  EXPECT_NE(invoke_json(arn)["pid"], first["pid"]);
}

struct FailureCase {
  std::string name;
  std::string handler;
  std::string type;
  std::string message;  // a part of it
  std::string folder = "python";
};
class PythonFailure : public FunctionsTest, public testing::WithParamInterface<FailureCase> {};

TEST_P(PythonFailure, IsAnsweredAsLambdaDoes) {
  const auto& expected = GetParam();
  const auto arn = deploy(config("f", expected.handler, fixture_path(expected.folder)));
  const auto result = invoke(arn);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->function_error, "Unhandled");
  const auto document = nlohmann::json::parse(result->payload);
  EXPECT_EQ(document["errorType"], expected.type);
  EXPECT_THAT(document["errorMessage"].get<std::string>(), HasSubstr(expected.message));
  EXPECT_EQ(world->functions->in_flight(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    All, PythonFailure,
    testing::Values(
        FailureCase{"Raises", "echo.fails", "ValueError", "boom"},
        FailureCase{"Unserialisable", "echo.unserialisable", "Runtime.MarshalError",
                    "Unable to marshal response: Object of type object is not JSON serializable"},
        FailureCase{"Crash", "echo.crashes", "Runtime.ExitError",
                    "Error: Runtime exited with error: exit status 3"},
        FailureCase{"Exit", "echo.exits", "Runtime.ExitError",
                    "Error: Runtime exited with error: exit status 4"},
        FailureCase{"TooLarge", "echo.large", "Function.ResponseSizeTooLarge",
                    "Response payload size exceeded maximum allowed payload size (6291556 bytes)."},
        FailureCase{"NoHandler", "echo.nothing", "Runtime.HandlerNotFound",
                    "Handler 'nothing' missing on module 'echo'"},
        FailureCase{"NoModule", "absent.handler", "Runtime.ImportModuleError",
                    "Unable to import module 'absent': No module named 'absent'"},
        FailureCase{"BadName", "handler", "Runtime.MalformedHandlerName",
                    "Bad handler 'handler': not enough values to unpack (expected 2, got 1)"},
        FailureCase{
            "MissingDependency", "missing.handler", "Runtime.ImportModuleError",
            "No module named 'no_such_module_anywhere'. run pip install no_such_module_anywhere "
            "-t ",
            "python_broken"},
        FailureCase{"LateDependency", "echo.imports_boto3_late", "ModuleNotFoundError",
                    "run pip install boto3_that_nobody_has -t "},
        FailureCase{"Syntax", "syntax.handler", "Runtime.UserCodeSyntaxError",
                    "Syntax error in module 'syntax'", "python_broken"},
        FailureCase{"RaisesAtImport", "raises.handler", "RuntimeError", "not today",
                    "python_broken"},
        FailureCase{"LeavesAtImport", "leaves.handler", "Runtime.ExitError",
                    "Runtime exited with error: exit status 7", "python_broken"}),
    [](const auto& info) { return info.param.name; });

TEST_F(PythonFunction, NamesFileAndLineInItsStackTrace) {
  const auto arn = deploy(config("fails", "echo.fails"));
  const auto document = invoke_json(arn);
  ASSERT_EQ(document["stackTrace"].size(), 1u);
  EXPECT_THAT(document["stackTrace"][0].get<std::string>(),
              AllOf(HasSubstr("/python/echo.py\", line "), HasSubstr("in fails\n")));
  EXPECT_THAT(
      log_of("fails"),
      Contains(AllOf(StartsWith("[ERROR] ValueError: boom\nTraceback (most recent call last):\n"),
                     HasSubstr("raise ValueError(\"boom\")"))));
}

TEST_F(PythonFunction, ShowsATracebackInTheJournal) {
  invoke(deploy(config("fails", "echo.fails")));
  bool shown = false;
  for (const auto& event : world->journal.read(0, 1000)) {
    shown |= event.kind == EventKind::kFunctionLog &&
             event.text.starts_with("[ERROR] ValueError: boom") &&
             world->journal.name(event.subject) == "fails";
  }
  EXPECT_TRUE(shown);
}

TEST_F(PythonFunction, WhatItDoesAndWritesForACallIsJoinedByItsBatch) {
  InvokeCall call;
  call.function_arn = deploy(config("fails", "echo.fails"));
  call.payload = "{}";
  call.batch = 7;
  invoke(std::move(call));
  log_of("fails");  // settles
  std::set<EventKind> kinds;
  for (const auto& event : world->journal.read(0, 1000)) {
    if (event.batch == 7) kinds.insert(event.kind);
  }
  EXPECT_THAT(kinds,
              testing::UnorderedElementsAre(EventKind::kInvocationStarted, EventKind::kFunctionLog,
                                            EventKind::kInvocationEnded));
}

TEST_F(PythonFunction, WhatItWritesBecauseItCannotStartBelongsToTheCallThatStartsIt) {
  InvokeCall call;
  call.function_arn = deploy(config("broken", "raises.handler", fixture_path("python_broken")));
  call.payload = "{}";
  call.batch = 7;
  invoke(std::move(call));
  bool shown = false;
  for (const auto& event : world->journal.read(0, 1000)) {
    shown |= event.kind == EventKind::kFunctionLog && event.batch == 7 &&
             event.text.starts_with("[ERROR] RuntimeError: not today");
  }
  EXPECT_TRUE(shown);
}

TEST_F(PythonFunction, AnAsynchronousCallKeepsItsBatch) {
  InvokeCall call;
  call.function_arn = deploy(config("later", "echo.handler"));
  call.payload = "{}";
  call.type = InvocationType::kEvent;
  call.batch = 7;
  invoke(std::move(call));
  EXPECT_TRUE(world->until([&] {
    const auto events = world->journal.read(0, 1000);
    return std::ranges::any_of(events, [](const Event& event) {
      return event.kind == EventKind::kInvocationEnded && event.batch == 7;
    });
  }));
}

TEST_F(PythonFunction, LivesOnAfterAnError) {
  const auto arn = deploy(config("fails", "echo.fails"));
  invoke(arn);
  invoke(arn);
  EXPECT_EQ(world->functions->workers(), 1u);
}

TEST_F(PythonFunction, StartsAgainAfterACrash) {
  const auto arn = deploy(config("crash", "echo.crashes"));
  EXPECT_EQ(invoke_json(arn)["errorType"], "Runtime.ExitError");
  EXPECT_EQ(invoke_json(arn)["errorType"], "Runtime.ExitError");
  EXPECT_THAT(log_of("crash"), Contains("about to leave"));
}

TEST_F(PythonFunction, WritesDecimalsAndTextAsLambdaDoes) {
  const auto result = invoke(deploy(config("decimals", "echo.decimals")));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->payload, R"({"price": 1.5, "text": "żółw"})");
}

TEST_F(PythonFunction, IsFoundInAPackage) {
  EXPECT_EQ(invoke_json(deploy(config("a", "pkg/inside.handler"))), "from a package");
  EXPECT_EQ(invoke_json(deploy(config("b", "pkg.inside.handler"))), "from a package");
}

TEST_F(PythonFunction, LogsWhatItSaysWithItsRequestId) {
  const auto result = invoke(deploy(config("says", "echo.says")));
  ASSERT_TRUE(result.has_value());
  const auto id = result->request_id;
  ASSERT_TRUE(world->until([&] { return log_of("says").size() >= 7; }));
  const auto lines = log_of("says");
  EXPECT_THAT(lines[0], StartsWith("INIT_START Runtime Version: python3.11"));
  EXPECT_EQ(lines[1], "START RequestId: " + id + " Version: $LATEST");
  EXPECT_THAT(lines, Contains("a line"));
  EXPECT_THAT(lines, Contains("to stderr"));
  EXPECT_THAT(lines, Contains(AllOf(StartsWith("[WARNING]\t"),
                                    HasSubstr("\t" + id + "\tcareful\nsecond line"))));
  EXPECT_EQ(lines[lines.size() - 2], "END RequestId: " + id);
  EXPECT_THAT(lines.back(), StartsWith("REPORT RequestId: " + id + "\tDuration: "));
}

// https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
TEST_F(PythonFunction, LogsJsonOfTheLevelThatIsAskedFor) {
  auto function = config("json", "echo.logs");
  function.json_logs = true;
  function.application_log_level = "WARN";
  const auto result = invoke(deploy(function));
  ASSERT_TRUE(result.has_value());
  ASSERT_TRUE(world->until([&] { return log_of("json").size() >= 5; }));
  std::vector<nlohmann::json> told;
  for (const auto& line : log_of("json")) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.contains("level") || json.contains("log_level")) told.push_back(json);
  }
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0]["level"], "WARNING");
  EXPECT_EQ(told[0]["message"], "careful");
  EXPECT_EQ(told[0]["logger"], "mine");
  EXPECT_EQ(told[0]["requestId"], result->request_id);
  EXPECT_EQ(told[0]["order"], 7);
  EXPECT_EQ(told[1]["log_level"], "ERROR");
  EXPECT_EQ(told[1]["errorType"], "ValueError");
}

TEST_F(PythonFunction, GivesTheTailOfItsLog) {
  InvokeCall call;
  call.function_arn = deploy(config("says", "echo.says"));
  call.wants_log_tail = true;
  const auto result = invoke(call);
  ASSERT_TRUE(result.has_value());
  EXPECT_THAT(result->log_tail, AllOf(StartsWith("START RequestId: " + result->request_id),
                                      HasSubstr("a line\n"), HasSubstr("REPORT RequestId: ")));
}

TEST_F(PythonFunction, TimesOutByTheClock) {
  auto function = config("waits", "echo.waits");
  function.timeout = std::chrono::seconds(3);
  const auto slot = begin(deploy(function), "{}");
  ASSERT_TRUE(world->until(
      [&] { return !log_of("waits").empty() && log_of("waits").back().starts_with("START"); }));
  world->advance(std::chrono::milliseconds(2999));
  EXPECT_FALSE(slot->has_value());
  EXPECT_EQ(world->functions->in_flight(), 1u);
  world->advance(std::chrono::milliseconds(1));
  ASSERT_TRUE(slot->has_value());
  const auto& result = **slot;
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->function_error, "Unhandled");
  EXPECT_EQ(result->payload, R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: )" +
                                 result->request_id +
                                 R"( Error: Task timed out after 3.00 seconds"})");
  EXPECT_THAT(log_of("waits"), Contains(HasSubstr("Task timed out after 3.00 seconds")));
  EXPECT_EQ(world->functions->in_flight(), 0u);
  EXPECT_EQ(world->functions->workers(), 0u);
}

TEST_F(PythonFunction, RunsCallsAtOnceInWorkersOfTheirOwn) {
  const auto arn = deploy(config("together", "echo.waits_for_file"));
  const auto payload = nlohmann::json({{"file", data / "go"}}).dump();
  const auto first = begin(arn, payload);
  const auto second = begin(arn, payload);
  ASSERT_TRUE(world->until([&] {
    const auto lines = log_of("together");
    return std::ranges::count_if(lines,
                                 [](const auto& line) { return line.starts_with("START"); }) == 2;
  }));
  data.write("go", "");
  ASSERT_TRUE(world->until([&] { return first->has_value() && second->has_value(); }));
  EXPECT_NE(nlohmann::json::parse((**first)->payload)["pid"],
            nlohmann::json::parse((**second)->payload)["pid"]);
  EXPECT_EQ(world->functions->workers(), 2u);
}

TEST_F(PythonFunction, IsThrottledOverItsReservedConcurrency) {
  auto function = config("reserved", "echo.waits_for_file");
  function.reserved_concurrency = 1;
  const auto arn = deploy(function);
  const auto payload = nlohmann::json({{"file", data / "go"}}).dump();
  const auto first = begin(arn, payload);
  const auto second = invoke(arn, payload);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, "TooManyRequestsException");
  EXPECT_EQ(second.error().status, 429);
  data.write("go", "");
  EXPECT_TRUE(world->until([&] { return first->has_value(); }));
}

TEST_F(PythonFunction, PicksUpAChangedSourceFile) {
  TemporaryFolder source;
  source.write("app.py", "def handler(event, context):\n    return 'old'\n");
  const auto arn = deploy(config("changed", "app.handler", source.path()));
  EXPECT_EQ(invoke_json(arn), "old");
  source.write("app.py", "def handler(event, context):\n    return 'new one'\n");
  EXPECT_EQ(invoke_json(arn), "new one");
  EXPECT_TRUE(world->until([&] { return world->functions->workers() == 1; }));
  std::size_t told = 0;
  for (const auto& event : world->journal.read(0, 1000)) told += event.text == "(code reloaded)";
  EXPECT_EQ(told, 1u);
}

TEST_F(PythonFunction, UsesItsOwnVirtualEnvironment) {
  TemporaryFolder source;
  source.write(".venv/lib/python3.11/site-packages/only_here.py", "VALUE = 42\n");
  source.write("app.py",
               "import only_here\n\ndef handler(event, context):\n    return only_here.VALUE\n");
  EXPECT_EQ(invoke_json(deploy(config("venv", "app.handler", source.path()))), 42);
}

// Debian's botocore 1.29 ignores AWS_ENDPOINT_URL; a later one reads it itself.
struct BotocoreCase {
  std::string name;
  std::string version;
  std::string endpoint;
};
class PythonBotocore : public FunctionsTest, public testing::WithParamInterface<BotocoreCase> {};

TEST_P(PythonBotocore, TalksToTheSandbox) {
  TemporaryFolder source;
  source.write("botocore/__init__.py", "__version__ = '" + GetParam().version + "'\n");
  source.write("botocore/client.py",
               "class ClientCreator:\n"
               "    def create_client(self, service_name, region_name, is_secure=True,\n"
               "                      endpoint_url=None, verify=None):\n"
               "        return [service_name, endpoint_url, verify]\n");
  source.write("app.py",
               "import botocore.client\n\n"
               "def handler(event, context):\n"
               "    make = botocore.client.ClientCreator().create_client\n"
               "    return [make('sqs', 'us-west-2', verify=True),\n"
               "            make('sqs', 'us-west-2', True, 'http://own')]\n");
  const auto made = invoke_json(deploy(config("sdk", "app.handler", source.path())));
  const auto expected =
      GetParam().endpoint.empty() ? nlohmann::json() : nlohmann::json(GetParam().endpoint);
  EXPECT_EQ(made[0], nlohmann::json::array({"sqs", expected, true}));
  EXPECT_EQ(made[1][1], "http://own");
}

INSTANTIATE_TEST_SUITE_P(All, PythonBotocore,
                         testing::Values(BotocoreCase{"Debian", "1.29.27", "http://127.0.0.1:4566"},
                                         BotocoreCase{"Current", "1.43.11", ""}),
                         [](const auto& info) { return info.param.name; });

TEST_F(PythonFunction, WithoutCodeSaysSo) {
  const auto document = invoke_json(deploy(config("gone", "app.handler", "/nowhere/at/all")));
  EXPECT_THAT(document["errorMessage"].get<std::string>(),
              HasSubstr("the code of gone is missing: /nowhere/at/all does not exist"));
}

TEST_F(PythonFunction, IsGoneWhenDeleted) {
  const auto arn = deploy(config("deleted", "echo.handler"));
  const auto slot = begin(arn, "{}");
  ASSERT_TRUE(world->functions->remove(arn).has_value());
  ASSERT_TRUE(world->until([&] { return slot->has_value(); }));
  const auto after = invoke(arn);
  ASSERT_FALSE(after.has_value());
  EXPECT_EQ(after.error().code, "ResourceNotFoundException");
  EXPECT_EQ(after.error().message, "Function not found: " + arn);
}

}  // namespace
}  // namespace loopgate::lambda
