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

// What the kernel attached to a datagram (socket(7), ip(7), ipv6(7)).
struct Attached {
  std::uint32_t dropped_in_all = 0;
  std::optional<IpAddress> sent_to;
};

template <class Value>
Value value_of(const cmsghdr* part) {
  Value value;
  std::memcpy(&value, CMSG_DATA(part), sizeof(value));
  return value;
}

Attached attached_to(msghdr& header) {
  Attached out;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_RXQ_OVFL) {
      out.dropped_in_all = value_of<std::uint32_t>(part);
    } else if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
      out.sent_to = IpAddress::v4(ntohl(value_of<in_pktinfo>(part).ipi_spec_dst.s_addr));
    } else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
      const auto info = value_of<in6_pktinfo>(part);
      if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) continue;  // nothing can leave from there
      out.sent_to =
          IpAddress::v6(std::as_bytes(std::span<const std::uint8_t, 16>(info.ipi6_addr.s6_addr)));
    }
  }
  return out;
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
  if (count <= 0) return {.datagrams = {}, .dropped_in_all = 0, .sent_to = {}, .drained = true};

  ReceivedBatch batch;
  const auto received = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < received; ++i) {
    msghdr& header = headers_[i].msg_hdr;
    datagrams_[i].payload =
        ByteSpan(static_cast<const std::byte*>(slots_[i].buffer.iov_base), headers_[i].msg_len);
    datagrams_[i].from = from_socket_address(slots_[i].from);
    sent_to_[i].reset();
    if (header.msg_controllen > 0) {
      const auto attached = attached_to(header);
      if (attached.dropped_in_all != 0) batch.dropped_in_all = attached.dropped_in_all;
      sent_to_[i] = attached.sent_to;
    }
    header.msg_namelen = sizeof(SocketAddress);
    header.msg_controllen = sizeof(slots_[i].control);
  }
  batch.datagrams = std::span<const Datagram>(datagrams_.data(), received);
  batch.sent_to = std::span<const std::optional<IpAddress>>(sent_to_.data(), received);
  batch.drained = received < kReceiveBatch;
  return batch;
}

}  // namespace loopgate::io
