// Real Node.js functions; skipped where there is no Node.

#include <gmock/gmock.h>

#include "io/process.h"
#include "tests/emulators/lambda/functions_fixture.h"

namespace loopgate::lambda {
namespace {

using testing::Contains;
using testing::HasSubstr;

class NodeFunction : public FunctionsTest {
 protected:
  void SetUp() override {
    if (io::find_executable("node").empty())
      GTEST_SKIP() << "node is not installed (apt install nodejs)";
  }
  std::string deploy_node(const std::string& handler,
                          const std::string& folder = fixture_path("node")) {
    return deploy(config("f", handler, folder, "nodejs20.x"));
  }
};

TEST_F(NodeFunction, AnswersAndLogs) {
  const auto arn = deploy_node("index.handler");
  const auto first = invoke_json(arn, R"({"a":1})");
  EXPECT_EQ(first["event"]["a"], 1);
  EXPECT_EQ(first["name"], "f");
  EXPECT_EQ(invoke_json(arn)["pid"], first["pid"]);
  EXPECT_THAT(log_of("f"),
              Contains(HasSubstr("\t" + first["id"].get<std::string>() + "\tINFO\tgot { a: 1 }")));
}

// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
TEST_F(NodeFunction, LogsJsonOfTheLevelThatIsAskedFor) {
  auto function = config("f", "index.logs", fixture_path("node"), "nodejs20.x");
  function.json_logs = true;
  function.application_log_level = "WARN";
  const auto result = invoke(deploy(function));
  ASSERT_TRUE(result.has_value());
  ASSERT_TRUE(world->until([&] { return log_of("f").size() >= 5; }));
  std::vector<nlohmann::json> told;
  for (const auto& line : log_of("f")) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.contains("level")) told.push_back(json);
  }
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0]["level"], "WARN");
  EXPECT_EQ(told[0]["message"], nlohmann::json({{"a", 1}}));
  EXPECT_EQ(told[0]["requestId"], result->request_id);
  EXPECT_EQ(told[1]["message"].get<std::string>().substr(0, 3), "bad");
  EXPECT_EQ(told[1]["errorType"], "RangeError");
  EXPECT_EQ(told[1]["errorMessage"], "far");
}

struct NodeCase {
  std::string name;
  std::string handler;
  std::string answer;  // JSON
};
class NodeStyle : public NodeFunction, public testing::WithParamInterface<NodeCase> {};

TEST_P(NodeStyle, IsUnderstood) {
  const auto result = invoke(deploy_node(GetParam().handler));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->function_error, "") << result->payload;
  EXPECT_EQ(result->payload, GetParam().answer);
}

INSTANTIATE_TEST_SUITE_P(All, NodeStyle,
                         testing::Values(NodeCase{"Callback", "index.callback", R"("by callback")"},
                                         NodeCase{"LateCallback", "index.late", R"("late")"},
                                         NodeCase{"NoAnswer", "index.nothing", "null"},
                                         NodeCase{"Module", "module.handler", R"("from a module")"},
                                         NodeCase{"Nested", "index.nested.deep", R"("deep")"},
                                         NodeCase{"Streamed", "index.streamed", "first,second"}),
                         [](const auto& info) { return info.param.name; });

struct NodeFailure {
  std::string name;
  std::string handler;
  std::string type;
  std::string message;
};
class NodeError : public NodeFunction, public testing::WithParamInterface<NodeFailure> {};

TEST_P(NodeError, IsAnsweredAsLambdaDoes) {
  const auto result = invoke(deploy_node(GetParam().handler));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->function_error, "Unhandled");
  const auto document = nlohmann::json::parse(result->payload);
  EXPECT_EQ(document["errorType"], GetParam().type) << result->payload;
  EXPECT_THAT(document["errorMessage"].get<std::string>(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, NodeError,
    testing::Values(NodeFailure{"Throws", "index.fails", "RangeError", "too far"},
                    NodeFailure{"CallbackError", "index.callbackError", "TypeError", "no"},
                    NodeFailure{"Circular", "index.circular", "Runtime.MarshalError",
                                "Unable to stringify response body as json"},
                    NodeFailure{"Leaves", "index.leaves", "Runtime.ExitError", "exit status 5"},
                    NodeFailure{"Unhandled", "index.unhandled", "Runtime.UnhandledPromiseRejection",
                                "lost"},
                    NodeFailure{"NoHandler", "index.absent", "Runtime.HandlerNotFound",
                                "index.absent is undefined or not exported"},
                    NodeFailure{"NoModule", "absent.handler", "Runtime.ImportModuleError",
                                "Cannot find module 'absent'"},
                    NodeFailure{"NoSdk", "missing.handler", "Runtime.ImportModuleError",
                                "run npm install --prefix "}),
    [](const auto& info) { return info.param.name; });

TEST_F(NodeFunction, SaysWhereItsSyntaxIsWrong) {
  for (const std::string file : {"common.cjs", "module.mjs"}) {
    TemporaryFolder source;
    source.write(file, "const one = 1;\nconst two = {;\n");
    const auto handler = file.substr(0, file.find('.')) + ".handler";
    const auto arn =
        deploy(config(file.substr(0, file.find('.')), handler, source.path(), "nodejs20.x"));
    const auto document = invoke_json(arn);
    EXPECT_EQ(document["errorType"], "Runtime.UserCodeSyntaxError");
    EXPECT_THAT(document["errorMessage"].get<std::string>(), HasSubstr("(" + file + ":2)"));
  }
}

TEST_F(NodeFunction, StreamsWhatItWritesAtOnce) {
  InvokeCall call;
  call.function_arn = deploy_node("index.streamedFile");
  call.payload = nlohmann::json({{"file", data / "go"}}).dump();
  std::string streamed;
  call.on_chunk = [&](std::string_view chunk) { streamed += chunk; };
  const auto slot = begin(std::move(call));
  ASSERT_TRUE(world->until([&] { return streamed == "before,"; })) << streamed;
  EXPECT_FALSE(slot->has_value());
  data.write("go", "");
  ASSERT_TRUE(world->until([&] { return slot->has_value(); }));
  EXPECT_EQ(streamed, "before,after");
}

TEST_F(NodeFunction, TellsThatItsStreamBrokeOff) {
  InvokeCall call;
  call.function_arn = deploy_node("index.streamedFails");
  std::string streamed;
  call.on_chunk = [&](std::string_view chunk) { streamed += chunk; };
  const auto result = invoke(std::move(call));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(streamed, "begun");
  EXPECT_EQ(result->function_error, "Unhandled");
  EXPECT_EQ(nlohmann::json::parse(result->payload)["errorMessage"], "broke off");
}

class ProvidedFunction : public FunctionsTest {};

TEST_F(ProvidedFunction, RunsItsBootstrap) {
  const auto arn = deploy(config("p", "bootstrap", fixture_path("provided"), "provided.al2023"));
  EXPECT_EQ(invoke_json(arn, R"({"a":[1]})"), nlohmann::json({{"a", {1}}}));
  EXPECT_EQ(invoke_json(arn, R"("fail")")["errorType"], "Told");
}

TEST_F(ProvidedFunction, StreamsChunks) {
  InvokeCall call;
  call.function_arn = deploy(config("p", "bootstrap", fixture_path("provided"), "provided.al2023"));
  call.payload = R"("stream")";
  std::string streamed;
  call.on_chunk = [&](std::string_view chunk) { streamed += chunk; };
  const auto result = invoke(call);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(streamed, "onetwo");
  EXPECT_EQ(result->payload, "");
}

TEST_F(ProvidedFunction, WithoutBootstrapSaysWhatToDo) {
  TemporaryFolder empty;
  const auto document =
      invoke_json(deploy(config("p", "bootstrap", empty.path(), "provided.al2023")));
  EXPECT_THAT(document["errorMessage"].get<std::string>(),
              HasSubstr("no executable named bootstrap"));
}

}  // namespace
}  // namespace loopgate::lambda
