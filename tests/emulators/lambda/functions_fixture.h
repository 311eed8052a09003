// An account's Lambda on simulated time: real processes, a clock that stands still.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "base/task_queue.h"
#include "emulators/lambda/functions.h"
#include "emulators/lambda/sources/mappings.h"
#include "emulators/logs/log_store.h"
#include "emulators/store/store.h"
#include "io/loop.h"

namespace loopgate::lambda {

inline constexpr const char* kAccount = "123456789012";
inline constexpr const char* kRegion = "us-west-2";

class TemporaryFolder {
 public:
  TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "loopgate-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  void write(const std::string& name, const std::string& content) const {
    const auto file = std::filesystem::path(path_) / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << content;
  }

 private:
  std::string path_;
};

inline std::string fixture_path(const std::string& name) {
  return std::string(LOOPGATE_SOURCE_DIR) + "/fixtures/functions/" + name;
}

// An account without anything to poll.
class NoServices final : public aws::WaitingApi {
 public:
  void call(aws::SessionPtr, aws::Operation operation, nlohmann::json,
            aws::Completion<nlohmann::json> done) override {
    done(aws::refuse(aws::internal_failure("no " + operation.service)));
  }
  std::function<void()> start(aws::SessionPtr session, aws::Operation operation,
                              nlohmann::json params,
                              aws::Completion<nlohmann::json> done) override {
    call(std::move(session), std::move(operation), std::move(params), std::move(done));
    return nullptr;
  }
};

// Everything that functions need, on a database that outlives it (restarts).
class World {
 public:
  struct Delivery {
    std::string target;
    std::string payload;
    std::vector<aws::MessageAttribute> attributes;
  };

  explicit World(store::Store& store, const std::string& folder, WallTime start,
                 bool ordered = false)
      : clock(start),
        loop(clock, tasks, io::Loop::Mode::kSimulated),
        journal(clock),
        logs(store, clock),
        store_(store) {
    loop.at_turn_end(io::Loop::Stage::kCommit, [this] { store_.end_turn(); });
    functions = std::make_unique<Functions>(
        Surroundings{loop, clock, tasks, random, journal, store, logs, folder,
                     [] { return std::string("http://127.0.0.1:4566"); }, ordered},
        [this](const std::string& target, std::string payload,
               std::vector<aws::MessageAttribute> attributes) {
          deliveries.push_back({target, std::move(payload), std::move(attributes)});
        });
    mappings = std::make_unique<EventSourceMappings>(EventSourceMappings::Surroundings{
        tasks,
        random,
        store,
        {nothing, [](auto&&...) { return aws::Outcome<void>(); }, clock, journal},
        {clock, journal, [this](const auto& arn) { return functions->resolve(arn); },
         [this](InvokeCall call, Functions::Done done) {
           functions->invoke(std::move(call), std::move(done));
         }}});
  }

  // Turns until `done`; real time is bounded so that a broken test ends.
  template <class Predicate>
  bool until(Predicate done) {
    for (int turn = 0; turn < 600 && !done(); ++turn) loop.turn(std::chrono::milliseconds(50));
    return done();
  }
  void settle() {
    while (loop.turn(Duration::zero())) {
    }
  }
  void advance(Duration step) {
    clock.advance_to(clock.now() + step, [this] { settle(); });
    settle();
  }

  Clock clock;
  TaskQueue tasks;
  io::Loop loop;
  Random random = Random::from_seed(7);
  Journal journal;
  logs::LogStore logs;
  std::unique_ptr<Functions> functions;
  NoServices nothing;
  std::unique_ptr<EventSourceMappings> mappings;
  std::vector<Delivery> deliveries;

 private:
  store::Store& store_;
};

class FunctionsTest : public testing::Test {
 protected:
  FunctionsTest() { restart(); }

  void restart(bool ordered = false) {
    const auto start = world ? world->clock.wall() : *parse_iso8601("2026-11-02T09:15:30.204Z");
    world.reset();
    world = std::make_unique<World>(*store, data / "functions", start, ordered);
  }

  FunctionConfig config(const std::string& name, const std::string& handler,
                        const std::string& folder = fixture_path("python"),
                        const std::string& runtime = "python3.11") {
    FunctionConfig result;
    result.account = kAccount;
    result.region = kRegion;
    result.name = name;
    result.runtime = *parse_runtime(runtime);
    result.handler = handler;
    result.code.kind = CodeSource::Kind::kFolder;
    result.code.path = folder;
    return result;
  }
  // Makes it and gives its ARN.
  std::string deploy(const FunctionConfig& config) {
    const auto made = world->functions->create(config);
    EXPECT_TRUE(made.has_value());
    return config.arn();
  }

  using Result = aws::Outcome<InvocationOutcome>;
  std::shared_ptr<std::optional<Result>> begin(InvokeCall call) {
    auto slot = std::make_shared<std::optional<Result>>();
    world->functions->invoke(std::move(call), [slot](Result result) { *slot = std::move(result); });
    return slot;
  }
  std::shared_ptr<std::optional<Result>> begin(const std::string& arn, const std::string& payload) {
    InvokeCall call;
    call.function_arn = arn;
    call.payload = payload;
    return begin(std::move(call));
  }
  Result invoke(InvokeCall call) {
    const auto slot = begin(std::move(call));
    EXPECT_TRUE(world->until([&] { return slot->has_value(); })) << "no answer";
    if (!*slot) return aws::refuse(aws::internal_failure("no answer"));
    return std::move(**slot);
  }
  Result invoke(const std::string& arn, const std::string& payload = "{}") {
    InvokeCall call;
    call.function_arn = arn;
    call.payload = payload;
    return invoke(std::move(call));
  }
  nlohmann::json invoke_json(const std::string& arn, const std::string& payload = "{}") {
    const auto result = invoke(arn, payload);
    EXPECT_TRUE(result.has_value());
    return result ? nlohmann::json::parse(result->payload) : nlohmann::json();
  }

  // Every message of a function's log group, oldest first.
  std::vector<std::string> log_of(const std::string& name) {
    world->settle();
    const auto found =
        world->logs.filter({kAccount, kRegion}, "/aws/lambda/" + name, {}, "", {}, {});
    std::vector<std::string> lines;
    if (found) {
      for (const auto& event : found->events) lines.push_back(event.message);
    }
    return lines;
  }

  TemporaryFolder data;
  std::unique_ptr<store::Store> store =
      std::move(*store::Store::open("", store::Durability::kMemory));
  std::unique_ptr<World> world;
};

}  // namespace loopgate::lambda
