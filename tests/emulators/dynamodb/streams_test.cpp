#include "emulators/dynamodb/stream_operations.h"
#include "tests/emulators/dynamodb/account.h"

namespace loopgate::dynamodb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class StreamsTest : public Account {
 protected:
  StreamsTest() {
    make_table();
    ok("UpdateTable", R"({"TableName": "things", "StreamSpecification":
        {"StreamEnabled": true, "StreamViewType": "NEW_AND_OLD_IMAGES"}})");
    arn_ = ok("DescribeTable", R"({"TableName": "things"})")["Table"]["LatestStreamArn"];
  }
  http::ApiResult stream_call(std::string operation, json params) {
    StreamContext context{tables_->streams(), clock_};
    StreamsService service(context);
    http::ApiResult out;
    service.call({.operation = std::move(operation),
                  .params = std::move(params),
                  .caller = {.account = "123456789012", .region = "us-west-2"}},
                 [&](http::ApiResult result) { out = std::move(result); });
    return out;
  }
  json describe() {
    return stream_call("DescribeStream", {{"StreamArn", arn_}}).value()["StreamDescription"];
  }
  std::string iterator(const std::string& type, const std::string& sequence = "") {
    json params = {{"StreamArn", arn_},
                   {"ShardId", describe()["Shards"][0]["ShardId"]},
                   {"ShardIteratorType", type}};
    if (!sequence.empty()) params["SequenceNumber"] = sequence;
    const auto made = stream_call("GetShardIterator", params);
    EXPECT_TRUE(made) << made.error().message;
    return made ? (*made)["ShardIterator"].get<std::string>() : "";
  }
  json records(const std::string& from, int limit = 1000) {
    const auto got = stream_call("GetRecords", {{"ShardIterator", from}, {"Limit", limit}});
    EXPECT_TRUE(got) << got.error().message;
    return got.value_or(json::object());
  }
  static std::vector<std::string> names(const json& answer) {
    std::vector<std::string> out;
    for (const auto& record : answer["Records"]) out.push_back(record["eventName"]);
    return out;
  }

  std::string arn_;
};

TEST_F(StreamsTest, HaveEveryChangeInOrder) {
  put("a", "1", {{"v", {{"S", "x"}}}});
  put("a", "1", {{"v", {{"S", "x"}}}});  // changes nothing
  put("a", "1", {{"v", {{"S", "y"}}}});
  ok("DeleteItem", R"({"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}})");
  const auto all = records(iterator("TRIM_HORIZON"));
  EXPECT_THAT(names(all), ElementsAre("INSERT", "MODIFY", "REMOVE"));
  const auto& change = all["Records"][1]["dynamodb"];
  EXPECT_EQ(change["Keys"], read_json(R"({"pk": {"S": "a"}, "sk": {"N": "1"}})").value());
  EXPECT_EQ(change["OldImage"]["v"]["S"], "x");
  EXPECT_EQ(change["NewImage"]["v"]["S"], "y");
  EXPECT_FALSE(all["Records"][2]["dynamodb"].contains("NewImage"));
  const std::string sequence = change["SequenceNumber"];
  EXPECT_EQ(sequence.size(), 21U);
  EXPECT_THAT(names(records(iterator("AT_SEQUENCE_NUMBER", sequence))),
              ElementsAre("MODIFY", "REMOVE"));
  EXPECT_THAT(names(records(iterator("AFTER_SEQUENCE_NUMBER", sequence))), ElementsAre("REMOVE"));
}

TEST_F(StreamsTest, AreReadOnByTheIteratorOfTheLastAnswer) {
  const auto latest = iterator("LATEST");
  for (const auto* sk : {"1", "2", "3"}) put("a", sk);
  const auto first = records(latest, 2);
  EXPECT_EQ(names(first).size(), 2U);
  const auto second = records(first["NextShardIterator"]);
  EXPECT_EQ(names(second).size(), 1U);
  EXPECT_EQ(names(records(second["NextShardIterator"])).size(), 0U);
  advance(std::chrono::minutes(16));
  EXPECT_EQ(stream_call("GetRecords", {{"ShardIterator", latest}}).error().code,
            "ExpiredIteratorException");
  EXPECT_THAT(stream_call("GetRecords", {{"ShardIterator", "x"}}).error().message,
              HasSubstr("Invalid ShardIterator"));
}

TEST_F(StreamsTest, EndWithTheirTableAndAreReadForADay) {
  put("a", "1");
  ok("DeleteTable", R"({"TableName": "things"})");
  restart();
  EXPECT_EQ(describe()["StreamStatus"], "DISABLED");
  const auto all = records(iterator("TRIM_HORIZON"));
  EXPECT_THAT(names(all), ElementsAre("INSERT"));
  EXPECT_FALSE(records(all["NextShardIterator"]).contains("NextShardIterator"));
}

TEST_F(StreamsTest, ForgetAfterADay) {
  put("a", "1");
  advance(std::chrono::hours(25));
  put("a", "2");
  EXPECT_EQ(names(records(iterator("TRIM_HORIZON"))).size(), 1U);
}

TEST_F(StreamsTest, TellWhatExpired) {
  ok("UpdateTimeToLive", R"({"TableName": "things",
      "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": true}})");
  put("a", "1", {{"until", {{"N", std::to_string(to_seconds(kStart) + 60)}}}});
  const auto latest = iterator("LATEST");
  advance(std::chrono::seconds(61));
  const auto all = records(latest);
  EXPECT_THAT(names(all), ElementsAre("REMOVE"));
  EXPECT_EQ(all["Records"][0]["userIdentity"]["PrincipalId"], "dynamodb.amazonaws.com");
}

TEST_F(StreamsTest, WakeThoseWhoWatchAfterTheCommit) {
  int woken = 0;
  const auto cancel = tables_->streams().watch(arn_, [&] { ++woken; });
  put("a", "1");
  EXPECT_EQ(woken, 0);
  store_->end_turn();
  EXPECT_EQ(woken, 1);
  put("a", "2");
  store_->end_turn();
  EXPECT_EQ(woken, 1);  // once
  cancel();
}

TEST_F(StreamsTest, AreListed) {
  const auto listed = stream_call("ListStreams", {{"TableName", "things"}}).value()["Streams"];
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed[0]["StreamArn"], arn_);
  EXPECT_EQ(stream_call("DescribeStream", {{"StreamArn", arn_ + "x"}}).error().code,
            "ResourceNotFoundException");
  EXPECT_EQ(message("UpdateTable", R"({"TableName": "things", "StreamSpecification":
      {"StreamEnabled": true, "StreamViewType": "KEYS_ONLY"}})"),
            "Table already has an enabled stream: TableName: things");
}

}  // namespace
}  // namespace loopgate::dynamodb
