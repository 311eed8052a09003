// The start of a child process: what must happen between fork and exec.
#pragma once

#include "base/result.h"
#include "io/process.h"

namespace loopgate::io {

struct SpawnedProcess {
  int pid = -1;
  int stdout_read = -1;  // non-blocking; -1 with inherit_stdio
  int stderr_read = -1;
};

// The caller owns the descriptors and must reap the child.
Result<SpawnedProcess> spawn_process(const ProcessOptions& options);

}  // namespace loopgate::io
