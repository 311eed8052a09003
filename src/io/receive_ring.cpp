#include "io/receive_ring.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace loopgate::io {

namespace {

// Apart by more than a datagram and by no multiple of the page size: first bytes that all lay at
// the same offset of a page would compete for the same few lines of the processor's cache.
constexpr std::size_t kStride = kMaxDatagram + 1 + 1024;
constexpr std::size_t kMemory = kStride * kReceiveBatch;

constexpr int kReceiveAttempts = 4;

std::uint32_t dropped_in_all(msghdr& header) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SO_RXQ_OVFL) continue;
    std::uint32_t count = 0;
    std::memcpy(&count, CMSG_DATA(part), sizeof(count));
    return count;
  }
  return 0;
}

}  // namespace

ReceiveRing::ReceiveRing() {
  void* mapped = ::mmap(nullptr, kMemory, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  LOOPGATE_CHECK(mapped != MAP_FAILED);
  // Huge pages would make all of it resident at the first datagram.
  ::madvise(mapped, kMemory, MADV_NOHUGEPAGE);
  memory_ = static_cast<std::byte*>(mapped);
  headers_ = {};
  for (std::size_t i = 0; i < kReceiveBatch; ++i) {
    slots_[i].buffer = {memory_ + i * kStride, kMaxDatagram};
    msghdr& header = headers_[i].msg_hdr;
    header.msg_name = &slots_[i].from;
    header.msg_namelen = sizeof(SocketAddress);
    header.msg_iov = &slots_[i].buffer;
    header.msg_iovlen = 1;
    header.msg_control = slots_[i].control.data();
    header.msg_controllen = sizeof(slots_[i].control);
  }
}

ReceiveRing::~ReceiveRing() {
  ::munmap(memory_, kMemory);
}

ReceivedBatch ReceiveRing::receive(int descriptor) {
  int count = -1;
  // An asynchronous error of an earlier datagram (ICMP) is said once, and is none of the socket's.
  for (int attempt = 0; count < 0 && attempt < kReceiveAttempts; ++attempt) {
    count = ::recvmmsg(descriptor, headers_.data(), kReceiveBatch, MSG_DONTWAIT, nullptr);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
  }
  if (count <= 0) return {.datagrams = {}, .dropped_in_all = 0, .drained = true};

  ReceivedBatch batch;
  const auto received = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < received; ++i) {
    msghdr& header = headers_[i].msg_hdr;
    datagrams_[i].payload =
        ByteSpan(static_cast<const std::byte*>(slots_[i].buffer.iov_base), headers_[i].msg_len);
    datagrams_[i].from = from_socket_address(slots_[i].from);
    if (header.msg_controllen > 0) {
      if (const auto dropped = dropped_in_all(header)) batch.dropped_in_all = dropped;
    }
    header.msg_namelen = sizeof(SocketAddress);
    header.msg_controllen = sizeof(slots_[i].control);
  }
  batch.datagrams = std::span<const Datagram>(datagrams_.data(), received);
  batch.drained = received < kReceiveBatch;
  return batch;
}

}  // namespace loopgate::io
