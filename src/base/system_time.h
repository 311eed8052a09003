// The only door to the system's clocks. Live, the event loop reads it once per turn and tells the
// Clock.
#pragma once

#include "base/time.h"

namespace loopgate {

Instant system_instant();  // CLOCK_MONOTONIC
WallTime system_wall();    // CLOCK_REALTIME

}  // namespace loopgate
