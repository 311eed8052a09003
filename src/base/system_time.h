// The only door to the system's clocks. Live, the event loop reads it once per turn and tells the
// Clock.
#pragma once

#include <functional>

#include "base/time.h"

namespace loopgate {

Instant system_instant();  // CLOCK_MONOTONIC
WallTime system_wall();    // CLOCK_REALTIME

// Both, to be handed in: tests set a system's clock as they like.
struct SystemTime {
  std::function<Instant()> instant = system_instant;
  std::function<WallTime()> wall = system_wall;
};

}  // namespace loopgate
