// What left for clients that were injected: a bounded ring, read by whoever injected them.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "base/clock.h"
#include "sandbox.h"

namespace loopgate {

class CapturedDatagrams {
 public:
  // Payloads kept; the oldest go first. A request's worth of replayed datagrams (control.cpp) that
  // are all answered at once, several times and as large as can be.
  static constexpr std::size_t kMaxBytes = 64 * 1024 * 1024;

  explicit CapturedDatagrams(Clock& clock) : clock_(clock) {}

  void add(CapturedDatagram datagram);
  // At most `limit` behind `after`, and no more once they have `bytes` of payload.
  std::vector<CapturedDatagram> read(std::uint64_t after, std::size_t limit,
                                     std::size_t bytes = kMaxBytes) const;
  std::uint64_t last_seq() const { return last_seq_; }
  // How many behind `after` made room for others and cannot be read any more.
  std::uint64_t lost_since(std::uint64_t after) const;

  // Calls back once: as soon as there is one after `after`, or when `wait` is over.
  void wait(std::uint64_t after, Duration wait, std::function<void()> callback);
  // Lets go of all, and calls back whoever waits.
  void clear();

 private:
  struct Waiter {
    std::uint64_t after = 0;
    std::function<void()> callback;
    ScopedTimer timer;
  };
  void wake();

  Clock& clock_;
  std::deque<CapturedDatagram> datagrams_;
  std::size_t bytes_ = 0;
  std::uint64_t last_seq_ = 0;
  std::uint64_t cleared_ = 0;  // the last one when all were let go
  std::uint64_t last_waiter_ = 0;
  std::map<std::uint64_t, Waiter> waiters_;
};

}  // namespace loopgate
