#include "io/keeper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "io/spawn.h"

namespace loopgate::io {

namespace {

constexpr int kSocket = 3;  // of the supervising process
constexpr std::size_t kMaxKeepers = 1024;
constexpr std::size_t kPassed = 3;  // descriptors that come with a request

// Calls `visit` for each child, those that have ended and wait for us included. False when the
// kernel does not tell (proc(5), /proc/thread-self/children).
template <class Visit>
bool for_each_child(Visit visit) {
  const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  if (list < 0) return false;
  std::array<char, 4096> text;
  pid_t number = 0;
  for (ssize_t size = 0; (size = ::read(list, text.data(), text.size())) > 0;) {
    for (const char c : std::span(text.data(), static_cast<std::size_t>(size))) {
      if (c >= '0' && c <= '9') {
        number = number * 10 + (c - '0');
      } else if (number != 0) {
        visit(number);
        number = 0;
      }
    }
  }
  ::close(list);
  return true;
}

bool kill_children() {
  return for_each_child([](pid_t child) { ::kill(child, SIGKILL); });
}

// Until no descendant is left. When one dies, its children become ours and we wake: whoever forks
// while we kill is found in the next pass. What hangs in the kernel is waited for.
void sweep() {
  while (kill_children()) {
    if (::waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
    while (::waitpid(-1, nullptr, WNOHANG) > 0) {
    }
  }
}

int watch_children() {
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGCHLD);
  return ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

void drain(int descriptor) {
  std::array<char, 1024> ignored;
  while (::read(descriptor, ignored.data(), ignored.size()) > 0) {
  }
}

template <class Message>
void tell(int socket, const Message& message) {
  // Nobody may be there any more.
  [[maybe_unused]] const auto sent = ::send(socket, &message, sizeof(message), MSG_NOSIGNAL);
}

KeptEnded describe(const siginfo_t& info) {
  if (info.si_code == CLD_EXITED) return {.code = info.si_status, .signal = 0};
  return {.code = 0, .signal = info.si_status};
}

// Reaps what has ended. True when `kept` has, with `ended` set; its group ends with it, before the
// number can be another's.
bool reap(pid_t kept, KeptEnded& ended) {
  bool found = false;
  for (;;) {
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) {
      return found;
    }
    if (info.si_pid == kept) {
      found = true;
      ended = describe(info);
      ::kill(-kept, SIGKILL);
    }
    ::waitpid(info.si_pid, nullptr, 0);
  }
}

// Serves the owner's signals until the process has ended or nobody owns it any more.
void attend(int socket, pid_t kept) {
  std::array<pollfd, 2> watched{pollfd{.fd = socket, .events = POLLIN, .revents = 0},
                                pollfd{.fd = watch_children(), .events = POLLIN, .revents = 0}};
  for (KeptEnded ended;;) {
    if (reap(kept, ended)) {
      kill_children();
      return tell(socket, ended);
    }
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    drain(watched[1].fd);
    if (watched[0].revents == 0) continue;
    int signal = 0;
    if (::recv(socket, &signal, sizeof(signal), 0) != sizeof(signal)) return;
    ::kill(-kept, signal);
  }
}

[[noreturn]] void keep(int socket, const ChildPlan& plan) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const auto started = start_child(plan);
  ::close(plan.stdout_write);
  ::close(plan.stderr_write);
  tell(socket, KeptStarted{started.pid, started.error});
  if (started.error == 0) attend(socket, started.pid);
  sweep();
  ::_exit(0);
}

struct Passed {
  SpawnRequest request;
  std::array<int, kPassed> descriptors{-1, -1, -1};  // socket, stdout, stderr
};

bool receive_head(int socket, Passed& passed) {
  iovec part{.iov_base = &passed.request, .iov_len = sizeof(passed.request)};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(passed.descriptors))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_WAITALL) != sizeof(passed.request)) {
    return false;
  }
  const cmsghdr* rights = CMSG_FIRSTHDR(&message);
  if (rights == nullptr || rights->cmsg_len != CMSG_LEN(sizeof(passed.descriptors))) return false;
  std::memcpy(passed.descriptors.data(), CMSG_DATA(rights), sizeof(passed.descriptors));
  return passed.request.bytes <= kMaxSpawnBytes;
}

// The texts of a request and the arrays that point to them, in memory of their own.
class Texts {
 public:
  explicit Texts(const SpawnRequest& request)
      : request_(request),
        // A text is one byte at least.
        size_((request.bytes + 2) * sizeof(char*) + request.bytes),
        memory_(static_cast<char*>(
            ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {}
  ~Texts() {
    if (memory_ != MAP_FAILED) ::munmap(memory_, size_);
  }
  Texts(const Texts&) = delete;

  bool receive(int socket) {
    return memory_ != MAP_FAILED && request_.arguments + 2 <= request_.bytes &&
           request_.environment <= request_.bytes &&
           ::recv(socket, text(), request_.bytes, MSG_WAITALL) ==
               static_cast<ssize_t>(request_.bytes) &&
           text()[request_.bytes - 1] == '\0';
  }

  // Points into the texts.
  ChildPlan plan() {
    char* next = text();
    const auto take = [&] {
      char* taken = next;
      next += std::strlen(next) + 1;
      return taken;
    };
    ChildPlan plan;
    plan.file = take();
    if (const char* directory = take(); *directory != '\0') plan.directory = directory;
    auto** pointers = reinterpret_cast<char**>(memory_);
    const auto take_list = [&](std::uint32_t count) {
      char** list = pointers;
      for (std::uint32_t i = 0; i < count; ++i) *pointers++ = take();
      *pointers++ = nullptr;
      return list;
    };
    plan.argv = take_list(request_.arguments);
    plan.environment = take_list(request_.environment);
    return plan;
  }

 private:
  char* text() { return memory_ + (request_.bytes + 2) * sizeof(char*); }

  const SpawnRequest request_;
  const std::size_t size_;
  char* const memory_;
};

// The keepers' numbers, which tell them from whoever became our child when a keeper was killed.
class Keepers {
 public:
  // Null when there is no room.
  pid_t* free_place() {
    const auto place = std::ranges::find(pids_, 0);
    return place == pids_.end() ? nullptr : &*place;
  }
  void reap() {
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0;) {
      heard_of(pid, status);
    }
    kill_strays();
  }
  void wait_for_all() {
    int status = 0;
    for (pid_t pid = 0; pid >= 0 || errno != ECHILD; heard_of(pid, status)) {
      kill_strays();
      pid = ::waitpid(-1, &status, WUNTRACED);
    }
  }

 private:
  // A process may stop its parent; a keeper that is stopped would keep nothing.
  void heard_of(pid_t pid, int status) {
    if (pid > 0 && WIFSTOPPED(status)) {
      ::kill(pid, SIGCONT);
    } else {
      std::ranges::replace(pids_, pid, 0);
    }
  }
  void kill_strays() {
    for_each_child([this](pid_t pid) {
      if (std::ranges::find(pids_, pid) == pids_.end()) ::kill(pid, SIGKILL);
    });
  }

  std::array<pid_t, kMaxKeepers> pids_{};
};

// False when whoever asks is gone or not to be understood.
bool serve(int socket, Keepers& keepers) {
  Passed passed;
  if (!receive_head(socket, passed)) return false;
  const auto [control, out, err] = passed.descriptors;
  Texts texts(passed.request);
  if (!texts.receive(socket)) return false;
  auto plan = texts.plan();
  plan.stdout_write = out;
  plan.stderr_write = err;
  pid_t* place = keepers.free_place();
  const pid_t pid = place == nullptr ? -1 : ::fork();
  if (pid == 0) {
    ::close(socket);
    keep(control, plan);
  }
  if (pid < 0) tell(control, KeptStarted{.pid = -1, .error = EAGAIN});
  if (pid > 0) *place = pid;
  for (const int descriptor : passed.descriptors) ::close(descriptor);
  return true;
}

// Nothing of our parent's is held on to, and what is sent to its terminal or group is not for us.
void detach(int socket) {
  ::setsid();
  sigset_t all;
  ::sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::signal(SIGCHLD, SIG_DFL);
  ::prctl(PR_SET_NAME, "loopgate-keeper");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, standard);
  if (socket != kSocket) ::dup3(socket, kSocket, O_CLOEXEC);
  close_everything_above(kSocket);
}

}  // namespace

void supervise(int socket) {
  detach(socket);
  Keepers keepers;
  std::array<pollfd, 2> watched{pollfd{.fd = kSocket, .events = POLLIN, .revents = 0},
                                pollfd{.fd = watch_children(), .events = POLLIN, .revents = 0}};
  for (;;) {
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    if (watched[1].revents != 0) {
      drain(watched[1].fd);
      keepers.reap();
    }
    if (watched[0].revents != 0 && !serve(kSocket, keepers)) break;
  }
  keepers.wait_for_all();
  ::_exit(0);
}

}  // namespace loopgate::io
