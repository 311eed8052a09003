#include "sandbox/captured_datagrams.h"

#include <algorithm>
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

std::vector<CapturedDatagram> CapturedDatagrams::read(std::uint64_t after, std::size_t limit,
                                                      std::size_t bytes) const {
  std::vector<CapturedDatagram> out;
  std::size_t read = 0;
  auto next = std::ranges::upper_bound(datagrams_, after, {}, &CapturedDatagram::seq);
  for (; next != datagrams_.end() && out.size() < limit && read < bytes; ++next) {
    read += next->payload.size();
    out.push_back(*next);
  }
  return out;
}

std::uint64_t CapturedDatagrams::lost_since(std::uint64_t after) const {
  after = std::max(after, cleared_);
  const std::uint64_t gone = last_seq_ - datagrams_.size();
  return gone > after ? gone - after : 0;
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
  cleared_ = last_seq_;
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
