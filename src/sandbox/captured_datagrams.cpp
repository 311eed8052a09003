#include "sandbox/captured_datagrams.h"

#include <utility>

namespace loopgate {

void CapturedDatagrams::add(CapturedDatagram datagram) {
  datagram.seq = ++last_seq_;
  bytes_ += datagram.payload.size();
  datagrams_.push_back(std::move(datagram));
  while (bytes_ > kMaxBytes && datagrams_.size() > 1) {
    bytes_ -= datagrams_.front().payload.size();
    datagrams_.pop_front();
  }
  wake();
}

std::vector<CapturedDatagram> CapturedDatagrams::read(std::uint64_t after,
                                                      std::size_t limit) const {
  std::vector<CapturedDatagram> out;
  for (const auto& datagram : datagrams_) {
    if (datagram.seq > after && out.size() < limit) out.push_back(datagram);
  }
  return out;
}

void CapturedDatagrams::wait(std::uint64_t after, Duration wait, std::function<void()> callback) {
  if (last_seq_ > after || wait <= Duration{}) return callback();
  const auto id = ++last_waiter_;
  auto& waiter = waiters_[id];
  waiter = {after, std::move(callback), ScopedTimer(clock_)};
  waiter.timer.set_after(wait, [this, id] {
    auto node = waiters_.extract(id);
    node.mapped().callback();
  });
}

void CapturedDatagrams::clear() {
  datagrams_.clear();
  bytes_ = 0;
  for (auto& [id, waiter] : std::exchange(waiters_, {})) waiter.callback();
}

void CapturedDatagrams::wake() {
  std::vector<std::function<void()>> ready;
  std::erase_if(waiters_, [&](auto& entry) {
    if (entry.second.after >= last_seq_) return false;
    ready.push_back(std::move(entry.second.callback));
    return true;
  });
  for (const auto& callback : ready) callback();
}

}  // namespace loopgate
