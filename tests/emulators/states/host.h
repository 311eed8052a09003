// An execution with a host that does what the test says.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "emulators/states/language/execution.h"

namespace loopgate::states {

inline constexpr WallTime kStart{std::chrono::seconds(1'767'225'600)};

class TestHost final : public Host {
 public:
  bool wants_events() const override { return true; }
  void on_event(Event event) override { events.push_back(std::move(event)); }
  void start_task(TaskRequest request) override { tasks.push_back(std::move(request)); }
  void cancel_task(std::uint64_t id) override { cancelled.push_back(id); }
  std::optional<std::string> refuse_task(const Resource&, const Datum&) override { return refusal; }
  void start_map_run(MapRunRequest request) override { runs.push_back(std::move(request)); }
  void cancel_map_run(std::uint64_t) override {}
  std::string make_token() override { return "token"; }
  std::string map_run_arn(const State&) override { return "run"; }
  void on_end() override { ++ended; }

  std::vector<Event> events;
  std::vector<TaskRequest> tasks;
  std::vector<MapRunRequest> runs;
  std::vector<std::uint64_t> cancelled;
  std::optional<std::string> refusal;
  int ended = 0;
};

inline Reading reading_of(std::string_view definition, MachineType type = MachineType::kStandard) {
  return read_definition(
      definition, type,
      [](const std::string& arn, MachineType) -> std::expected<void, std::string> {
        if (Resource::parse(arn)) return {};
        return std::unexpected("not a resource");
      });
}

struct Played {
  explicit Played(std::string_view definition, std::string input = "{}", std::uint64_t seed = 1,
                  bool express = false)
      : random(Random::from_seed(seed)), now(kStart) {
    auto reading = reading_of(definition);
    EXPECT_TRUE(reading.definition) << to_string(reading.diagnostics);
    ExecutionInfo info;
    info.arn = "arn:aws:states:us-west-2:123456789012:execution:m:e";
    info.name = "e";
    info.machine_name = "m";
    info.input = Datum::of_text(std::move(input));
    info.started = kStart;
    info.express = express;
    execution = std::make_unique<Execution>(reading.definition, info, host, random);
    definition_ = reading.definition;
    info_ = info;
  }

  void start() { execution->start(now); }
  // To the next deadline. False: there is none.
  bool step() {
    if (execution->wants_turn()) return execution->turn(now), true;
    const auto deadline = execution->next_deadline();
    if (!deadline) return false;
    now = *deadline;
    execution->on_time(now);
    return true;
  }
  void finish() {
    start();
    while (step()) {
    }
  }
  // As after a crash: another process goes on with what was stored.
  void restart() {
    const auto text = write_json(execution->snapshot());
    execution = std::make_unique<Execution>(definition_, info_, host, random);
    ASSERT_TRUE(execution->restore(*read_ordered_json(text), now));
    host.tasks.clear();
    execution->resume(now);
  }

  std::string output() const { return execution->output().text(); }
  std::string error() const { return execution->fault().error.value_or(""); }
  std::string cause() const { return execution->fault().cause.value_or(""); }
  std::int64_t seconds() const {
    return std::chrono::duration_cast<std::chrono::seconds>(now - kStart).count();
  }
  // "2<0 PassStateEntered, …"
  std::string history() const {
    std::string out;
    for (const auto& event : host.events) {
      out += (out.empty() ? "" : ", ") + std::to_string(event.id) + "<" +
             std::to_string(event.previous) + " " + std::string(event.type);
    }
    return out;
  }

  Random random;
  WallTime now;
  TestHost host;
  std::unique_ptr<Execution> execution;

 private:
  DefinitionPtr definition_;
  ExecutionInfo info_;
};

}  // namespace loopgate::states
