#include "io/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "io/process.h"
#include "io/supervisor.h"
#include "io/system_message.h"

namespace loopgate::io {

namespace {

// Where the child reports why it could not become the program; closed by a successful exec.
constexpr int kReportDescriptor = 3;
// The child's own copies are put above every number that it is about to assign.
constexpr int kFirstFreeDescriptor = 10;
constexpr int kLastDescriptorWithoutCloseRange = 4096;

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) error_ = errno;
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int error() const { return error_; }
  int read_end() const { return ends_[0]; }
  int write_end() const { return ends_[1]; }
  void close_write() { close_end(1); }
  int take_read() { return std::exchange(ends_[0], -1); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) ::close(std::exchange(ends_[end], -1));
  }
  std::array<int, 2> ends_{-1, -1};
  int error_ = 0;
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (const auto& text : texts) all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

[[noreturn]] void report_and_exit(int descriptor, int error) {
  [[maybe_unused]] const auto written = ::write(descriptor, &error, sizeof(error));
  ::_exit(127);
}

void reset_signals() {
  struct sigaction standard{};
  standard.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &standard, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void connect_stdio(const ChildPlan& plan) {
  const int out = ::fcntl(plan.stdout_write, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
  const int err = ::fcntl(plan.stderr_write, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int in = ::fcntl(null, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(err, STDERR_FILENO);
}

[[noreturn]] void become(const ChildPlan& plan, pid_t parent, int report_write) {
  const int report = ::fcntl(report_write, F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
  // The parent may have gone before the request was made: then nobody would tell us.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  if (!plan.inherit_stdio) {
    ::setpgid(0, 0);
    connect_stdio(plan);
  }
  ::dup3(report, kReportDescriptor, O_CLOEXEC);
  close_everything_above(kReportDescriptor);
  reset_signals();
  if (plan.directory != nullptr && ::chdir(plan.directory) != 0) {
    report_and_exit(kReportDescriptor, errno);
  }
  ::execve(plan.file, plan.argv, plan.environment);
  report_and_exit(kReportDescriptor, errno);
}

// 0 when the program runs; it waits for the exec, not for the program.
int exec_error(int descriptor) {
  int error = 0;
  ssize_t got = 0;
  do {
    got = ::read(descriptor, &error, sizeof(error));
  } while (got < 0 && errno == EINTR);
  return got == sizeof(error) ? error : 0;
}

void set_nonblocking(int descriptor) {
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
}

// What the parent keeps of a child's output.
struct OutputPipes {
  Pipe out;
  Pipe err;

  int error() const { return out.error() != 0 ? out.error() : err.error(); }
  void hand_over(SpawnedProcess& spawned) {
    spawned.stdout_read = out.take_read();
    spawned.stderr_read = err.take_read();
    set_nonblocking(spawned.stdout_read);
    set_nonblocking(spawned.stderr_read);
  }
};

}  // namespace

void close_everything_above(int last) {
  if (::close_range(static_cast<unsigned>(last) + 1, ~0U, 0) == 0) return;
  for (int descriptor = last + 1; descriptor < kLastDescriptorWithoutCloseRange; ++descriptor) {
    ::close(descriptor);
  }
}

StartedChild start_child(const ChildPlan& plan) {
  Pipe report;
  if (report.error() != 0) return {.error = report.error()};
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return {.error = errno};
  if (pid == 0) become(plan, parent, report.write_end());
  report.close_write();
  const int error = exec_error(report.read_end());
  if (error == 0) return {.pid = pid};
  ::waitpid(pid, nullptr, 0);
  return {.error = error};
}

Result<SpawnedProcess> spawn_process(const ProcessOptions& options) {
  if (options.argv.empty()) return fail("no command to start");
  const auto& name = options.argv.front();
  const auto file = options.file.empty() ? find_executable(name) : options.file;
  if (file.empty()) return fail("cannot start " + name + ": no such executable in PATH");
  OutputPipes pipes;
  if (pipes.error() != 0) {
    return fail("cannot start " + name + ": " + system_message(pipes.error()));
  }
  const auto argv = pointers(options.argv);
  const auto environment = pointers(options.environment);
  const ChildPlan plan{.file = file.c_str(),
                       .argv = argv.data(),
                       .environment = environment.data(),
                       .directory = options.directory.empty() ? nullptr : options.directory.c_str(),
                       .inherit_stdio = options.inherit_stdio,
                       .stdout_write = pipes.out.write_end(),
                       .stderr_write = pipes.err.write_end()};
  SpawnedProcess spawned;
  const auto started = options.supervisor == nullptr
                           ? start_child(plan)
                           : options.supervisor->start_kept(plan, spawned.keeper);
  if (started.error != 0) {
    const bool in_directory = started.error == ENOENT && !options.directory.empty();
    return fail("cannot start " + file + (in_directory ? " in " + options.directory : "") + ": " +
                system_message(started.error));
  }
  spawned.pid = started.pid;
  if (!options.inherit_stdio) pipes.hand_over(spawned);
  return spawned;
}

}  // namespace loopgate::io
