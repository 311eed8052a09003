// The sandbox's state by name, for as long as it runs: what a suite's fixture has deployed and
// filled is put back in front of each test. A snapshot is a copy of all tables in a database in
// memory beside the store's own, made and put back by the turn's transaction, as everything else.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "emulators/store/store.h"

namespace loopgate {

class Snapshots {
 public:
  static constexpr std::size_t kMax = 64;  // each is as large as the tables were
  static constexpr std::size_t kMaxName = 128;

  // Before the store's first turn.
  explicit Snapshots(store::Store& store);

  // Replaces one of the same name. `clock_ahead` is kept with it.
  Status take(const std::string& name, Duration clock_ahead);
  // The error names those that there are.
  Status check(const std::string& name) const;

  bool empty() const { return snapshots_.empty(); }

  // Of one that `check` has found.
  Duration clock_ahead(const std::string& name) const { return snapshots_.at(name).clock_ahead; }
  // Whether the stacks are still those of the snapshot.
  bool has_same_stacks(const std::string& name);
  // Then every service reads its tables again.
  void put_back(const std::string& name);

 private:
  struct Snapshot {
    std::size_t number = 0;
    Duration clock_ahead{};
  };
  static std::string copy_of(const Snapshot& snapshot, const std::string& table);

  store::Store& store_;
  std::vector<std::string> tables_;
  std::map<std::string, Snapshot> snapshots_;
};

}  // namespace loopgate
