// A live sandbox on a folder that is kept, with a system's clock that the test sets.
#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "base/system_time.h"
#include "sandbox.h"

namespace loopgate {

class ClockedSandbox : public testing::Test {
 protected:
  ~ClockedSandbox() override {
    sandbox_.reset();
    std::filesystem::remove_all(folder_);
  }

  // Also again: as after a crash, except that what the last turn changed is there.
  void start() {
    sandbox_.reset();
    SandboxOptions options;
    options.data_dir = folder_;
    options.port = 0;
    options.regions = {"us-west-2", "eu-west-1"};
    options.regions_by_port = true;
    options.system = {.instant = [this] { return monotonic_; }, .wall = [this] { return wall_; }};
    auto sandbox = Sandbox::create(std::move(options));
    ASSERT_TRUE(sandbox) << sandbox.error().to_string();
    sandbox_ = std::move(*sandbox);
  }

  // Real time passes for the sandbox.
  void pass(Duration step) {
    monotonic_ += step;
    wall_ += step;
    turns();
  }
  void turns() {
    for (int i = 0; i < 20; ++i) sandbox_->turn(Duration::zero());
  }
  void turn_until(const std::function<bool()>& happened) {
    const auto last = system_instant() + std::chrono::seconds(30);
    while (!happened() && system_instant() < last) sandbox_->turn(std::chrono::milliseconds(1));
    ASSERT_TRUE(happened());
  }

  void deploy(const std::string& resources) {
    std::optional<Result<DeployResult>> outcome;
    sandbox_->deploy({.stack = "app",
                      .template_file = "app.yaml",
                      .template_text = "Resources:\n" + resources,
                      .parameters = {},
                      .resolve = {}},
                     [&](Result<DeployResult> result) { outcome = std::move(result); });
    turn_until([&] { return outcome.has_value(); });
    ASSERT_TRUE(*outcome) << outcome->error().to_string();
  }
  Status advance(Duration step) {
    std::optional<Status> outcome;
    sandbox_->advance(step, [&](Status status) { outcome = std::move(status); });
    turn_until([&] { return outcome.has_value(); });
    return *outcome;
  }
  Status reset(bool keep_stacks, const std::string& account = {}) {
    const aws::AccountScope scope{account};
    std::optional<Status> outcome;
    const auto done = [&](Status status) { outcome = std::move(status); };
    keep_stacks ? sandbox_->reset_keeping_stacks(scope, done) : sandbox_->reset(scope, done);
    turn_until([&] { return outcome.has_value(); });
    return *outcome;
  }
  std::size_t messages(const std::string& queue, const std::string& state) {
    const auto found = sandbox_->peek_queue(queue);
    if (!found) return 0;
    const auto& list = found->at("Messages");
    return static_cast<std::size_t>(
        std::count_if(list.begin(), list.end(),
                      [&](const auto& message) { return message.at("State") == state; }));
  }

  const std::string folder_ = testing::TempDir() + "loopgate-" + Random::from_system().hex(12);
  Instant monotonic_{std::chrono::hours(100)};
  WallTime wall_ = *parse_iso8601("2026-11-02T10:00:00.000Z");
  std::unique_ptr<Sandbox> sandbox_;
};

}  // namespace loopgate
