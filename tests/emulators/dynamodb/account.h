// An account with tables alone, on a clock that is told.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "emulators/dynamodb/service.h"

namespace loopgate::dynamodb {

class Account : public ::testing::Test {
 protected:
  static constexpr WallTime kStart{std::chrono::seconds(1'793'610'930)};

  Account() : store_(std::move(*store::Store::open("", store::Durability::kMemory))) { restart(); }

  // As after the process ended: memory is built from the tables alone.
  void restart() {
    store_->end_turn();
    service_.reset();
    context_.reset();
    tokens_.reset();
    tables_.reset();
    tables_ = std::make_unique<Tables>(*store_, clock_, random_);
    tokens_ = std::make_unique<Tokens>(*store_, clock_);
    context_ = std::make_unique<Context>(*tables_, *tokens_);
    service_ = std::make_unique<DynamoDbService>(*context_);
  }
  void advance(Duration by) {
    clock_.advance_to(clock_.now() + by, [this] { store_->end_turn(); });
    store_->end_turn();
  }

  http::ApiResult call(std::string operation, json params) {
    http::ApiResult out;
    store::Store::Savepoint savepoint(*store_);
    service_->call({.operation = std::move(operation),
                    .params = std::move(params),
                    .caller = {.account = "123456789012", .region = region_}},
                   [&](http::ApiResult result) { out = std::move(result); });
    if (out) savepoint.keep();
    return out;
  }
  http::ApiResult call(std::string operation, const char* params) {
    return call(std::move(operation), read_json(params).value());
  }
  json ok(std::string operation, const std::string& params) {
    auto result = call(operation, params.c_str());
    EXPECT_TRUE(result) << operation << ": " << result.error().code << ": "
                        << result.error().message;
    return result.value_or(json::object());
  }
  std::string refusal(std::string operation, const std::string& params) {
    const auto result = call(std::move(operation), params.c_str());
    return result ? "none" : result.error().code + ": " + result.error().message;
  }
  std::string message(std::string operation, const std::string& params) {
    const auto result = call(std::move(operation), params.c_str());
    return result ? "none" : result.error().message;
  }

  // With the keys pk (S) and sk (N), and an index by g (S) and sk.
  void make_table() {
    ok("CreateTable", R"({"TableName": "things", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                                 {"AttributeName": "sk", "AttributeType": "N"},
                                 {"AttributeName": "g", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"},
                      {"AttributeName": "sk", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [{"IndexName": "by-g",
            "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"},
                          {"AttributeName": "sk", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"}}]})");
  }
  void put(const std::string& pk, const std::string& sk, json rest = json::object()) {
    json item = std::move(rest);
    item["pk"] = {{"S", pk}};
    item["sk"] = {{"N", sk}};
    const auto done = call("PutItem", json{{"TableName", "things"}, {"Item", item}});
    EXPECT_TRUE(done) << done.error().message;
  }
  // The sort keys of what was found.
  static std::vector<std::string> sks(const json& answer) {
    std::vector<std::string> out;
    for (const auto& item : answer["Items"]) out.push_back(item["sk"]["N"].get<std::string>());
    return out;
  }

  std::string region_ = "us-west-2";
  Clock clock_{kStart};
  Random random_ = Random::from_seed(1);
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Tables> tables_;
  std::unique_ptr<Tokens> tokens_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<DynamoDbService> service_;
};

}  // namespace loopgate::dynamodb
