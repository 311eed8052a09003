// Child processes on the loop. They end with us, also when we are killed (PR_SET_PDEATHSIG), and
// take their descendants' process group with them when we end them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/loop.h"

namespace loopgate::io {

struct ProcessOptions {
  std::vector<std::string> argv = {};         // argv[0] is looked up in PATH
  std::vector<std::string> environment = {};  // "NAME=value", the whole of it
  std::string directory = {};                 // working directory; empty: ours
  bool inherit_stdio = false;                 // for `exec`: the child has our terminal
};

struct ExitStatus {
  int code = 0;    // when it exited
  int signal = 0;  // when a signal ended it
};

class Process {
 public:
  struct Events {
    // Whole lines without their newline (a line over 256 KiB is split); what is left at the end
    // counts as one.
    std::function<void(std::string_view line, bool is_stderr)> on_line = {};
    // After the last line. Called once.
    std::function<void(ExitStatus)> on_exit = {};
  };

  static Result<std::unique_ptr<Process>> spawn(Loop& loop, ProcessOptions options, Events events);
  virtual ~Process() = default;  // kills the process group, without calling on_exit

  virtual int pid() const = 0;
  virtual void kill() = 0;       // SIGKILL to the group
  virtual void terminate() = 0;  // SIGTERM to the group
};

// Absolute path of an executable in PATH, or an empty string.
std::string find_executable(std::string_view name);

}  // namespace loopgate::io
