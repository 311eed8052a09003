// The live log of `up`: a reader of the journal that prints events as lines, coloured on a
// terminal. It looks a few times a second and prints a bounded number of lines, so that a busy
// listener is not held up by a terminal; what it skipped it counts.
#pragma once

#include "base/clock.h"
#include "base/journal.h"

namespace loopgate::cli {

class PacketLog {
 public:
  PacketLog(Clock& clock, Journal& journal);
  ~PacketLog();

 private:
  void print_new();

  Clock& clock_;
  Journal& journal_;
  std::uint64_t shown_ = 0;
  ScopedTimer timer_;
  Journal::ObserverId observer_;
};

}  // namespace loopgate::cli
