// CloudWatch Logs: the store, its API, the resource type and the gateway's port.

#include <gmock/gmock.h>

#include <map>

#include "emulators/logs/limits.h"
#include "emulators/logs/log_group_resource.h"
#include "emulators/logs/logs_port.h"
#include "emulators/logs/service.h"

namespace loopgate::logs {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Json = nlohmann::json;

const Place kPlace{"123456789012", "us-west-2"};

class LogsTest : public testing::Test {
 protected:
  http::ApiResult call(const std::string& operation, Json params) {
    http::ApiResult result;
    api.call({operation, std::move(params), {kPlace.account, kPlace.region, "", ""}},
             [&](http::ApiResult answer) { result = std::move(answer); });
    return result;
  }
  void make(const std::string& group, const std::string& stream) {
    ASSERT_TRUE(logs.create_group(kPlace, group).has_value());
    ASSERT_TRUE(logs.create_stream(kPlace, group, stream).has_value());
  }
  Json event(int ms, const std::string& message) {
    return {{"timestamp", ms}, {"message", message}};
  }
  static std::vector<std::string> messages(const Json& result) {
    std::vector<std::string> out;
    for (const auto& one : result["events"]) out.push_back(one["message"]);
    return out;
  }

  Clock clock{*parse_iso8601("2026-11-02T09:15:30.204Z")};
  TaskQueue tasks;
  std::unique_ptr<store::Store> store =
      std::move(*store::Store::open("", store::Durability::kMemory));
  LogStore logs{*store, clock};
  LogsService api{logs};
};

TEST_F(LogsTest, KeepsWhatIsPutAndReadsItInPages) {
  ASSERT_TRUE(call("CreateLogGroup", {{"logGroupName", "g"}}).has_value());
  ASSERT_TRUE(call("CreateLogStream", {{"logGroupName", "g"}, {"logStreamName", "s"}}).has_value());
  Json events = Json::array();
  for (int i = 0; i < 5; ++i) events.push_back(event(1000 + i, "line " + std::to_string(i)));
  ASSERT_TRUE(
      call("PutLogEvents", {{"logGroupName", "g"}, {"logStreamName", "s"}, {"logEvents", events}}));
  Json ask = {{"logGroupName", "g"}, {"logStreamName", "s"}, {"limit", 2}, {"startFromHead", true}};
  auto page = *call("GetLogEvents", ask);
  EXPECT_THAT(messages(page), ElementsAre("line 0", "line 1"));
  ask["nextToken"] = page["nextForwardToken"];
  page = *call("GetLogEvents", ask);
  EXPECT_THAT(messages(page), ElementsAre("line 2", "line 3"));
  ask["nextToken"] = page["nextForwardToken"];
  page = *call("GetLogEvents", ask);
  EXPECT_THAT(messages(page), ElementsAre("line 4"));
  ask["nextToken"] = page["nextForwardToken"];
  const auto last = *call("GetLogEvents", ask);
  EXPECT_TRUE(last["events"].empty());
  EXPECT_EQ(last["nextForwardToken"], page["nextForwardToken"]);
  ask["nextToken"] = page["nextBackwardToken"];
  EXPECT_THAT(messages(*call("GetLogEvents", ask)), ElementsAre("line 2", "line 3"));
  const auto newest =
      *call("GetLogEvents", {{"logGroupName", "g"}, {"logStreamName", "s"}, {"limit", 2}});
  EXPECT_THAT(messages(newest), ElementsAre("line 3", "line 4"));
}

TEST_F(LogsTest, DescribesGroupsAndStreams) {
  make("/aws/lambda/a", "one");
  make("/aws/lambda/b", "two");
  make("other", "three");
  const auto groups = *call("DescribeLogGroups", {{"logGroupNamePrefix", "/aws/lambda/"}});
  ASSERT_EQ(groups["logGroups"].size(), 2u);
  EXPECT_EQ(groups["logGroups"][0]["arn"],
            "arn:aws:logs:us-west-2:123456789012:log-group:/aws/lambda/a:*");
  const auto page = *call("DescribeLogGroups", {{"limit", 1}});
  EXPECT_EQ(page["nextToken"], "/aws/lambda/a");
  const auto streams =
      *call("DescribeLogStreams",
            {{"logGroupIdentifier", "arn:aws:logs:us-west-2:123456789012:log-group:other:*"}});
  EXPECT_EQ(streams["logStreams"][0]["logStreamName"], "three");
}

struct RefusedCall {
  std::string name;
  std::string operation;
  Json params;
  std::string code;
  std::string message;
};
class RefusedLogsCall : public LogsTest, public testing::WithParamInterface<RefusedCall> {};

TEST_P(RefusedLogsCall, IsAnsweredInAwsWords) {
  make("g", "s");
  const auto result = call(GetParam().operation, GetParam().params);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, GetParam().code);
  EXPECT_THAT(result.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedLogsCall,
    testing::Values(RefusedCall{"GroupTwice",
                                "CreateLogGroup",
                                {{"logGroupName", "g"}},
                                "ResourceAlreadyExistsException",
                                "The specified log group already exists"},
                    RefusedCall{"GroupName",
                                "CreateLogGroup",
                                {{"logGroupName", "a b"}},
                                "InvalidParameterException",
                                "logGroupName"},
                    RefusedCall{"StreamTwice",
                                "CreateLogStream",
                                {{"logGroupName", "g"}, {"logStreamName", "s"}},
                                "ResourceAlreadyExistsException",
                                "The specified log stream already exists"},
                    RefusedCall{"NoGroup",
                                "DescribeLogStreams",
                                {{"logGroupName", "x"}},
                                "ResourceNotFoundException",
                                "The specified log group does not exist."},
                    RefusedCall{"NoStream",
                                "GetLogEvents",
                                {{"logGroupName", "g"}, {"logStreamName", "x"}},
                                "ResourceNotFoundException",
                                "The specified log stream does not exist."},
                    RefusedCall{
                        "Token",
                        "GetLogEvents",
                        {{"logGroupName", "g"}, {"logStreamName", "s"}, {"nextToken", "f/x/1"}},
                        "InvalidParameterException",
                        "nextToken"},
                    RefusedCall{"Order",
                                "PutLogEvents",
                                {{"logGroupName", "g"},
                                 {"logStreamName", "s"},
                                 {"logEvents",
                                  {{{"timestamp", 2}, {"message", "b"}},
                                   {{"timestamp", 1}, {"message", "a"}}}}},
                                "InvalidParameterException",
                                "chronological order"},
                    RefusedCall{"JsonPattern",
                                "FilterLogEvents",
                                {{"logGroupName", "g"}, {"filterPattern", "{ $.a = 1 }"}},
                                "InvalidParameterException",
                                "terms only"}),
    [](const auto& info) { return info.param.name; });

struct PatternCase {
  std::string name;
  std::string pattern;
  std::string message;
  bool matches;
};
class Pattern : public testing::TestWithParam<PatternCase> {};

TEST_P(Pattern, MatchesByTerms) {
  const auto pattern = FilterPattern::parse(GetParam().pattern);
  ASSERT_TRUE(pattern.has_value());
  EXPECT_EQ(pattern->matches(GetParam().message), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    All, Pattern,
    testing::Values(PatternCase{"Empty", "", "anything", true},
                    PatternCase{"Term", "ERROR", "an ERROR here", true},
                    PatternCase{"Case", "error", "an ERROR here", false},
                    PatternCase{"All", "ERROR disk", "ERROR: net", false},
                    PatternCase{"Phrase", "\"two words\"", "these two words", true},
                    PatternCase{"PhraseOrder", "\"two words\"", "words two", false},
                    PatternCase{"Excluded", "ERROR -exit", "ERROR on exit", false},
                    PatternCase{"Any", "?ERROR ?WARN", "a WARN", true},
                    PatternCase{"AnyBesideRequired", "disk ?ERROR", "disk WARN", true},
                    PatternCase{"NoneOfAny", "?ERROR ?WARN", "an INFO", false}),
    [](const auto& info) { return info.param.name; });

TEST_F(LogsTest, FiltersAcrossStreams) {
  make("g", "a");
  ASSERT_TRUE(logs.create_stream(kPlace, "g", "b").has_value());
  const auto at = [](int ms) { return WallTime(std::chrono::milliseconds(ms)); };
  ASSERT_TRUE(
      logs.put(kPlace, "g", "a", std::vector<aws::LogLine>{{at(1), "x one"}, {at(3), "x three"}}));
  ASSERT_TRUE(
      logs.put(kPlace, "g", "b", std::vector<aws::LogLine>{{at(2), "x two"}, {at(4), "four"}}));
  auto page =
      *call("FilterLogEvents", {{"logGroupName", "g"}, {"filterPattern", "x"}, {"limit", 2}});
  EXPECT_THAT(messages(page), ElementsAre("x one", "x two"));
  EXPECT_EQ(page["events"][1]["logStreamName"], "b");
  page = *call("FilterLogEvents", {{"logGroupName", "g"},
                                   {"filterPattern", "x"},
                                   {"limit", 2},
                                   {"nextToken", page["nextToken"]}});
  EXPECT_THAT(messages(page), ElementsAre("x three"));
  EXPECT_FALSE(page.contains("nextToken"));
  page = *call("FilterLogEvents",
               {{"logGroupName", "g"}, {"logStreamNames", {"b"}}, {"startTime", 3}});
  EXPECT_THAT(messages(page), ElementsAre("four"));
}

TEST_F(LogsTest, LetsTheOldestGoAndCountsThem) {
  make("g", "s");
  std::vector<aws::LogLine> lines(10'000, {clock.wall(), "x"});
  lines.front().text = "the first";
  for (int i = 0; i < 11; ++i) ASSERT_TRUE(logs.put(kPlace, "g", "s", lines).has_value());
  const auto group = *logs.group(kPlace, "g");
  EXPECT_LE(group.events, kGroupEvents);
  EXPECT_EQ(group.events + group.forgotten, 110'000);
  EXPECT_GT(group.forgotten, 0);
  // The first batch went, and the first line of each of the others is there.
  EXPECT_EQ(logs.filter(kPlace, "g", {}, "", *FilterPattern::parse("first"), {})->events.size(),
            10u);
}

TEST_F(LogsTest, AGroupWeighsWhatItStillHas) {
  make("g", "s");
  const std::vector<aws::LogLine> lines(kMaxPutEvents, {clock.wall(), "0123456789"});
  for (int i = 0; i < 11; ++i) ASSERT_TRUE(logs.put(kPlace, "g", "s", lines).has_value());
  const auto group = *logs.group(kPlace, "g");
  ASSERT_GT(group.forgotten, 0);
  EXPECT_EQ(group.bytes, group.events * 10);
}

TEST_F(LogsTest, APageHasAMegabyteAtMostAndOneEventAtLeast) {
  make("g", "s");
  const std::string message(kMaxMessage, 'x');
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(
        logs.put(kPlace, "g", "s", std::vector<aws::LogLine>{{clock.wall(), message}}).has_value());
  }
  EXPECT_EQ(logs.read(kPlace, "g", "s", {})->size(), 3u);  // four weigh 26 bytes each too much
}

TEST_F(LogsTest, ALongMessageIsCutBetweenTwoCharacters) {
  make("g", "s");
  const auto cut = [&](const std::string& message) {
    EXPECT_TRUE(
        logs.put(kPlace, "g", "s", std::vector<aws::LogLine>{{clock.wall(), message}}).has_value());
    return logs.read(kPlace, "g", "s", {})->back().message.size();
  };
  EXPECT_EQ(cut(std::string(kMaxMessage, 'x')), kMaxMessage);
  EXPECT_EQ(cut(std::string(kMaxMessage, 'x') + "y"), kMaxMessage);
  EXPECT_EQ(cut(std::string(kMaxMessage - 1, 'x') + "\xC3\xA9"), kMaxMessage - 1);
}

TEST_F(LogsTest, AStreamKnowsItsEarliestAndLatestEvent) {
  make("g", "s");
  const auto put = [&](int ms) {
    const WallTime at{std::chrono::milliseconds(ms)};
    ASSERT_TRUE(logs.put(kPlace, "g", "s", std::vector<aws::LogLine>{{at, "x"}}).has_value());
  };
  put(2000);
  put(1000);
  put(3000);
  put(2500);
  const auto stream = *logs.stream(kPlace, "g", "s");
  EXPECT_EQ(stream.first_ms, 1000);
  EXPECT_EQ(stream.last_ms, 3000);
}

TEST_F(LogsTest, AGroupThatIsMadeAgainHasNoStreams) {
  make("g", "s");
  ASSERT_TRUE(
      logs.put(kPlace, "g", "s", std::vector<aws::LogLine>{{clock.wall(), "x"}}).has_value());
  ASSERT_TRUE(logs.delete_group(kPlace, "g").has_value());
  ASSERT_TRUE(logs.create_group(kPlace, "g").has_value());
  EXPECT_FALSE(logs.stream(kPlace, "g", "s").has_value());
  EXPECT_FALSE(
      logs.put(kPlace, "g", "s", std::vector<aws::LogLine>{{clock.wall(), "x"}}).has_value());
}

TEST_F(LogsTest, AppendedLinesAreThereForTheNextReader) {
  logs.append(kPlace, "/aws/lambda/f", "2026/11/02/[$LATEST]ab", clock.wall(), "hello");
  EXPECT_FALSE(store->dirty());
  const auto read = logs.read(kPlace, "/aws/lambda/f", "2026/11/02/[$LATEST]ab", {});
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ((*read)[0].message, "hello");
}

TEST_F(LogsTest, ARolledBackGroupIsForgotten) {
  {
    store::Store::Savepoint savepoint(*store);
    ASSERT_TRUE(logs.create_group(kPlace, "g").has_value());
  }
  EXPECT_FALSE(logs.group(kPlace, "g").has_value());
}

TEST_F(LogsTest, TheGatewaysPortMakesStreamsButNoGroups) {
  std::vector<std::string> asked;
  EmbeddedLogs port(logs, tasks,
                    [&](const aws::Session&, std::string_view action,
                        const std::string& resource) -> aws::Outcome<void> {
                      asked.push_back(std::string(action) + " " + resource);
                      return {};
                    });
  const auto session =
      std::make_shared<const aws::Session>(aws::Session{kPlace.account, "r", "s", {}});
  std::string code;
  const auto put = [&] {
    port.put_log_events(
        session, kPlace.region, "deliveries", "listener", {{clock.wall(), "failed"}},
        [&](aws::Outcome<aws::Done> done) { code = done ? "done" : done.error().code; });
    EXPECT_EQ(tasks.run_ready() > 0, true);
  };
  put();
  EXPECT_EQ(code, "ResourceNotFoundException");
  ASSERT_TRUE(logs.create_group(kPlace, "deliveries").has_value());
  asked.clear();
  put();
  EXPECT_EQ(code, "done");
  const std::string stream =
      "arn:aws:logs:us-west-2:123456789012:log-group:deliveries:log-stream:listener";
  EXPECT_THAT(asked, ElementsAre("logs:CreateLogStream " + stream, "logs:PutLogEvents " + stream));
}

TEST_F(LogsTest, ATemplateMakesAGroup) {
  Random random = Random::from_seed(1);
  LogGroupResource resource(logs, random);
  cfn::StackContext stack;
  stack.name = "demo";
  stack.account = kPlace.account;
  stack.region = kPlace.region;
  cfn::ResourceRequest request;
  request.stack = &stack;
  request.logical_id = "Logs";
  request.properties = {{"LogGroupName", "/my/logs"}, {"RetentionInDays", "7"}};
  resource.create(request, [](const auto& state) {
    ASSERT_TRUE(state.has_value());
    EXPECT_EQ(state->physical_id, "/my/logs");
    EXPECT_EQ(state->attributes["Arn"], "arn:aws:logs:us-west-2:123456789012:log-group:/my/logs:*");
  });
  EXPECT_EQ(logs.group(kPlace, "/my/logs")->retention_days, 7);
  resource.create(request, [](const auto& state) { EXPECT_FALSE(state.has_value()); });
}

}  // namespace
}  // namespace loopgate::logs
