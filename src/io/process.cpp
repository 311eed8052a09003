#include "io/process.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <utility>
#include <vector>

#include "io/keeper.h"
#include "io/limits.h"
#include "io/line_splitter.h"
#include "io/spawn.h"
#include "io/system_message.h"

namespace loopgate::io {

namespace asio = boost::asio;

namespace {

using Descriptor = asio::posix::stream_descriptor;

// By /proc/PID/task/TID/children (proc(5)), those that are nearer first.
std::vector<int> descendants(int pid) {
  std::vector<int> out{pid};
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::error_code ignored;
    const auto tasks = "/proc/" + std::to_string(out[i]) + "/task";
    for (const auto& task : std::filesystem::directory_iterator(tasks, ignored)) {
      std::ifstream children(task.path() / "children");
      for (int child = 0; children >> child;) out.push_back(child);
    }
  }
  out.erase(out.begin());
  return out;
}

// Lives on until the child is reaped, also when its owner has gone.
class Child : public std::enable_shared_from_this<Child> {
 public:
  // `end` becomes readable when it has ended: the keeper's socket, or a pidfd of our own child's.
  Child(Loop& loop, const SpawnedProcess& spawned, int end, bool own_group, Process::Events events);

  void watch();
  void abandon();
  void signal(int number);
  void signal_tree(int number);
  int pid() const { return pid_; }

 private:
  struct Output {
    Output(asio::io_context& context, int fd, bool is_stderr) : is_stderr(is_stderr) {
      if (fd >= 0) pipe.emplace(context, fd);
    }
    std::optional<Descriptor> pipe;
    LineSplitter lines{kLineBytes};
    std::string unread;    // was read, and had more lines than a turn takes
    bool goes_on = false;  // in the next turn, whether the pipe has more or not
    std::size_t reads_after_exit = 0;
    const bool is_stderr;
  };
  enum class Rest { kNone, kMore, kEnd };  // nothing now · more than this turn takes · it has ended

  void watch_output(Output& output);
  void serve(Output& output);
  Rest read(Output& output);
  bool feed(Output& output, std::size_t& lines);
  void close(Output& output);
  void tell_line(const Output& output, std::string_view line);
  void go_on_next_turn(Output& output);
  void on_end();
  std::optional<ExitStatus> reap();
  std::optional<ExitStatus> hear_keeper();
  void tell_exit();

  Loop& loop_;
  const int pid_;
  const bool kept_;
  const bool own_group_;
  bool abandoned_ = false;
  std::optional<ExitStatus> ended_;
  Process::Events events_;
  Descriptor end_;
  Output stdout_;
  Output stderr_;
};

Child::Child(Loop& loop, const SpawnedProcess& spawned, int end, bool own_group,
             Process::Events events)
    : loop_(loop),
      pid_(spawned.pid),
      kept_(spawned.keeper >= 0),
      own_group_(own_group),
      events_(std::move(events)),
      end_(loop.context(), end),
      stdout_(loop.context(), spawned.stdout_read, false),
      stderr_(loop.context(), spawned.stderr_read, true) {}

void Child::watch() {
  end_.async_wait(Descriptor::wait_read,
                  [self = shared_from_this()](const boost::system::error_code& error) {
                    if (error) return;
                    self->loop_.catch_up();
                    self->on_end();
                  });
  watch_output(stdout_);
  watch_output(stderr_);
}

void Child::abandon() {
  abandoned_ = true;
  stdout_.pipe.reset();
  stderr_.pipe.reset();
  if (kept_) {
    boost::system::error_code ignored;
    end_.close(ignored);  // the keeper does the rest
  } else {
    signal(SIGKILL);
  }
}

// Of our own: until it is reaped, the zombie keeps its number and its group's from being given to
// others. The keeper sees to that of what it keeps.
void Child::signal(int number) {
  if (ended_ || !end_.is_open()) return;
  if (kept_) {
    [[maybe_unused]] const auto sent =
        ::send(end_.native_handle(), &number, sizeof(number), MSG_NOSIGNAL | MSG_DONTWAIT);
  } else {
    ::kill(own_group_ ? -pid_ : pid_, number);
  }
}

// Those below it first: once it has gone, nobody tells them from others.
void Child::signal_tree(int number) {
  if (ended_) return;
  for (const int pid : descendants(pid_)) ::kill(pid, number);
  signal(number);
}

void Child::watch_output(Output& output) {
  if (!output.pipe) return;
  output.pipe->async_wait(Descriptor::wait_read, [self = shared_from_this(),
                                                  &output](const boost::system::error_code& error) {
    if (error) return;
    self->loop_.catch_up();
    self->serve(output);
  });
}

// One turn's share of a pipe.
void Child::serve(Output& output) {
  const auto rest = read(output);
  if (rest == Rest::kMore) return go_on_next_turn(output);
  // After the exit, nobody is left to write what would come later.
  if (rest == Rest::kEnd || ended_) {
    close(output);
  } else {
    watch_output(output);
  }
  tell_exit();
}

Child::Rest Child::read(Output& output) {
  std::array<char, 16 * 1024> buffer;
  std::size_t lines = kLinesPerTurn;
  if (!feed(output, lines)) return Rest::kMore;
  for (std::size_t i = 0; i < kReadsPerTurn && output.pipe; ++i) {
    // A descendant in a group of its own may hold the pipe open, and write, for ever.
    if (ended_ && output.reads_after_exit++ >= kReadsAfterExit) return Rest::kEnd;
    const auto got = ::read(output.pipe->native_handle(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Rest::kNone;
    if (got <= 0) return Rest::kEnd;
    output.unread.assign(buffer.data(), static_cast<std::size_t>(got));
    if (!feed(output, lines)) return Rest::kMore;
  }
  return output.pipe ? Rest::kMore : Rest::kEnd;
}

// False when the turn's lines are used up.
bool Child::feed(Output& output, std::size_t& lines) {
  const auto to_line = [&](std::string_view line) {
    --lines;
    tell_line(output, line);
  };
  output.unread.erase(0, output.lines.feed(output.unread, to_line, lines));
  return output.unread.empty();
}

void Child::close(Output& output) {
  output.pipe.reset();
  output.lines.finish([&](std::string_view line) { tell_line(output, line); });
}

void Child::tell_line(const Output& output, std::string_view line) {
  if (abandoned_ || !events_.on_line) return;
  run_guarded(loop_.guard(), "the output of a process",
              [&] { events_.on_line(line, output.is_stderr); });
}

void Child::go_on_next_turn(Output& output) {
  output.goes_on = true;
  loop_.after_turn([self = shared_from_this(), &output] {
    asio::post(self->loop_.context(), [self, &output] {
      output.goes_on = false;
      if (self->abandoned_) return;
      self->loop_.catch_up();
      self->serve(output);
    });
  });
}

void Child::on_end() {
  ended_ = kept_ ? hear_keeper() : reap();
  const auto self = shared_from_this();
  for (Output* output : {&stdout_, &stderr_}) {
    if (!output->pipe || output->goes_on) continue;
    output->pipe->cancel();
    serve(*output);
  }
  tell_exit();
}

std::optional<ExitStatus> Child::reap() {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  // What it left running goes with it. Before the reaping: after it, the number may be another's.
  if (own_group_) ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  const bool exited = info.si_code == CLD_EXITED;
  return ExitStatus{.code = exited ? info.si_status : 0, .signal = exited ? 0 : info.si_status};
}

std::optional<ExitStatus> Child::hear_keeper() {
  KeptEnded ended{.code = 0, .signal = SIGKILL};  // as when the keeper was killed, and it with it
  if (KeptEnded told; ::recv(end_.native_handle(), &told, sizeof(told), MSG_DONTWAIT) ==
                      static_cast<ssize_t>(sizeof(told))) {
    ended = told;
  }
  boost::system::error_code ignored;
  end_.close(ignored);
  return ExitStatus{.code = ended.code, .signal = ended.signal};
}

// Once, when it has ended and its last line is told.
void Child::tell_exit() {
  if (!ended_ || stdout_.pipe || stderr_.pipe || abandoned_) return;
  if (const auto on_exit = std::exchange(events_.on_exit, nullptr)) {
    run_guarded(loop_.guard(), "the end of a process", [&] { on_exit(*ended_); });
  }
}

class ChildProcess final : public Process {
 public:
  explicit ChildProcess(std::shared_ptr<Child> child) : child_(std::move(child)) {}
  ~ChildProcess() override { child_->abandon(); }

  int pid() const override { return child_->pid(); }
  void kill() override { child_->signal(SIGKILL); }
  void terminate() override { child_->signal(SIGTERM); }
  void kill_tree() override { child_->signal_tree(SIGKILL); }
  void terminate_tree() override { child_->signal_tree(SIGTERM); }

 private:
  std::shared_ptr<Child> child_;
};

bool is_there_at(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0;
}

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

// Absolute path of the first one of that name in PATH that `fits`, or an empty string.
template <class Predicate>
std::string find_in_path(std::string_view name, Predicate fits) {
  if (name.empty()) return {};
  if (name.find('/') != std::string_view::npos) {
    const auto path = absolute(std::string(name));
    return fits(path) ? path : std::string();
  }
  const char* path = std::getenv("PATH");
  std::string_view folders = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const auto end = folders.find(':');
    const auto folder = folders.substr(0, end);
    const auto candidate =
        absolute((folder.empty() ? "." : std::string(folder)) + "/" + std::string(name));
    if (fits(candidate)) return candidate;
    if (end == std::string_view::npos) return {};
    folders.remove_prefix(end + 1);
  }
}

}  // namespace

Result<std::unique_ptr<Process>> Process::spawn(Loop& loop, ProcessOptions options, Events events) {
  const auto spawned = spawn_process(options);
  if (!spawned) return std::unexpected(spawned.error());
  const int end = spawned->keeper >= 0
                      ? spawned->keeper
                      : static_cast<int>(::syscall(SYS_pidfd_open, spawned->pid, 0));
  if (end < 0) {
    const int error = errno;
    ::kill(options.inherit_stdio ? spawned->pid : -spawned->pid, SIGKILL);
    ::waitpid(spawned->pid, nullptr, 0);
    for (const int fd : {spawned->stdout_read, spawned->stderr_read}) {
      if (fd >= 0) ::close(fd);
    }
    return fail("cannot watch " + options.argv.front() + ": " + system_message(error));
  }
  auto child =
      std::make_shared<Child>(loop, *spawned, end, !options.inherit_stdio, std::move(events));
  child->watch();
  return std::make_unique<ChildProcess>(std::move(child));
}

std::string find_executable(std::string_view name) {
  return find_in_path(name, is_executable_file);
}

bool is_there(std::string_view name) {
  return !find_in_path(name, is_there_at).empty();
}

}  // namespace loopgate::io
