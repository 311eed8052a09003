#include "io/process.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

#include "io/limits.h"
#include "io/line_splitter.h"
#include "io/spawn.h"
#include "io/system_message.h"

namespace loopgate::io {

namespace asio = boost::asio;

namespace {

using Descriptor = asio::posix::stream_descriptor;

// Lives on until the child is reaped, also when its owner has gone.
class Child : public std::enable_shared_from_this<Child> {
 public:
  Child(Loop& loop, const SpawnedProcess& spawned, int pid_descriptor, bool own_group,
        Process::Events events);

  void watch();
  void abandon();
  void signal(int number);
  int pid() const { return pid_; }

 private:
  struct Output {
    Output(asio::io_context& context, int fd, bool is_stderr) : is_stderr(is_stderr) {
      if (fd >= 0) pipe.emplace(context, fd);
    }
    std::optional<Descriptor> pipe;
    LineSplitter lines{kLineBytes};
    const bool is_stderr;
  };

  void watch_output(Output& output);
  bool read(Output& output, std::size_t most_reads);
  void on_exit();
  LineSplitter::Sink sink(const Output& output);

  Loop& loop_;
  const int pid_;
  const bool own_group_;
  bool reaped_ = false;
  bool abandoned_ = false;
  Process::Events events_;
  Descriptor exit_;
  Output stdout_;
  Output stderr_;
};

Child::Child(Loop& loop, const SpawnedProcess& spawned, int pid_descriptor, bool own_group,
             Process::Events events)
    : loop_(loop),
      pid_(spawned.pid),
      own_group_(own_group),
      events_(std::move(events)),
      exit_(loop.context(), pid_descriptor),
      stdout_(loop.context(), spawned.stdout_read, false),
      stderr_(loop.context(), spawned.stderr_read, true) {}

void Child::watch() {
  exit_.async_wait(Descriptor::wait_read,
                   [self = shared_from_this()](const boost::system::error_code& error) {
                     if (error) return;
                     self->loop_.catch_up();
                     self->on_exit();
                   });
  watch_output(stdout_);
  watch_output(stderr_);
}

void Child::abandon() {
  abandoned_ = true;
  stdout_.pipe.reset();
  stderr_.pipe.reset();
  signal(SIGKILL);
}

// Until it is reaped, the zombie keeps its number and its group's from being given to others.
void Child::signal(int number) {
  if (!reaped_) ::kill(own_group_ ? -pid_ : pid_, number);
}

void Child::watch_output(Output& output) {
  if (!output.pipe) return;
  output.pipe->async_wait(Descriptor::wait_read, [self = shared_from_this(),
                                                  &output](const boost::system::error_code& error) {
    if (error || self->reaped_) return;
    self->loop_.catch_up();
    if (self->read(output, kReadsPerWake)) self->watch_output(output);
  });
}

// False when the pipe has ended.
bool Child::read(Output& output, std::size_t most_reads) {
  std::array<char, 16 * 1024> buffer;
  const auto to_line = sink(output);
  for (std::size_t i = 0; i < most_reads && output.pipe; ++i) {
    const auto got = ::read(output.pipe->native_handle(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (got <= 0) {
      output.pipe.reset();
      return false;
    }
    output.lines.feed({buffer.data(), static_cast<std::size_t>(got)}, to_line);
  }
  return output.pipe.has_value();
}

void Child::on_exit() {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0) {
    return;
  }
  // What it left running goes with it. Before the reaping: after it, the number may be another's.
  if (own_group_) ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  reaped_ = true;

  const auto self = shared_from_this();
  for (Output* output : {&stdout_, &stderr_}) {
    // A descendant in a group of its own may hold the pipe open for ever: what is there now is all.
    if (output->pipe) read(*output, kReadsAfterExit);
    output->pipe.reset();
    output->lines.finish(sink(*output));
  }
  if (abandoned_ || !events_.on_exit) return;
  const bool exited = info.si_code == CLD_EXITED;
  run_guarded(loop_.guard(), "the end of a process", [&] {
    events_.on_exit({.code = exited ? info.si_status : 0, .signal = exited ? 0 : info.si_status});
  });
}

LineSplitter::Sink Child::sink(const Output& output) {
  return [this, is_stderr = output.is_stderr](std::string_view line) {
    if (abandoned_ || !events_.on_line) return;
    run_guarded(loop_.guard(), "the output of a process",
                [&] { events_.on_line(line, is_stderr); });
  };
}

class ChildProcess final : public Process {
 public:
  explicit ChildProcess(std::shared_ptr<Child> child) : child_(std::move(child)) {}
  ~ChildProcess() override { child_->abandon(); }

  int pid() const override { return child_->pid(); }
  void kill() override { child_->signal(SIGKILL); }
  void terminate() override { child_->signal(SIGTERM); }

 private:
  std::shared_ptr<Child> child_;
};

bool is_executable_file(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         ::access(path.c_str(), X_OK) == 0;
}

std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return path;
  char* folder = ::getcwd(nullptr, 0);
  if (folder == nullptr) return {};
  std::string whole = std::string(folder) + "/" + path;
  std::free(folder);
  return whole;
}

}  // namespace

Result<std::unique_ptr<Process>> Process::spawn(Loop& loop, ProcessOptions options, Events events) {
  const auto spawned = spawn_process(options);
  if (!spawned) return std::unexpected(spawned.error());
  const auto pid_descriptor = static_cast<int>(::syscall(SYS_pidfd_open, spawned->pid, 0));
  if (pid_descriptor < 0) {
    const int error = errno;
    ::kill(options.inherit_stdio ? spawned->pid : -spawned->pid, SIGKILL);
    ::waitpid(spawned->pid, nullptr, 0);
    for (const int fd : {spawned->stdout_read, spawned->stderr_read}) {
      if (fd >= 0) ::close(fd);
    }
    return fail("cannot watch " + options.argv.front() + ": " + system_message(error));
  }
  auto child = std::make_shared<Child>(loop, *spawned, pid_descriptor, !options.inherit_stdio,
                                       std::move(events));
  child->watch();
  return std::make_unique<ChildProcess>(std::move(child));
}

std::string find_executable(std::string_view name) {
  if (name.empty()) return {};
  if (name.find('/') != std::string_view::npos) {
    const auto path = absolute(std::string(name));
    return is_executable_file(path) ? path : std::string();
  }
  const char* path = std::getenv("PATH");
  std::string_view folders = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const auto end = folders.find(':');
    const auto folder = folders.substr(0, end);
    const auto candidate =
        absolute((folder.empty() ? "." : std::string(folder)) + "/" + std::string(name));
    if (is_executable_file(candidate)) return candidate;
    if (end == std::string_view::npos) return {};
    folders.remove_prefix(end + 1);
  }
}

}  // namespace loopgate::io
