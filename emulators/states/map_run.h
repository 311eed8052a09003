// A Map in DISTRIBUTED mode at work: its items are read, its children run, their results put
// together. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/alive.h"
#include "emulators/states/language/execution.h"
#include "emulators/states/record.h"

namespace loopgate::states {

class Running;

class MapRun {
 public:
  MapRun(Running& parent, MapRunRequest request);

  void begin();
  void abort();
  const std::string& arn() const { return record_.arn; }
  // UpdateMapRun.
  void change_limits(const MapRunRecord& changed);

 private:
  struct Child {
    Datum input;
    std::int64_t items = 1;
  };
  enum class Result : std::uint8_t { kWaiting, kRunning, kSucceeded, kFailed };

  void read_items();
  void read_list(std::string token);
  void have_text(const std::string& text);
  void have_items(std::vector<Datum> items);
  void make_children(const std::vector<Datum>& items);
  void start_children();
  void child_ended(std::size_t index, const Record& child);
  bool too_many_failed() const;
  void count(std::size_t index, ExecutionStatus status, std::int64_t by);
  void finish();
  void write_results(Json results);
  void fail(std::string error, std::string cause);
  void end(std::expected<Datum, Fault> result);

  Running& parent_;
  MapRunRequest request_;
  MapRunRecord record_;
  std::vector<Datum> read_{};
  std::vector<Child> children_{};
  std::vector<Result> states_{};
  std::vector<Datum> outputs_{};
  std::vector<Record> ended_{};  // kept where results are written
  std::size_t next_ = 0, running_ = 0, done_ = 0;
  std::int64_t failed_items_ = 0;
  bool over_ = false;
  Alive alive_;
};

}  // namespace loopgate::states
