#include "io/forked.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <string_view>
#include <thread>
#include <vector>

#include "io/system_message.h"

namespace loopgate::io {
namespace {

struct Child {
  std::size_t job = 0;
  pid_t pid = -1;
  int pipe = -1;
  std::string result;
};

[[noreturn]] void be_child(std::size_t job, int pipe, pid_t parent,
                           const std::function<std::string(std::size_t)>& work) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  const auto result = work(job);
  std::string_view left = result;
  while (!left.empty()) {
    const auto wrote = ::write(pipe, left.data(), left.size());
    if (wrote < 0 && errno != EINTR) ::_exit(1);
    if (wrote > 0) left.remove_prefix(static_cast<std::size_t>(wrote));
  }
  // Nothing of the parent's is ended twice.
  ::_exit(0);
}

Result<Child> start(std::size_t job, const std::function<std::string(std::size_t)>& work) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail("no pipe: " + system_message(errno));
  std::fflush(nullptr);  // or it would be written twice
  const auto parent = ::getpid();
  const auto pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    be_child(job, ends[1], parent, work);
  }
  ::close(ends[1]);
  if (pid > 0) return Child{job, pid, ends[0], {}};
  const auto error = errno;
  ::close(ends[0]);
  return fail("no process: " + system_message(error));
}

// False at the end.
bool read_some(Child& child) {
  std::array<char, 65'536> buffer{};
  const auto got = ::read(child.pipe, buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR;
  child.result.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

Result<std::string> end(Child& child) {
  ::close(child.pipe);
  int status = 0;
  while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    return fail(fmt::format("its process ended by signal {}: {}", WTERMSIG(status),
                            ::strsignal(WTERMSIG(status))));
  }
  if (WEXITSTATUS(status) != 0) {
    return fail(fmt::format("its process ended with status {}", WEXITSTATUS(status)));
  }
  return std::move(child.result);
}

// Tells results in the order of their jobs.
class InOrder {
 public:
  explicit InOrder(const std::function<void(std::size_t, Result<std::string>)>& done)
      : done_(done) {}

  void add(std::size_t job, Result<std::string> result) {
    early_.emplace(job, std::move(result));
    while (!early_.empty() && early_.begin()->first == next_) {
      auto first = early_.extract(early_.begin());
      done_(next_++, std::move(first.mapped()));
    }
  }

 private:
  const std::function<void(std::size_t, Result<std::string>)>& done_;
  std::map<std::size_t, Result<std::string>> early_;
  std::size_t next_ = 0;
};

}  // namespace

void run_forked(std::size_t count, std::size_t at_once,
                const std::function<std::string(std::size_t job)>& work,
                const std::function<void(std::size_t job, Result<std::string> result)>& done) {
  if (at_once == 0) at_once = std::max(1U, std::thread::hardware_concurrency());
  InOrder results(done);
  std::vector<Child> children;
  std::size_t next = 0;
  while (next < count || !children.empty()) {
    while (next < count && children.size() < at_once) {
      const auto job = next++;
      auto child = start(job, work);
      child ? children.push_back(*std::move(child))
            : results.add(job, std::unexpected(child.error()));
    }
    std::vector<pollfd> polled;
    for (const auto& child : children) polled.push_back({child.pipe, POLLIN, 0});
    if (polled.empty()) continue;
    if (::poll(polled.data(), polled.size(), -1) < 0) continue;
    for (std::size_t i = children.size(); i-- > 0;) {
      if (polled[i].revents == 0 || read_some(children[i])) continue;
      auto result = end(children[i]);
      results.add(children[i].job, std::move(result));
      children.erase(children.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

}  // namespace loopgate::io
