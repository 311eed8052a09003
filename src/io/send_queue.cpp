#include "io/send_queue.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "io/limits.h"
#include "io/system_message.h"

namespace loopgate::io {

void SendQueue::push(const Endpoint& to, ByteSpan payload, std::uint64_t tag) {
  Entry& entry = queued_.emplace_back();
  entry.to_length = to_socket_address(to, entry.to);
  entry.offset = static_cast<std::uint32_t>(arena_.size());
  entry.length = static_cast<std::uint32_t>(payload.size());
  entry.tag = tag;
  arena_.insert(arena_.end(), payload.begin(), payload.end());
}

bool SendQueue::flush(int descriptor, std::vector<Failure>& failures) {
  std::array<mmsghdr, kSendBatch> headers;
  std::array<iovec, kSendBatch> buffers;
  while (!empty()) {
    const auto count = std::min(datagrams(), kSendBatch);
    for (std::size_t i = 0; i < count; ++i) {
      Entry& entry = queued_[next_ + i];
      buffers[i] = {arena_.data() + entry.offset, entry.length};
      headers[i] = {};
      headers[i].msg_hdr.msg_name = &entry.to;
      headers[i].msg_hdr.msg_namelen = entry.to_length;
      headers[i].msg_hdr.msg_iov = &buffers[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    const int sent =
        ::sendmmsg(descriptor, headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    if (sent > 0) {
      next_ += static_cast<std::size_t>(sent);
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    // The error is that of the first datagram, and concerns it alone.
    const Entry& refused = queued_[next_];
    failures.push_back({from_socket_address(refused.to), refused.tag, system_message(errno)});
    ++next_;
  }
  clear();
  return true;
}

void SendQueue::clear() {
  queued_.clear();
  arena_.clear();
  next_ = 0;
  // What one burst of large datagrams needed is not kept.
  if (arena_.capacity() > 2 * kSendBatchBytes) arena_.shrink_to_fit();
}

}  // namespace loopgate::io
