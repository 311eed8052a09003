#include <gtest/gtest.h>

#include "base/version.h"
#include "sandbox.h"
#include "sandbox/captured_datagrams.h"
#include "sandbox/control.h"

namespace loopgate {
namespace {

class RecordedExchange final : public http::Exchange {
 public:
  void respond(http::Response response) override { answer = std::move(response); }
  void begin_stream(http::Response) override {}
  bool write(std::string_view) override { return false; }
  void end_stream() override {}
  void on_drained(std::function<void()>) override {}
  void on_closed(std::function<void()>) override {}

  http::Response answer;
};

class Health : public testing::Test {
 protected:
  void SetUp() override {
    SandboxOptions options;
    options.simulated = true;
    options.port = 0;
    sandbox_ = std::move(*Sandbox::create(std::move(options)));
  }
  http::Response ask() {
    CapturedDatagrams captured(sandbox_->clock());
    const auto exchange = std::make_shared<RecordedExchange>();
    Control(*sandbox_, captured).handle({.method = "GET", .path = "/_loopgate/health"}, exchange);
    return exchange->answer;
  }

  std::unique_ptr<Sandbox> sandbox_;
};

TEST_F(Health, IsThereOnceTheStacksOfTheStartAre) {
  sandbox_->set_ready(false);
  const auto starting = ask();
  EXPECT_EQ(starting.status, 503);
  EXPECT_EQ(nlohmann::json::parse(starting.body)["status"], "starting");
  sandbox_->set_ready(true);
  const auto ready = ask();
  EXPECT_EQ(ready.status, 200);
  EXPECT_EQ(nlohmann::json::parse(ready.body)["status"], "ok");
}

TEST_F(Health, TellsTheVersion) {
  EXPECT_EQ(nlohmann::json::parse(ask().body)["version"], version());
}

}  // namespace
}  // namespace loopgate
