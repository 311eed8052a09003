// Executions across processes, and after writes were taken back.
#include "base/json.h"
#include "emulators/states/executions.h"

namespace loopgate::states {

bool Executions::restore(const ExecutionTable::Unfinished& row) {
  auto record = table_.find(row.arn);
  const auto json = read_ordered_json(row.snapshot);
  if (!record || !json) return false;
  auto definition = machines_.compiled(record->what.definition, record->what.type);
  if (!definition) return false;
  std::string list;
  if (!record->map_run_arn.empty() && json->contains("root")) {
    list = (*json)["root"].value("list", "");
  }
  const std::string arn = record->arn;
  auto made = std::make_unique<Running>(*this, std::move(*record), std::move(definition), list);
  Running& running = *made;
  running.revision = row.revision;
  running_[arn] = std::move(made);
  if (running.execution.restore(*json, now())) return true;
  running_.erase(arn);
  return false;
}

void Executions::resume() {
  std::vector<std::string> restored;
  for (const auto& row : table_.unfinished()) {
    if (!running_.contains(row.arn) && restore(row)) restored.push_back(row.arn);
  }
  for (const auto& arn : restored) {
    Running* running = find_running(arn);
    if (running == nullptr) continue;
    set_overall_timer(*running);
    running->execution.resume(now());
    settle(*running);
  }
}

// After writes were taken back: executions whose last step was among them stand as they stood.
void Executions::rebuild() {
  std::map<std::string, ExecutionTable::Unfinished> rows;
  for (auto& row : table_.unfinished()) rows[row.arn] = std::move(row);
  std::vector<std::string> stale;
  for (const auto& [arn, running] : running_) {
    if (running->record.ordinal == 0) continue;
    const auto row = rows.find(arn);
    if (row == rows.end() || row->second.revision != running->revision) stale.push_back(arn);
  }
  for (const auto& arn : stale) {
    auto gone = std::move(running_[arn]);
    running_.erase(arn);
    gone->watchers.clear();
    gone.reset();
  }
  resume();
}

}  // namespace loopgate::states
