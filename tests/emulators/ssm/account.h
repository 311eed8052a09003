// An account with parameters alone, on a clock that is told.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "emulators/ssm/service.h"

namespace loopgate::ssm {

class Account : public ::testing::Test {
 protected:
  static constexpr WallTime kStart{std::chrono::seconds(1'793'610'930)};

  Account() : store_(std::move(*store::Store::open("", store::Durability::kMemory))) { restart(); }

  // As after the process ended: memory is built from the tables alone.
  void restart() {
    store_->end_turn();
    service_.reset();
    context_.reset();
    parameters_.reset();
    parameters_ = std::make_unique<Parameters>(*store_, clock_, random_);
    context_ = std::make_unique<Context>(*parameters_);
    service_ = std::make_unique<SsmService>(*context_);
  }

  http::ApiResult call(std::string operation, const std::string& params) {
    http::ApiResult out;
    store::Store::Savepoint savepoint(*store_);
    service_->call({.operation = std::move(operation),
                    .params = read_json(params).value(),
                    .caller = {.account = account_, .region = region_}},
                   [&](http::ApiResult result) { out = std::move(result); });
    if (out) savepoint.keep();
    return out;
  }
  json ok(std::string operation, const std::string& params) {
    auto result = call(operation, params);
    EXPECT_TRUE(result) << operation << ": " << result.error().code << ": "
                        << result.error().message;
    return result.value_or(json::object());
  }
  std::string refusal(std::string operation, const std::string& params) {
    const auto result = call(std::move(operation), params);
    return result ? "none" : result.error().code + ": " + result.error().message;
  }
  void put(const std::string& name, const std::string& value, const std::string& type = "String") {
    ok("PutParameter",
       write_json(json{{"Name", name}, {"Value", value}, {"Type", type}, {"Overwrite", true}}));
  }
  std::string value(const std::string& name) {
    const auto got = ok("GetParameter", write_json(json{{"Name", name}}));
    return got.empty() ? "" : got["Parameter"]["Value"].get<std::string>();
  }
  static std::vector<std::string> names(const json& answer) {
    std::vector<std::string> out;
    for (const auto& each : answer["Parameters"]) out.push_back(each["Name"]);
    return out;
  }

  std::string account_ = "123456789012";
  std::string region_ = "us-west-2";
  Clock clock_{kStart};
  Random random_ = Random::from_seed(1);
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Parameters> parameters_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<SsmService> service_;
};

}  // namespace loopgate::ssm
