// An account with secrets alone, on a clock that is told; its functions are a table of answers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"
#include "emulators/secretsmanager/service.h"

namespace loopgate::secretsmanager {

// Calls `on_step` as the function; what it gives is the function's error, empty for none.
class FakeLambda final : public aws::LambdaPort {
 public:
  std::function<std::string(const nlohmann::json& event)> on_step;

  void invoke(aws::SessionPtr, aws::InvokeRequest request,
              aws::Completion<aws::InvokeResponse> done) override {
    aws::InvokeResponse response;
    response.function_error = on_step(read_json(request.payload).value());
    done(std::move(response));
  }
  void invoke_streaming(aws::SessionPtr, aws::InvokeRequest, std::function<void(std::string_view)>,
                        aws::Completion<aws::InvokeResponse>) override {}
};

class Account : public ::testing::Test {
 protected:
  static constexpr WallTime kStart{std::chrono::seconds(1'793'610'930)};
  static constexpr const char* kFunction = "arn:aws:lambda:us-west-2:123456789012:function:rotate";

  Account() : store_(std::move(*store::Store::open("", store::Durability::kMemory))) {
    dispatcher_.add({.service = "lambda", .action = "lambda:InvokeFunction", .call = nullptr});
    restart();
  }

  // As after the process ended: memory is built from the tables alone.
  void restart() {
    store_->end_turn();
    service_.reset();
    context_.reset();
    rotations_.reset();
    secrets_.reset();
    secrets_ = std::make_unique<Secrets>(*store_, clock_, random_);
    rotations_ = std::make_unique<Rotations>(*secrets_, lambda_, dispatcher_, journal_);
    context_ = std::make_unique<Context>(*secrets_, *rotations_);
    service_ = std::make_unique<SecretsManagerService>(*context_);
    rotations_->resume();
  }
  void advance(Duration by) {
    clock_.advance_to(clock_.now() + by, [this] { store_->end_turn(); });
    store_->end_turn();
  }

  http::ApiResult call(std::string operation, const json& params) {
    http::ApiResult out;
    store::Store::Savepoint savepoint(*store_);
    service_->call({.operation = std::move(operation),
                    .params = params,
                    .caller = {.account = "123456789012", .region = region_}},
                   [&](http::ApiResult result) { out = std::move(result); });
    if (out) savepoint.keep();
    return out;
  }
  json ok(std::string operation, const json& params) {
    auto result = call(operation, params);
    EXPECT_TRUE(result) << operation << ": " << result.error().code << ": "
                        << result.error().message;
    return result.value_or(json::object());
  }
  std::string refusal(std::string operation, const json& params) {
    const auto result = call(std::move(operation), params);
    return result ? "none" : result.error().code + ": " + result.error().message;
  }
  std::string value(const json& params) {
    const auto got = call("GetSecretValue", params);
    return got ? got->at("SecretString").get<std::string>() : got.error().message;
  }
  // 32 characters of one.
  static std::string token(char c) { return std::string(32, c); }

  std::string region_ = "us-west-2";
  Clock clock_{kStart};
  Random random_ = Random::from_seed(1);
  Journal journal_{clock_};
  targets::Dispatcher dispatcher_{
      clock_, journal_, {.policy = nullptr, .session = nullptr, .pass_services = true}};
  FakeLambda lambda_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<Secrets> secrets_;
  std::unique_ptr<Rotations> rotations_;
  std::unique_ptr<Context> context_;
  std::unique_ptr<SecretsManagerService> service_;
};

}  // namespace loopgate::secretsmanager
