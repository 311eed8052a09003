// DynamoDB destinations: an item a packet, by 25, and what a call leaves over.
#include "gateway/destinations/table_item.h"
#include "tests/gateway/fakes.h"

namespace loopgate::gateway::testing {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kTable = "arn:aws:dynamodb:us-west-2:111122223333:table/packets";

json table_destination(json extra = json::object()) {
  json out = {{"Name", "table"},
              {"DestinationArn", kTable},
              {"Role", kRole},
              {"Formatter", "utf8"},
              {"Batching", {{"Count", "1"}}}};
  out.update(extra);
  return out;
}

json description(const std::string& hash, const std::string& range = "",
                 const std::string& range_type = "S") {
  json schema = json::array({{{"AttributeName", hash}, {"KeyType", "HASH"}}});
  json attributes = json::array({{{"AttributeName", hash}, {"AttributeType", "S"}}});
  if (!range.empty()) {
    schema.push_back({{"AttributeName", range}, {"KeyType", "RANGE"}});
    attributes.push_back({{"AttributeName", range}, {"AttributeType", range_type}});
  }
  return {{"Table", {{"KeySchema", schema}, {"AttributeDefinitions", attributes}}}};
}

const json& items_of(const World& world, std::size_t call) {
  return world.aws.calls.at(call).params["RequestItems"]["packets"];
}

TEST(DynamoDb, APacketIsAnItemUnderTheTablesKeys) {
  World world;
  world.aws.answers["DescribeTable"] = description("Client", "At");
  world.listen({table_destination()});
  world.send("hello");
  world.send("again");
  ASSERT_THAT(world.aws.calls, SizeIs(3));  // described once
  EXPECT_EQ(world.aws.calls[0].operation.name, "DescribeTable");
  EXPECT_EQ(world.aws.calls[0].params, (json{{"TableName", "packets"}}));
  const auto& item = items_of(world, 1).at(0)["PutRequest"]["Item"];
  EXPECT_EQ(item["Data"]["S"], "hello");
  EXPECT_THAT(item["Client"]["S"].get<std::string>(), HasSubstr(":"));
  EXPECT_EQ(item["At"]["S"].get<std::string>(),
            item["ReceivedAt"]["S"].get<std::string>() + "#" + item["Tag"]["S"].get<std::string>());
  EXPECT_TRUE(item["Remote"]["M"]["Port"].contains("N"));
  EXPECT_TRUE(world.events(EventKind::kDispatched).at(0).assumed) << "the keys' values are ours";
  EXPECT_THAT(world.events(EventKind::kDelivered), SizeIs(2));
}

TEST(DynamoDb, AKeyThatIsCalledLikeAMemberIsThatMember) {
  const json packet = {{"Tag", "7f"},
                       {"Data", "x"},
                       {"ReceivedAt", "2026-11-02T09:15:30.204Z"},
                       {"Remote", {{"IpAddress", "192.0.2.1"}, {"Port", 7}}}};
  const auto item = [&](const TableKeys& keys) { return table_item(keys, packet, 0x7f).value(); };
  EXPECT_EQ(item({{"Data", "S"}, {"ReceivedAt", "S"}})["Data"]["S"], "x");
  EXPECT_EQ(item({{"id", "S"}})["id"]["S"], "7f");
  EXPECT_EQ(item({{"id", "N"}})["id"]["N"], "127");
  EXPECT_EQ(item({{"id", "B"}})["id"]["B"], "N2Y=");
  EXPECT_EQ(item({{"c", "S"}, {"at", "N"}})["at"]["N"], "1793610930204.00000000000000000127");
  EXPECT_EQ(item({{"c", "S"}, {"at", "N"}})["c"]["S"], "192.0.2.1:7");
  json empty = packet;
  empty["Data"] = "";
  EXPECT_EQ(table_item({{"Data", "S"}}, empty, 1).error(),
            "Data is empty, and a key of the table cannot be");
}

TEST(DynamoDb, GoesBy25AndOfTheSameKeyTheLaterStays) {
  World world;
  world.aws.answers["DescribeTable"] = description("Data");
  world.listen({table_destination({{"Batching", {{"Count", "30"}, {"TimeoutInSeconds", "1"}}}})});
  for (int i = 0; i < 30; ++i) world.send(i < 2 ? "same" : "p" + std::to_string(i));
  ASSERT_THAT(world.aws.calls, SizeIs(3));
  EXPECT_THAT(items_of(world, 1), SizeIs(24));
  EXPECT_THAT(items_of(world, 2), SizeIs(5));
  EXPECT_THAT(world.discards(), IsEmpty());
}

TEST(DynamoDb, SendsWhatIsLeftOverAgain) {
  World world;
  world.aws.answers["DescribeTable"] = description("Data");
  const json left = {{"PutRequest", {{"Item", {{"Data", {{"S", "b"}}}}}}}};
  world.aws.answers["BatchWriteItem"] = {{"UnprocessedItems", {{"packets", json::array({left})}}}};
  world.listen({table_destination({{"Batching", {{"Count", "2"}, {"TimeoutInSeconds", "1"}}}})});
  world.send("a");
  world.send("b");
  ASSERT_THAT(world.aws.calls, SizeIs(2));
  world.advance(std::chrono::milliseconds(50));
  ASSERT_THAT(world.aws.calls, SizeIs(3));
  EXPECT_EQ(items_of(world, 2), json::array({left}));
  world.advance(std::chrono::seconds(60));
  EXPECT_THAT(world.aws.calls, SizeIs(9));
  EXPECT_THAT(world.discards(), ElementsAre("destination-error"));
  EXPECT_THAT(world.events(EventKind::kDelivered), SizeIs(1));
}

TEST(DynamoDb, ATableThatDoesNotExistIsNotFound) {
  World world;
  world.aws.refusals["dynamodb:DescribeTable"] = {
      "ResourceNotFoundException",
      "Requested resource not found: Table: packets not found",
      400,
      {}};
  world.listen({table_destination()});
  world.send("a");
  EXPECT_THAT(world.discards(), ElementsAre("destination-not-found"));
}

}  // namespace
}  // namespace loopgate::gateway::testing
