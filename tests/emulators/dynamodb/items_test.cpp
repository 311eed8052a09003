#include "tests/emulators/dynamodb/account.h"

namespace loopgate::dynamodb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class Items : public Account {
 protected:
  Items() { make_table(); }
};

TEST_F(Items, ArePutReadChangedAndDeleted) {
  ok("PutItem", R"({"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"N": "01.0"},
      "v": {"L": [{"N": "1e2"}]}}})");
  const auto got = ok("GetItem", R"({"TableName": "things",
      "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}, "ReturnConsumedCapacity": "TOTAL"})");
  EXPECT_EQ(got["Item"]["v"]["L"][0]["N"], "100");
  EXPECT_EQ(got["Item"]["sk"]["N"], "1");
  EXPECT_EQ(got["ConsumedCapacity"]["CapacityUnits"], 0.5);

  const auto updated = ok("UpdateItem", R"({"TableName": "things",
      "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}, "UpdateExpression": "SET v = :v ADD c :c",
      "ExpressionAttributeValues": {":v": {"S": "x"}, ":c": {"N": "2"}},
      "ReturnValues": "UPDATED_NEW"})");
  EXPECT_EQ(updated["Attributes"], read_json(R"({"v": {"S": "x"}, "c": {"N": "2"}})").value());

  const auto deleted = ok("DeleteItem", R"({"TableName": "things",
      "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}, "ReturnValues": "ALL_OLD"})");
  EXPECT_EQ(deleted["Attributes"]["v"]["S"], "x");
  EXPECT_FALSE(ok("GetItem", R"({"TableName": "things",
      "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}})")
                   .contains("Item"));
}

TEST_F(Items, AreLeftAloneWhenTheConditionFails) {
  put("a", "1", {{"v", {{"S", "old"}}}});
  const auto failed = call("PutItem", R"({"TableName": "things",
      "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}},
      "ConditionExpression": "attribute_not_exists (pk) ",
      "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, "ConditionalCheckFailedException");
  EXPECT_EQ(failed.error().message, "The conditional request failed");
  EXPECT_EQ((*failed.error().members)["Item"]["v"]["S"], "old");
}

TEST_F(Items, AreRefusedInTheWordsOfAws) {
  struct Case {
    const char* operation;
    const char* params;
    const char* message;
  };
  const Case cases[] = {
      {"PutItem", R"({"TableName": "things", "Item": {"pk": {"S": "a"}}})",
       "One or more parameter values were invalid: Missing the key sk in the item"},
      {"PutItem", R"({"TableName": "things", "Item": {"pk": {"N": "1"}, "sk": {"N": "1"}}})",
       "One or more parameter values were invalid: Type mismatch for key pk expected: S actual: N"},
      {"PutItem", R"({"TableName": "things", "Item": {"pk": {"S": ""}, "sk": {"N": "1"}}})",
       "One or more parameter values are not valid. The AttributeValue for a key attribute cannot "
       "contain an empty string value. Key: pk"},
      {"PutItem",
       R"({"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}, "g": {"N": "1"}}})",
       "One or more parameter values were invalid: Type mismatch for Index Key g Expected: S "
       "Actual: N IndexName: by-g"},
      {"PutItem", R"({"TableName": "nothing", "Item": {"pk": {"S": "a"}}})",
       "Requested resource not found"},
      {"PutItem",
       R"({"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}},
           "ReturnValues": "ALL_NEW"})",
       "ReturnValues can only be ALL_OLD or NONE"},
      {"PutItem",
       R"({"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}},
           "ExpressionAttributeNames": {"#a": "a"}})",
       "ExpressionAttributeNames can only be specified when using expressions"},
      {"PutItem",
       R"({"TableName": "things", "Item": {"pk": {"S": "a"}, "sk": {"N": "1"}},
           "ExpressionAttributeValues": {":a": {"S": "a"}}})",
       "ExpressionAttributeValues can only be specified when using expressions: "
       "ConditionExpression is null"},
      {"GetItem", R"({"TableName": "things", "Key": {"pk": {"S": "a"}}})",
       "The provided key element does not match the schema"},
      {"UpdateItem",
       R"({"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}},
           "UpdateExpression": "SET sk = :v", "ExpressionAttributeValues": {":v": {"N": "1"}}})",
       "One or more parameter values were invalid: Cannot update attribute sk. This attribute is "
       "part of the key"},
      {"UpdateItem",
       R"({"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}},
           "AttributeUpdates": {"a": {"Value": {"S": "x"}}}})",
       "AttributeUpdates is a legacy parameter, which is not emulated here: use the expression "
       "parameters (UpdateExpression, ConditionExpression)."},
      {"UpdateItem",
       R"({"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}},
           "AttributeUpdates": {"a": {"Value": {"S": "x"}}}, "UpdateExpression": "REMOVE a"})",
       "Can not use both expression and non-expression parameters in the same request: "
       "Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}"},
  };
  for (const auto& [operation, params, wanted] : cases) {
    EXPECT_EQ(message(operation, params), wanted) << params;
  }
  const json big = {
      {"TableName", "things"},
      {"Item",
       {{"pk", {{"S", "a"}}}, {"sk", {{"N", "1"}}}, {"v", {{"S", std::string(400 * 1024, 'x')}}}}}};
  EXPECT_EQ(call("PutItem", big).error().message,
            "Item size has exceeded the maximum allowed size");
}

TEST_F(Items, AreQueriedInTheOrderOfNumbers) {
  for (const auto* sk : {"10", "-3", "2.5", "2", "100"}) put("a", sk);
  put("b", "1");
  const auto query = [&](const std::string& condition, const std::string& rest = "") {
    return sks(ok("Query",
                  R"({"TableName": "things", "KeyConditionExpression": "pk = :p)" + condition +
                      R"(", "ExpressionAttributeValues": {":p": {"S": "a"})" +
                      (condition.find(":n") == std::string::npos ? "" : R"(, ":n": {"N": "2.5"})") +
                      "}" + rest + "}"));
  };
  EXPECT_THAT(query(""), ElementsAre("-3", "2", "2.5", "10", "100"));
  EXPECT_THAT(query("", R"(, "ScanIndexForward": false)"),
              ElementsAre("100", "10", "2.5", "2", "-3"));
  EXPECT_THAT(query(" AND sk > :n"), ElementsAre("10", "100"));
  EXPECT_THAT(query(" AND sk >= :n"), ElementsAre("2.5", "10", "100"));
  EXPECT_THAT(query(" AND sk < :n"), ElementsAre("-3", "2"));
  EXPECT_THAT(query(" AND sk <= :n"), ElementsAre("-3", "2", "2.5"));
  EXPECT_THAT(query(" AND sk = :n"), ElementsAre("2.5"));
  EXPECT_THAT(query(" AND sk BETWEEN :n AND :n"), ElementsAre("2.5"));
}

TEST_F(Items, ArePagedByCursorsThatStayWhileOthersWrite) {
  for (int i = 0; i < 9; ++i) put("a", std::to_string(i), {{"g", {{"S", "one"}}}});
  for (const auto* index : {"", R"("IndexName": "by-g", )"}) {
    for (const auto* forward : {"true", "false"}) {
      std::vector<std::string> all;
      json start;
      do {
        json params = read_json(std::string(R"({"TableName": "things", )") + index +
                                R"("KeyConditionExpression": ")" + (*index ? "g" : "pk") +
                                R"( = :p", "Limit": 2, "ScanIndexForward": )" + forward +
                                R"(, "ExpressionAttributeValues": {":p": {"S": ")" +
                                (*index ? "one" : "a") + R"("}}})")
                          .value();
        if (!start.is_null()) params["ExclusiveStartKey"] = start;
        const auto answer = call("Query", params);
        ASSERT_TRUE(answer) << answer.error().message;
        for (const auto& sk : sks(*answer)) all.push_back(sk);
        start = answer->value("LastEvaluatedKey", json());
        // What has been read is gone and comes again behind the reader.
        if (!all.empty()) put("a", all.front(), {{"g", {{"S", "one"}}}, {"v", {{"N", "1"}}}});
      } while (!start.is_null());
      EXPECT_EQ(all.size(), 9U) << index << forward;
      EXPECT_EQ(all.front(), std::string(forward) == "true" ? "0" : "8");
    }
  }
}

TEST_F(Items, AreScannedBySegments) {
  for (int i = 0; i < 200; ++i) put("k" + std::to_string(i), "1");
  EXPECT_EQ(ok("Scan", R"({"TableName": "things"})")["Count"], 200);
  std::size_t sum = 0;
  for (int segment = 0; segment < 7; ++segment) {
    json start;
    do {
      json params = {
          {"TableName", "things"}, {"TotalSegments", 7}, {"Segment", segment}, {"Limit", 11}};
      if (!start.is_null()) params["ExclusiveStartKey"] = start;
      const auto answer = call("Scan", params);
      ASSERT_TRUE(answer) << answer.error().message;
      sum += (*answer)["Count"].get<std::size_t>();
      start = answer->value("LastEvaluatedKey", json());
    } while (!start.is_null());
  }
  EXPECT_EQ(sum, 200U);
  EXPECT_THAT(message("Scan", R"({"TableName": "things", "Segment": 2, "TotalSegments": 2})"),
              HasSubstr("Segment: 2 is not less than TotalSegments: 2"));
}

TEST_F(Items, AreFoundByIndexesThatFollowThem) {
  put("a", "1", {{"g", {{"S", "x"}}}, {"v", {{"S", "hidden"}}}});
  put("b", "2");
  constexpr auto kQuery = R"({"TableName": "things", "IndexName": "by-g",
      "KeyConditionExpression": "g = :g", "ExpressionAttributeValues": {":g": {"S": "x"}}})";
  const auto answer = ok("Query", kQuery);
  ASSERT_EQ(answer["Items"].size(), 1U);
  EXPECT_FALSE(answer["Items"][0].contains("v"));
  EXPECT_EQ(ok("Scan", R"({"TableName": "things", "IndexName": "by-g"})")["Count"], 1);
  put("a", "1", {{"g", {{"S", "y"}}}});
  EXPECT_THAT(ok("Query", kQuery)["Items"], IsEmpty());
  put("b", "2", {{"g", {{"S", "x"}}}});
  EXPECT_EQ(ok("Query", kQuery)["Items"][0]["pk"]["S"], "b");
  ok("DeleteItem", R"({"TableName": "things", "Key": {"pk": {"S": "b"}, "sk": {"N": "2"}}})");
  EXPECT_THAT(ok("Query", kQuery)["Items"], IsEmpty());
}

TEST_F(Items, QueriesAreRefusedInTheWordsOfAws) {
  struct Case {
    const char* params;
    const char* message;
  };
  const Case cases[] = {
      {R"({"TableName": "things"})",
       "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
       "request."},
      {R"({"TableName": "things", "KeyConditionExpression": "sk = :n",
           "ExpressionAttributeValues": {":n": {"N": "1"}}})",
       "Query condition missed key schema element: pk"},
      {R"({"TableName": "things", "KeyConditionExpression": "pk > :n",
           "ExpressionAttributeValues": {":n": {"S": "1"}}})",
       "Query key condition not supported"},
      {R"({"TableName": "things", "KeyConditionExpression": "pk = :n",
           "ExpressionAttributeValues": {":n": {"N": "1"}}})",
       "One or more parameter values were invalid: Condition parameter type does not match schema "
       "type"},
      {R"({"TableName": "things", "IndexName": "other", "KeyConditionExpression": "pk = :n",
           "ExpressionAttributeValues": {":n": {"S": "1"}}})",
       "The table does not have the specified index: other"},
      {R"({"TableName": "things", "IndexName": "by-g", "ConsistentRead": true,
           "KeyConditionExpression": "g = :n", "ExpressionAttributeValues": {":n": {"S": "1"}}})",
       "Consistent reads are not supported on global secondary indexes"},
      {R"({"TableName": "things", "KeyConditionExpression": "pk = :n", "FilterExpression": "sk = :m",
           "ExpressionAttributeValues": {":n": {"S": "1"}, ":m": {"N": "1"}}})",
       "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk"},
      {R"({"TableName": "things", "KeyConditionExpression": "pk = :n", "Select": "SPECIFIC_ATTRIBUTES",
           "ExpressionAttributeValues": {":n": {"S": "1"}}})",
       "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
       "SPECIFIC_ATTRIBUTES"},
      {R"({"TableName": "things", "KeyConditionExpression": "pk = :n", "ExclusiveStartKey": {"pk": {"S": "1"}},
           "ExpressionAttributeValues": {":n": {"S": "1"}}})",
       "The provided starting key is invalid"},
  };
  for (const auto& [params, wanted] : cases) EXPECT_EQ(message("Query", params), wanted) << params;
}

TEST_F(Items, GoInBatches) {
  const auto written = ok("BatchWriteItem", R"({"RequestItems": {"things": [
      {"PutRequest": {"Item": {"pk": {"S": "a"}, "sk": {"N": "1"}}}},
      {"PutRequest": {"Item": {"pk": {"S": "a"}, "sk": {"N": "2"}}}}]}})");
  EXPECT_THAT(written["UnprocessedItems"], IsEmpty());
  const auto got = ok("BatchGetItem", R"({"RequestItems": {"things": {"Keys": [
      {"pk": {"S": "a"}, "sk": {"N": "1"}}, {"pk": {"S": "q"}, "sk": {"N": "1"}}]}}})");
  EXPECT_EQ(got["Responses"]["things"].size(), 1U);
  EXPECT_EQ(message("BatchGetItem", R"({"RequestItems": {"things": {"Keys": [
      {"pk": {"S": "a"}, "sk": {"N": "1"}}, {"pk": {"S": "a"}, "sk": {"N": "1.0"}}]}}})"),
            "Provided list of item keys contains duplicates");
  json many = json::array();
  for (int i = 0; i < 26; ++i) {
    many.push_back(
        {{"DeleteRequest", {{"Key", {{"pk", {{"S", "a"}}}, {"sk", {{"N", std::to_string(i)}}}}}}}});
  }
  EXPECT_EQ(call("BatchWriteItem", json{{"RequestItems", {{"things", many}}}}).error().message,
            "Too many items requested for the BatchWriteItem call");
}

TEST_F(Items, ChangeTogetherOrNotAtAll) {
  put("a", "1", {{"n", {{"N", "1"}}}});
  const auto failed = call("TransactWriteItems", R"({"TransactItems": [
      {"Put": {"TableName": "things", "Item": {"pk": {"S": "new"}, "sk": {"N": "1"}}}},
      {"Update": {"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}},
          "UpdateExpression": "ADD n :one", "ConditionExpression": "n > :one",
          "ExpressionAttributeValues": {":one": {"N": "1"}},
          "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}}]})");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, "TransactionCanceledException");
  EXPECT_EQ(failed.error().message,
            "Transaction cancelled, please refer cancellation reasons for specific reasons [None, "
            "ConditionalCheckFailed]");
  const auto& reasons = (*failed.error().members)["CancellationReasons"];
  EXPECT_EQ(reasons[1]["Item"]["n"]["N"], "1");
  EXPECT_EQ(ok("Scan", R"({"TableName": "things"})")["Count"], 1);

  constexpr auto kWrite = R"({"ClientRequestToken": "t", "TransactItems": [
      {"ConditionCheck": {"TableName": "things", "Key": {"pk": {"S": "b"}, "sk": {"N": "1"}},
          "ConditionExpression": "attribute_not_exists (pk) "}},
      {"Update": {"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}},
          "UpdateExpression": "ADD n :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}}]})";
  ok("TransactWriteItems", kWrite);
  ok("TransactWriteItems", kWrite);  // the same once more changes nothing
  const auto got = ok("TransactGetItems", R"({"TransactItems": [
      {"Get": {"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}}},
      {"Get": {"TableName": "things", "Key": {"pk": {"S": "b"}, "sk": {"N": "1"}}}}]})");
  EXPECT_EQ(got["Responses"][0]["Item"]["n"]["N"], "2");
  EXPECT_THAT(got["Responses"][1], IsEmpty());
  advance(std::chrono::minutes(11));
  ok("TransactWriteItems", kWrite);
  EXPECT_EQ(ok("GetItem",
               R"({"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}})")["Item"]
                                                                                         ["n"]["N"],
            "3");
  EXPECT_THAT(refusal("TransactWriteItems", R"({"ClientRequestToken": "t", "TransactItems": [
      {"Delete": {"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}}}]})"),
              HasSubstr("IdempotentParameterMismatchException"));
  EXPECT_EQ(message("TransactWriteItems", R"({"TransactItems": [
      {"Delete": {"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}}},
      {"Delete": {"TableName": "things", "Key": {"pk": {"S": "a"}, "sk": {"N": "1"}}}}]})"),
            "Transaction request cannot include multiple operations on one item");
}

TEST_F(Items, ConsumeWhatAwsCounts) {
  const auto consumed = [&](std::size_t bytes) {
    return call("PutItem", json{{"TableName", "things"},
                                {"ReturnConsumedCapacity", "INDEXES"},
                                {"Item",
                                 {{"pk", {{"S", "a"}}},
                                  {"sk", {{"N", "1"}}},
                                  {"g", {{"S", "x"}}},
                                  {"v", {{"S", std::string(bytes, 'x')}}}}}})
        .value()["ConsumedCapacity"];
  };
  const auto first = consumed(3000);
  EXPECT_EQ(first["Table"]["CapacityUnits"], 3.0);
  EXPECT_EQ(first["GlobalSecondaryIndexes"]["by-g"]["CapacityUnits"], 1.0);
  EXPECT_EQ(first["CapacityUnits"], 4.0);
  EXPECT_EQ(consumed(10)["CapacityUnits"], 3.0);  // of the larger; the index has not changed
}

TEST_F(Items, ExpireByTheClock) {
  ok("UpdateTimeToLive", R"({"TableName": "things",
      "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": true}})");
  const auto at = [&](int seconds) {
    return json{{"until", {{"N", std::to_string(to_seconds(kStart) + seconds)}}}};
  };
  put("a", "1", at(60));
  put("a", "2", at(120));
  put("a", "3");
  put("a", "4", {{"until", {{"N", "5"}}}});  // long ago
  const auto left = [&] { return ok("Scan", R"({"TableName": "things"})")["Count"]; };
  advance(std::chrono::seconds(59));
  EXPECT_EQ(left(), 4);
  advance(std::chrono::seconds(2));
  EXPECT_EQ(left(), 3);
  restart();
  advance(std::chrono::seconds(60));
  EXPECT_EQ(left(), 2);
  EXPECT_EQ(ok("DescribeTable", R"({"TableName": "things"})")["Table"]["ItemCount"], 2);
}

}  // namespace
}  // namespace loopgate::dynamodb
