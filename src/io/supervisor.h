// Processes that leave nothing behind. Whatever a process started through here starts itself, also
// `setsid` daemons and double forks, ends when that process ends, when it is dropped, and when we
// end in whatever way. How: keeper.h.
#pragma once

#include "io/spawn.h"

namespace loopgate::io {

// Starts with its first use, and again should it have been killed: a small process that stays for
// as long as we do.
class Supervisor {
 public:
  Supervisor() = default;
  ~Supervisor();  // waits (a moment at most) until everything that was started is gone
  Supervisor(const Supervisor&) = delete;

  // As start_child. `keeper` becomes the keeper's socket (keeper.h), owned by the caller: to close
  // it ends the process and its descendants.
  StartedChild start_kept(const ChildPlan& plan, int& keeper);

 private:
  int ensure_running();  // 0 or errno
  bool bury();
  StartedChild ask(const ChildPlan& plan, int& keeper);

  int socket_ = -1;
  int pid_ = -1;
};

}  // namespace loopgate::io
