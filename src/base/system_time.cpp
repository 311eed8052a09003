#include "base/system_time.h"

namespace loopgate {

Instant system_instant() {
  return Instant(std::chrono::steady_clock::now().time_since_epoch());
}
WallTime system_wall() {
  return WallTime(std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace loopgate
