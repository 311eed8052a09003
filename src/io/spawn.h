// The start of a child process: what must happen between fork and exec.
#pragma once

#include "base/result.h"

namespace loopgate::io {

struct ProcessOptions;

// What a child is made from, all of it ready before the fork: between fork and exec only
// async-signal-safe calls are allowed (signal-safety(7)).
struct ChildPlan {
  const char* file = nullptr;          // an absolute path
  char* const* argv = nullptr;         // ends with null
  char* const* environment = nullptr;  // ends with null
  const char* directory = nullptr;     // null: ours
  bool inherit_stdio = false;          // and stay in our process group
  int stdout_write = -1;
  int stderr_write = -1;
};

struct StartedChild {
  int pid = -1;
  int error = 0;  // errno of what failed; 0: the program runs
};

// Forks, and waits until the child is the program. It dies with its parent (PR_SET_PDEATHSIG).
// Async-signal-safe itself.
StartedChild start_child(const ChildPlan& plan);

// Of the calling process; async-signal-safe.
void close_everything_above(int descriptor);

struct SpawnedProcess {
  int pid = -1;
  int stdout_read = -1;  // non-blocking; -1 with inherit_stdio
  int stderr_read = -1;
  int keeper = -1;  // the keeper's socket (keeper.h); -1: it is our own child, and ours to reap
};

// The caller owns the descriptors.
Result<SpawnedProcess> spawn_process(const ProcessOptions& options);

}  // namespace loopgate::io
