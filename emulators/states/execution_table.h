// Executions, their histories and map runs as rows. STANDARD ones alone: EXPRESS executions leave
// logs.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "emulators/states/record.h"
#include "emulators/store/store.h"

namespace loopgate::states {

class ExecutionTable {
 public:
  explicit ExecutionTable(store::Store& store);

  // Gives it its ordinal.
  void insert(Record& record);
  // Status, end, redrives; and what is needed to go on (empty: nothing, it has ended).
  void update(const Record& record, std::string_view snapshot, std::int64_t revision);
  std::optional<Record> find(std::string_view arn);
  // With a map run's ARN its children. Before `before` (0: the latest), the newest first.
  std::vector<Record> list(std::string_view machine_arn, std::string_view map_run_arn,
                           std::optional<ExecutionStatus> status, std::int64_t before,
                           std::size_t limit);

  struct Unfinished {
    std::string arn;
    std::int64_t revision = 0;
    std::string snapshot;
  };
  std::vector<Unfinished> unfinished();
  std::string snapshot(std::string_view arn);

  // JSON texts of events, one behind the other without brackets: `{…},{…}`.
  void append_events(std::int64_t ordinal, std::int64_t first, std::string_view events);
  std::string events(std::int64_t ordinal);

  void put(const MapRunRecord& run);
  std::optional<MapRunRecord> map_run(std::string_view arn);
  std::vector<MapRunRecord> map_runs(std::string_view execution_arn);

  void remove_before(WallTime time);
  void remove_all(const aws::AccountScope& scope);

 private:
  std::int64_t definition_id(const std::string& text);
  std::string definition(std::int64_t id);
  Record record_of(const store::Statement& row);

  store::Store& store_;
  store::Statement insert_, update_, find_, list_, unfinished_;
  store::Statement put_events_, events_, put_run_, run_, runs_;
  store::Statement put_definition_, find_definition_, definition_;
  store::Statement old_events_, old_, snapshot_;
  std::map<std::string, std::int64_t, std::less<>> definition_ids_;
  std::map<std::int64_t, std::string> definitions_;
};

}  // namespace loopgate::states
