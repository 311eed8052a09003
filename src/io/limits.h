// What this room does at most, and why.
#pragma once

#include <chrono>
#include <cstddef>

namespace loopgate::io {

// Tasks that post tasks: after so many rounds the turn ends (commits, sends) and they go on in the
// next one.
inline constexpr int kTaskRoundsPerTurn = 64;
// Sockets, connections and processes that one turn serves.
inline constexpr int kEventsPerTurn = 256;
// Turns that serve one event each before the loop looks whether there are more to serve together.
inline constexpr unsigned kLoneEventsBeforeLook = 8;
// How long the loop stays awake for the answer to what it sent, when such answers come in time. The
// turns before it tries again after one did not, at first and at most; as many in a row as begin
// anew.
inline constexpr std::chrono::microseconds kSpin{20};
inline constexpr unsigned kSpinPause = 64;
inline constexpr unsigned kLongestSpinPause = 8192;
inline constexpr unsigned kSpinsInARow = 32;
// How far the system's wall clock may leave its monotonic one before it was set, or the machine
// slept: below it lies what two readings are apart on a busy machine.
inline constexpr std::chrono::milliseconds kWallTolerance{50};
// A pair of readings counts when it took no longer; else they are read again, so often.
inline constexpr std::chrono::milliseconds kReadingTime{1};
inline constexpr int kReadingAttempts = 4;
// The loop looks at least so often whether the system's wall clock was set.
inline constexpr std::chrono::seconds kLookAtWall{1};
// Real time that a move of the clock takes of one turn.
inline constexpr std::chrono::milliseconds kMoveSlice{2};

inline constexpr std::size_t kMaxDatagram = 65'535;  // IPv4 total length, headers included
inline constexpr std::size_t kReceiveBatch = 64;     // datagrams per recvmmsg
inline constexpr std::size_t kReceivePerTurn =
    1024;                                      // a socket; then its neighbours have their turn
inline constexpr std::size_t kSendBatch = 64;  // datagrams per sendmmsg
inline constexpr std::size_t kSendBatchBytes = 256 * 1024;  // that wait for the turn's end
// A burst of a second's worth of small datagrams fits; the kernel counts its own overhead against
// it.
inline constexpr int kReceiveBufferBytes = 16 * 1024 * 1024;
inline constexpr int kSendBufferBytes = 4 * 1024 * 1024;
// What waits while the kernel's send buffer is full.
inline constexpr std::size_t kSendQueueDatagrams = 4096;
inline constexpr std::size_t kSendQueueBytes = 8 * 1024 * 1024;
inline constexpr std::chrono::seconds kInterfacesFreshFor{1};
// Of a socket that is bound to all addresses; up to twice as many are kept.
inline constexpr std::size_t kRememberedPeers = 32'768;

inline constexpr std::size_t kLineBytes = 256 * 1024;  // of a child's output
// What one turn takes of one pipe; then others have their turn, and a child that writes faster
// waits.
inline constexpr std::size_t kReadsPerTurn = 4;  // of 16 KiB: what a pipe holds
inline constexpr std::size_t kLinesPerTurn = 500;
inline constexpr std::size_t kReadsAfterExit = 128;  // what the largest pipe still holds, twice
// How long the start of a process may take, and how long we wait for what it left to be gone.
inline constexpr std::chrono::seconds kSpawnPatience{10};
inline constexpr std::chrono::seconds kSupervisorFarewell{2};

}  // namespace loopgate::io
