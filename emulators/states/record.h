// An execution as it is stored and described.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "emulators/states/language/execution.h"
#include "emulators/states/machine.h"

namespace loopgate::states {

struct Record {
  std::int64_t ordinal = 0;  // in order of their starts; 0: not stored (EXPRESS)
  std::string arn{}, name{};
  Startable what{};
  std::string map_run_arn{};  // of a child
  std::int64_t item = -1;     // of a child: of which item, or batch
  std::int64_t item_count = 0;
  ExecutionStatus status = ExecutionStatus::kRunning;
  Datum input{};
  std::optional<Datum> output{};
  Fault fault{};
  WallTime started{};
  std::optional<WallTime> stopped{}, redriven{};
  std::int64_t redrives = 0;
  std::string trace_header{};
};

// Of a map run's children, or of their items, by how they stand.
struct MapRunCounts {
  std::int64_t total = 0, running = 0, succeeded = 0, failed = 0, timed_out = 0, aborted = 0;
};

struct MapRunRecord {
  std::string arn{}, execution_arn{}, machine_arn{};
  std::string state{};  // its name
  ExecutionStatus status = ExecutionStatus::kRunning;
  WallTime started{};
  std::optional<WallTime> stopped{};
  double max_concurrency = 0, tolerated_count = 0, tolerated_percentage = 0;
  double max_items = 0, batch_items = 0, batch_bytes = 0;
  std::optional<Datum> reader{}, batch_input{}, writer{};
  MapRunCounts children{}, items{};
  std::int64_t results_written = 0;
};

}  // namespace loopgate::states
