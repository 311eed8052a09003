#include "tests/emulators/dynamodb/account.h"

namespace loopgate::dynamodb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(Account, DescribesATableAsAwsDoes) {
  make_table();
  const auto table = ok("DescribeTable", R"({"TableName": "things"})")["Table"];
  EXPECT_EQ(table["TableStatus"], "ACTIVE");
  EXPECT_EQ(table["TableArn"], "arn:aws:dynamodb:us-west-2:123456789012:table/things");
  EXPECT_EQ(table["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST");
  EXPECT_EQ(table["GlobalSecondaryIndexes"][0]["IndexStatus"], "ACTIVE");
  EXPECT_EQ(table["CreationDateTime"], 1793610930.0);
  EXPECT_EQ(ok("DescribeTable",
               R"({"TableName": "arn:aws:dynamodb:us-west-2:123456789012:table/things"})")["Table"],
            table);
}

TEST_F(Account, RefusesTablesInTheWordsOfAws) {
  make_table();
  struct Case {
    const char* params;
    const char* message;
  };
  const Case cases[] = {
      {R"({"TableName": "a;", "AttributeDefinitions": [], "KeySchema": []})",
       "2 validation errors detected: Value 'a;' at 'tableName' failed to satisfy constraint: "
       "Member "
       "must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value 'a;' at 'tableName' failed "
       "to satisfy constraint: Member must have length greater than or equal to 3"},
      {R"({"TableName": "abc", "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
           "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]})",
       "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must "
       "both be specified when BillingMode is PROVISIONED"},
      {R"({"TableName": "abc", "BillingMode": "PAY_PER_REQUEST",
           "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
           "KeySchema": [{"AttributeName": "b", "KeyType": "HASH"}]})",
       "One or more parameter values were invalid: Some index key attributes are not defined in "
       "AttributeDefinitions. Keys: [b], AttributeDefinitions: [a]"},
      {R"({"TableName": "abc", "BillingMode": "PAY_PER_REQUEST",
           "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"},
                                    {"AttributeName": "b", "AttributeType": "S"}],
           "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]})",
       "One or more parameter values were invalid: Number of attributes in KeySchema does not "
       "exactly match number of attributes defined in AttributeDefinitions"},
      {R"({"TableName": "things", "BillingMode": "PAY_PER_REQUEST",
           "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
           "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]})",
       "Table already exists: things"},
  };
  for (const auto& [params, wanted] : cases) {
    EXPECT_EQ(message("CreateTable", params), wanted) << params;
  }
  EXPECT_EQ(refusal("DescribeTable", R"({"TableName": "nothing"})"),
            "ResourceNotFoundException: Requested resource not found: Table: nothing not found");
}

TEST_F(Account, KeepsTablesAndItemsOverARestart) {
  make_table();
  put("a", "1", {{"g", {{"S", "x"}}}});
  restart();
  EXPECT_EQ(ok("Scan", R"({"TableName": "things", "IndexName": "by-g"})")["Count"], 1);
  ok("DeleteTable", R"({"TableName": "things"})");
  restart();
  EXPECT_EQ(ok("ListTables", "{}")["TableNames"], json::array());
  make_table();
  EXPECT_EQ(ok("Scan", R"({"TableName": "things"})")["Count"], 0);
}

TEST_F(Account, FillsAnIndexThatIsAddedLater) {
  make_table();
  put("a", "1", {{"h", {{"S", "x"}}}});
  const auto changed = ok("UpdateTable", R"({"TableName": "things",
      "AttributeDefinitions": [{"AttributeName": "h", "AttributeType": "S"}],
      "GlobalSecondaryIndexUpdates": [
          {"Create": {"IndexName": "by-h", "KeySchema": [{"AttributeName": "h", "KeyType": "HASH"}],
                      "Projection": {"ProjectionType": "ALL"}}},
          {"Delete": {"IndexName": "by-g"}}]})");
  EXPECT_EQ(changed["TableDescription"]["TableStatus"], "UPDATING");
  EXPECT_EQ(ok("Query", R"({"TableName": "things", "IndexName": "by-h",
      "KeyConditionExpression": "h = :h", "ExpressionAttributeValues": {":h": {"S": "x"}}})")
                ["Count"],
            1);
  EXPECT_THAT(message("Scan", R"({"TableName": "things", "IndexName": "by-g"})"),
              HasSubstr("does not have the specified index"));
}

TEST_F(Account, ListsTablesByPages) {
  for (const auto* name : {"aaa", "bbb", "ccc"}) {
    ok("CreateTable", std::string(R"({"TableName": ")") + name + R"(", "BillingMode":
        "PAY_PER_REQUEST", "AttributeDefinitions": [{"AttributeName": "a", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "a", "KeyType": "HASH"}]})");
  }
  const auto first = ok("ListTables", R"({"Limit": 2})");
  EXPECT_EQ(first["TableNames"], (json{"aaa", "bbb"}));
  EXPECT_EQ(first["LastEvaluatedTableName"], "bbb");
  EXPECT_EQ(ok("ListTables", R"({"ExclusiveStartTableName": "bbb"})")["TableNames"], (json{"ccc"}));
}

TEST_F(Account, ProtectsTagsAndTimesOut) {
  make_table();
  ok("UpdateTable", R"({"TableName": "things", "DeletionProtectionEnabled": true})");
  EXPECT_THAT(refusal("DeleteTable", R"({"TableName": "things"})"),
              HasSubstr("protected against deletion"));
  constexpr auto kArn = "arn:aws:dynamodb:us-west-2:123456789012:table/things";
  call("TagResource",
       json{{"ResourceArn", kArn}, {"Tags", json::array({{{"Key", "a"}, {"Value", "b"}}})}});
  const auto tags = call("ListTagsOfResource", json{{"ResourceArn", kArn}});
  EXPECT_EQ((*tags)["Tags"][0]["Key"], "a");
  EXPECT_EQ(message("UpdateTimeToLive", R"({"TableName": "things",
      "TimeToLiveSpecification": {"AttributeName": "t", "Enabled": false}})"),
            "TimeToLive is already disabled");
}

TEST_F(Account, IsTheSameTableInTheRegionsOfItsReplicas) {
  make_table();
  ok("UpdateTable", R"({"TableName": "things",
      "ReplicaUpdates": [{"Create": {"RegionName": "eu-west-1"}}]})");
  put("a", "1");
  restart();
  region_ = "eu-west-1";
  const auto table = ok("DescribeTable", R"({"TableName": "things"})")["Table"];
  EXPECT_EQ(table["TableArn"], "arn:aws:dynamodb:eu-west-1:123456789012:table/things");
  EXPECT_EQ(table["Replicas"][0]["RegionName"], "us-west-2");
  EXPECT_EQ(ok("ListTables", "{}")["TableNames"], (json{"things"}));
  EXPECT_EQ(ok("Scan", R"({"TableName": "things"})")["Count"], 1);
  ok("DeleteTable", R"({"TableName": "things"})");
  EXPECT_EQ(message("Scan", R"({"TableName": "things"})"), "Requested resource not found");
  region_ = "us-west-2";
  EXPECT_EQ(ok("Scan", R"({"TableName": "things"})")["Count"], 1);
}

TEST_F(Account, LeavesTablesOfOthersAlone) {
  EXPECT_THAT(
      refusal("Scan", R"({"TableName": "arn:aws:dynamodb:us-west-2:210987654321:table/t"})"),
      HasSubstr("AccessDeniedException"));
}

TEST_F(Account, AsksForThePermissionsOfEachTable) {
  const auto further = [&](std::string operation, std::string_view params) {
    const http::ApiCall made{.operation = std::move(operation),
                             .params = read_json(params).value(),
                             .caller = {.account = "1", .region = "r"}};
    auto all = service_->further_permissions(made);
    all.insert(all.begin(), service_->permission_for(made));
    std::vector<std::string> out;
    for (const auto& each : all) out.push_back(each.action + " " + each.resource);
    return out;
  };
  EXPECT_THAT(further("Query", R"({"TableName": "t", "IndexName": "i"})"),
              ElementsAre("dynamodb:Query arn:aws:dynamodb:r:1:table/t/index/i"));
  EXPECT_THAT(further("TransactWriteItems", R"({"TransactItems": [{"Put": {"TableName": "t"}},
                  {"ConditionCheck": {"TableName": "u"}}]})"),
              ElementsAre("dynamodb:PutItem arn:aws:dynamodb:r:1:table/t",
                          "dynamodb:ConditionCheckItem arn:aws:dynamodb:r:1:table/u"));
  EXPECT_THAT(further("BatchGetItem", R"({"RequestItems": {"t": {}, "u": {}}})"),
              ElementsAre("dynamodb:BatchGetItem arn:aws:dynamodb:r:1:table/t",
                          "dynamodb:BatchGetItem arn:aws:dynamodb:r:1:table/u"));
}

}  // namespace
}  // namespace loopgate::dynamodb
