// State machines: the first line is the input, the rest the definition. Whatever both are, reading
// ends with a definition or with what is wrong, and running it ends within its limits, also when it
// is stored half way and gone on with.
#include "base/check.h"
#include "base/json.h"
#include "emulators/states/language/execution.h"

namespace {

using namespace loopgate::states;
using loopgate::Random;
using loopgate::WallTime;

constexpr WallTime kStart{std::chrono::seconds(1'767'225'600)};
constexpr int kMaxTurns = 400;

// Tasks answer with their parameters or fail, by turns; map runs give what they were given.
class FakeHost final : public Host {
 public:
  bool wants_events() const override { return true; }
  void on_event(Event event) override {
    LOOPGATE_CHECK(event.id == last_ + 1 && event.previous < event.id);
    last_ = event.id;
  }
  void start_task(TaskRequest request) override { tasks.push_back(std::move(request)); }
  void cancel_task(std::uint64_t) override {}
  std::optional<std::string> refuse_task(const Resource&, const Datum&) override {
    return std::nullopt;
  }
  void start_map_run(MapRunRequest request) override { runs.push_back(std::move(request)); }
  void cancel_map_run(std::uint64_t) override {}
  std::string make_token() override { return "token"; }
  std::string map_run_arn(const State&) override { return "arn:aws:states:r:1:mapRun:m/l:u"; }
  void on_end() override {}

  std::vector<TaskRequest> tasks;
  std::vector<MapRunRequest> runs;

 private:
  std::int64_t last_ = 0;
};

void work(Execution& execution, FakeHost& host, WallTime& now) {
  for (auto& task : std::exchange(host.tasks, {})) {
    if (task.id % 3 == 0) {
      execution.task_failed(task.id, {.error = "Some.Error", .cause = "cause"}, now);
    } else {
      execution.task_succeeded(task.id, task.parameters, now);
    }
  }
  for (auto& run : std::exchange(host.runs, {})) {
    Json out = Json::array();
    if (run.items && !run.items->empty()) {
      const auto input = execution.item_input(run.id, 0, run.items->front(), now);
      if (input) out.push_back(input->json());
    }
    execution.map_run_ended(run.id, Datum(std::move(out)), now);
  }
  if (execution.wants_turn()) execution.turn(now);
  if (const auto deadline = execution.next_deadline()) {
    now = std::max(now, *deadline);
    execution.on_time(now);
  }
}

void run(const DefinitionPtr& definition, const Datum& input) {
  auto random = Random::from_seed(1);
  FakeHost host;
  ExecutionInfo info;
  info.input = input;
  info.express = true;
  info.started = kStart;
  auto now = kStart;
  auto execution = std::make_unique<Execution>(definition, info, host, random);
  execution->start(now);
  for (int turn = 0; turn < kMaxTurns && execution->status() == ExecutionStatus::kRunning; ++turn) {
    work(*execution, host, now);
    if (turn != 3 || execution->status() != ExecutionStatus::kRunning) continue;
    const Json snapshot = execution->snapshot();
    const auto text = loopgate::write_json(snapshot);
    host.tasks.clear();
    host.runs.clear();
    execution = std::make_unique<Execution>(definition, info, host, random);
    LOOPGATE_CHECK(execution->restore(*loopgate::read_ordered_json(text), now));
    execution->resume(now);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = std::min(text.find('\n'), text.size());
  const auto input = loopgate::read_ordered_json(text.substr(0, line));
  const CheckResource check = [](const std::string& arn,
                                 MachineType) -> std::expected<void, std::string> {
    if (Resource::parse(arn)) return {};
    return std::unexpected("not known");
  };
  const auto reading =
      read_definition(text.substr(std::min(line + 1, text.size())), MachineType::kStandard, check);
  LOOPGATE_CHECK((reading.definition == nullptr) == !reading.diagnostics.empty());
  if (reading.definition) run(reading.definition, Datum(input ? *input : Json()));
  return 0;
}
