// A live loop for tests that turn it until something has happened.
#pragma once

#include <chrono>
#include <functional>

#include "base/clock.h"
#include "base/system_time.h"
#include "base/task_queue.h"
#include "io/loop.h"

namespace loopgate::io {

struct LiveLoop {
  // False when it has not happened within ten seconds.
  bool turn_until(const std::function<bool()>& happened) {
    const auto last = system_instant() + std::chrono::seconds(10);
    while (!happened()) {
      if (system_instant() > last) return false;
      loop.turn(std::chrono::milliseconds(100));
    }
    return true;
  }

  Clock clock{system_wall(), system_instant()};
  TaskQueue tasks;
  Loop loop{clock, tasks, Loop::Mode::kLive};
};

}  // namespace loopgate::io
