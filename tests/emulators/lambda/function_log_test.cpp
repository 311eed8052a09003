#include "emulators/lambda/function_log.h"

#include <gmock/gmock.h>

#include "tests/emulators/lambda/functions_fixture.h"

namespace loopgate::lambda {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct FunctionLogTest : FunctionsTest {
  logs::Group group() { return *world->logs.group({kAccount, kRegion}, function.log_group_name()); }
  std::vector<std::string> journalled() {
    std::vector<std::string> texts;
    for (const auto& event : world->journal.read(0, Journal::kDefaultCapacity)) {
      if (event.kind == EventKind::kFunctionLog) texts.push_back(event.text);
    }
    return texts;
  }

  FunctionConfig function = config("chatty", "a.b");
  FunctionLog log{world->functions->surroundings(), function};
};

TEST_F(FunctionLogTest, CountsAndSaysWhatAFloodLost) {
  constexpr int kMore = 1234;
  for (int i = 0; i < kLogBurstLines + kMore; ++i) log.line("xxxx");
  EXPECT_EQ(group().events, kLogBurstLines);
  world->advance(std::chrono::seconds(1));
  log.line("after");
  EXPECT_EQ(group().events, kLogBurstLines + 2);
  const auto texts = journalled();
  EXPECT_EQ(texts.size(), kJournalBurstLines + 3);
  EXPECT_THAT(texts[texts.size() - 3], HasSubstr("1234 lines (4936 bytes) of output are missing"));
  EXPECT_THAT(texts[texts.size() - 2], HasSubstr("18000 more lines are in the log group "
                                                 "/aws/lambda/chatty only"));
  EXPECT_EQ(texts.back(), "after");
}

TEST_F(FunctionLogTest, SaysItAtTheEndOfTheInvocationAtTheLatest) {
  log.start("id", "$LATEST");
  for (int i = 0; i < kLogBurstLines + 5; ++i) log.line("x");
  log.end("id", {}, {}, "");
  EXPECT_THAT(journalled().end()[-2], HasSubstr("5 lines (5 bytes) of output are missing"));
  EXPECT_EQ(group().events, 1 + kLogBurstLines + 1 + 2);  // START, …, what is missing, END, REPORT
}

TEST_F(FunctionLogTest, CountsBytesToo) {
  const std::string large(1024 * 1024, 'x');
  for (int i = 0; i < 20; ++i) log.line(large);
  EXPECT_EQ(group().events, kLogBurstBytes / (1024 * 1024));
}

TEST_F(FunctionLogTest, TheTailHasTheLastLinesWhateverIsLogged) {
  log.keep_tail(true);
  log.start("id", "$LATEST");
  for (int i = 0; i < kLogBurstLines + 10; ++i) log.line("line " + std::to_string(i));
  EXPECT_THAT(log.tail(), HasSubstr("line " + std::to_string(kLogBurstLines + 9) + "\n"));
}

TEST(Allowance, ComesBackWithTimeUpToTheBurst) {
  Instant now{};
  Allowance allowance({10, 1000}, {5, 100}, now);
  const auto taken = [&] {
    int count = 0;
    while (allowance.take(1, now)) ++count;
    return count;
  };
  EXPECT_EQ(taken(), 10);
  now += std::chrono::seconds(1);
  EXPECT_EQ(taken(), 5);
  now += std::chrono::hours(24 * 365);
  EXPECT_EQ(taken(), 10);
}

// A start holds up everybody for milliseconds.
TEST_F(FunctionsTest, StartsOneWorkerATurn) {
  const auto arn = deploy(config("slow", "echo.handler"));
  for (int i = 0; i < 8; ++i) begin(arn, "{}");
  std::size_t before = 0;
  EXPECT_TRUE(world->until([&] {
    const auto workers = world->functions->workers();
    EXPECT_LE(workers, before + 1);
    before = workers;
    return workers >= 3;
  }));
}

// https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
TEST_F(FunctionLogTest, SpeaksJsonOfTheLevelsThatAreAskedFor) {
  const auto told = [&](const char* level) {
    auto config = function;
    config.name = std::string("json-") + level;
    config.json_logs = true;
    config.system_log_level = level;
    FunctionLog json(world->functions->surroundings(), config);
    json.init_start("python3.11");
    json.start("good", "$LATEST");
    json.line("plain");
    json.end("good", std::chrono::milliseconds(2), {}, "", 31);
    json.start("bad", "$LATEST");
    json.note("bad", "Task timed out after 3.00 seconds");
    json.end("bad", {}, {}, "timeout");
    std::vector<std::string> types;
    for (const auto& line : log_of(config.name)) {
      types.push_back(line == "plain" ? line : nlohmann::json::parse(line).value("type", ""));
    }
    return types;
  };
  EXPECT_THAT(
      told("DEBUG"),
      ElementsAre("platform.initStart", "platform.start", "plain", "platform.runtimeDone",
                  "platform.report", "platform.start", "platform.runtimeDone", "platform.report"));
  EXPECT_THAT(told("INFO"),
              ElementsAre("platform.initStart", "platform.start", "plain", "platform.report",
                          "platform.start", "platform.runtimeDone", "platform.report"));
  EXPECT_THAT(told("WARN"), ElementsAre("plain", "platform.runtimeDone", "platform.report"));
  const auto report = nlohmann::json::parse(log_of("json-INFO")[3])["record"];
  EXPECT_EQ(report["status"], "success");
  EXPECT_EQ(report["metrics"], nlohmann::json({{"durationMs", 2.0},
                                               {"billedDurationMs", 2},
                                               {"memorySizeMB", 128},
                                               {"maxMemoryUsedMB", 31}}));
}

}  // namespace
}  // namespace loopgate::lambda
