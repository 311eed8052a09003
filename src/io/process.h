// Child processes on the loop. They end with us, also when we are killed, and take what they
// started with them: all of it with a supervisor, else their process group.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/loop.h"

namespace loopgate::io {

class Supervisor;

struct ProcessOptions {
  std::vector<std::string> argv = {};
  std::string file = {};                      // what is run; empty: argv[0], looked up in PATH
  std::vector<std::string> environment = {};  // "NAME=value", the whole of it
  std::string directory = {};                 // working directory; empty: ours
  bool inherit_stdio = false;                 // for `exec`: the child has our terminal
  // Ends what the process leaves behind; outlives it. Not together with inherit_stdio.
  Supervisor* supervisor = nullptr;
};

struct ExitStatus {
  int code = 0;    // when it exited
  int signal = 0;  // when a signal ended it
};

class Process {
 public:
  struct Events {
    // Whole lines without their newline (a line over 256 KiB is split); what is left at the end
    // counts as one. While lines come faster than a turn takes them, the child waits.
    std::function<void(std::string_view line, bool is_stderr)> on_line = {};
    // After the last line. Called once.
    std::function<void(ExitStatus)> on_exit = {};
  };

  static Result<std::unique_ptr<Process>> spawn(Loop& loop, ProcessOptions options, Events events);
  virtual ~Process() = default;  // kills it as `kill` does, without calling on_exit

  virtual int pid() const = 0;
  virtual void kill() = 0;       // SIGKILL to the group
  virtual void terminate() = 0;  // SIGTERM to the group
  // The same to it and all it has started, whatever their groups, as far as they descend from it
  // still: for one that shares our group.
  virtual void kill_tree() = 0;
  virtual void terminate_tree() = 0;
};

// Absolute path of an executable in PATH, or an empty string.
std::string find_executable(std::string_view name);
// Whether there is something by that name, be it executable or not, in PATH: what tells a shell's
// 126 from its 127.
bool is_there(std::string_view name);

}  // namespace loopgate::io
