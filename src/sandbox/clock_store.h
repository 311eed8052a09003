// Where the sandbox's time stands, kept with the data: how far it is ahead of the system's clock,
// and what it showed last. After a restart it goes on from there: what was due is due when it would
// have been, and a system clock that was set back meanwhile does not take it back.
#pragma once

#include <optional>

#include "base/time.h"
#include "emulators/store/store.h"

namespace loopgate {

class ClockStore {
 public:
  explicit ClockStore(store::Store& store);

  // How far ahead of `system` to start; zero when nothing was kept. `system_was_set_back`: by how
  // much, when it lies before what we showed last even so.
  struct Start {
    Duration ahead{};
    Duration system_was_set_back{};
  };
  Start start(WallTime system);

  // At the end of a turn, before its commit. `changes`: the turn writes anyway. Writes when the
  // offset has changed, and else with what is written, at most once in kResolution: what any table
  // holds is at most that much later than what is kept here.
  void keep(Duration ahead, WallTime shown, bool changes);

 private:
  static constexpr std::chrono::seconds kResolution{1};

  store::Statement select_;
  store::Statement upsert_;
  Duration ahead_{};
  std::optional<WallTime> shown_;
};

}  // namespace loopgate
