// The other side of `Supervisor` (supervisor.h): a small process, forked early, that forks a keeper
// for each process that it is asked to start. A keeper is the subreaper of what its process leaves
// behind (prctl(2), PR_SET_CHILD_SUBREAPER): `setsid` and double forks lead back to it. It ends all
// of that when the process has ended or when its socket closes, which the kernel does for us
// however we end. Neither dies of a signal but SIGKILL; when a keeper is killed, the supervising
// process ends what it kept, and when that one is killed, the keepers go on by themselves.
//
// It runs in forks of a process that may have threads: no allocation, async-signal-safe calls only.
#pragma once

#include <cstdint>

namespace loopgate::io {

// Asks for a process, on the stream to the supervising process: this head with the descriptors
// (keeper's socket, stdout, stderr; SCM_RIGHTS), then `bytes` of texts that end with NUL each:
// file, directory (may be empty), arguments, environment.
struct SpawnRequest {
  std::uint32_t bytes = 0;
  std::uint32_t arguments = 0;
  std::uint32_t environment = 0;
};
inline constexpr std::uint32_t kMaxSpawnBytes = 4 * 1024 * 1024;  // over ARG_MAX: execve refuses it

// What a keeper says on its socket (SOCK_SEQPACKET), in this order. It takes `int`s: signals for
// the process group of what it keeps.
struct KeptStarted {
  std::int32_t pid = -1;
  std::int32_t error = 0;  // errno; not 0: that was all
};
struct KeptEnded {
  std::int32_t code = 0;
  std::int32_t signal = 0;
};

// Serves until the other end of `socket` is gone, and everything it started with it.
[[noreturn]] void supervise(int socket);

}  // namespace loopgate::io
