#include "io/send_queue.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

#include "io/limits.h"
#include "io/system_message.h"

namespace loopgate::io {

namespace {

// The ancillary data of one message as the kernel wants it: gives its size.
template <class Info>
std::size_t write_control(std::span<std::byte> control, int level, int type, const Info& info) {
  msghdr header{};
  header.msg_control = control.data();
  header.msg_controllen = CMSG_SPACE(sizeof(info));
  cmsghdr* const part = CMSG_FIRSTHDR(&header);
  part->cmsg_level = level;
  part->cmsg_type = type;
  part->cmsg_len = CMSG_LEN(sizeof(info));
  std::memcpy(CMSG_DATA(part), &info, sizeof(info));
  return header.msg_controllen;
}

}  // namespace

SendQueue::Source SendQueue::source_of(const IpAddress& address) {
  Source out{};
  if (address.is_v4()) {
    in_pktinfo info{};
    info.ipi_spec_dst.s_addr = htonl(address.v4_host_order());
    out.size = write_control(out.control, IPPROTO_IP, IP_PKTINFO, info);
  } else {
    in6_pktinfo info{};
    std::memcpy(&info.ipi6_addr, address.bytes().data(), sizeof(info.ipi6_addr));
    out.size = write_control(out.control, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  return out;
}

void SendQueue::push(const Endpoint& to, ByteSpan payload, std::uint64_t tag,
                     const IpAddress* from) {
  Entry& entry = queued_.emplace_back();
  entry.to_length = to_socket_address(to, entry.to);
  entry.offset = static_cast<std::uint32_t>(arena_.size());
  entry.length = static_cast<std::uint32_t>(payload.size());
  entry.tag = tag;
  arena_.insert(arena_.end(), payload.begin(), payload.end());
  if (from == nullptr) return;
  sources_.resize(queued_.size());
  sources_.back() = source_of(*from);
}

void SendQueue::set_source(msghdr& header, std::size_t entry) {
  if (entry >= sources_.size() || sources_[entry].size == 0) return;
  header.msg_control = sources_[entry].control.data();
  header.msg_controllen = sources_[entry].size;
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
      set_source(headers[i].msg_hdr, next_ + i);
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
  sources_.clear();
  arena_.clear();
  next_ = 0;
  // What one burst of large datagrams needed is not kept.
  if (arena_.capacity() > 2 * kSendBatchBytes) arena_.shrink_to_fit();
}

}  // namespace loopgate::io
