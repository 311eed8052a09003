#include "io/supervisor.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "io/keeper.h"
#include "io/limits.h"

namespace loopgate::io {

namespace {

void close_now(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

bool is_readable_within(int descriptor, std::chrono::milliseconds limit) {
  pollfd watched{.fd = descriptor, .events = POLLIN, .revents = 0};
  int ready = 0;
  do {
    ready = ::poll(&watched, 1, static_cast<int>(limit.count()));
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

std::uint32_t append_list(std::string& texts, char* const* list) {
  std::uint32_t count = 0;
  for (; list[count] != nullptr; ++count) texts.append(list[count]).push_back('\0');
  return count;
}

// 0 or errno.
int send_all(int socket, const char* data, std::size_t size) {
  while (size > 0) {
    const auto sent = ::send(socket, data, size, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return errno;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return 0;
}

int send_request(int socket, const ChildPlan& plan, int control) {
  std::string texts(plan.file);
  texts.push_back('\0');
  texts.append(plan.directory == nullptr ? "" : plan.directory).push_back('\0');
  SpawnRequest request;
  request.arguments = append_list(texts, plan.argv);
  request.environment = append_list(texts, plan.environment);
  if (texts.size() > kMaxSpawnBytes) return E2BIG;
  request.bytes = static_cast<std::uint32_t>(texts.size());

  const std::array passed{control, plan.stdout_write, plan.stderr_write};
  iovec part{.iov_base = &request, .iov_len = sizeof(request)};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(passed))> rights{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = rights.data();
  message.msg_controllen = rights.size();
  cmsghdr* head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(sizeof(passed));
  std::memcpy(CMSG_DATA(head), passed.data(), sizeof(passed));
  if (::sendmsg(socket, &message, MSG_NOSIGNAL) != sizeof(request)) return errno;
  return send_all(socket, texts.data(), texts.size());
}

}  // namespace

Supervisor::~Supervisor() {
  if (pid_ < 0) return;
  close_now(socket_);
  int watch = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  // What hangs in the kernel is left to the supervising process, which stays until it is gone.
  if (watch >= 0) is_readable_within(watch, kSupervisorFarewell);
  close_now(watch);
  ::waitpid(pid_, nullptr, WNOHANG);
}

int Supervisor::ensure_running() {
  if (pid_ >= 0) return 0;
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return errno;
  pid_ = ::fork();
  if (pid_ == 0) supervise(ends[1]);
  ::close(ends[1]);
  socket_ = ends[0];
  if (pid_ > 0) return 0;
  const int error = errno;
  close_now(socket_);
  return error;
}

// When it was killed: its keepers go on without it. True when it had been.
bool Supervisor::bury() {
  pollfd watched{.fd = socket_, .events = 0, .revents = 0};
  if (pid_ < 0 || ::poll(&watched, 1, 0) <= 0) return false;
  close_now(socket_);
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  return true;
}

StartedChild Supervisor::ask(const ChildPlan& plan, int& keeper) {
  if (const int error = ensure_running(); error != 0) return {.error = error};
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return {.error = errno};
  }
  keeper = ends[0];
  const int error = send_request(socket_, plan, ends[1]);
  ::close(ends[1]);
  KeptStarted started;
  if (error != 0) return {.error = error};
  if (!is_readable_within(keeper, kSpawnPatience)) return {.error = ETIMEDOUT};
  if (::recv(keeper, &started, sizeof(started), 0) != sizeof(started)) return {.error = EPIPE};
  return {.pid = started.pid, .error = started.error};
}

StartedChild Supervisor::start_kept(const ChildPlan& plan, int& keeper) {
  auto started = ask(plan, keeper);
  if (started.error != 0 && bury()) {
    close_now(keeper);
    started = ask(plan, keeper);
  }
  if (started.error != 0) close_now(keeper);
  return started;
}

}  // namespace loopgate::io
