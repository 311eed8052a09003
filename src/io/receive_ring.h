// The buffers that every UDP socket of a network shares: one batch of recvmmsg, valid until the
// next.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/network.h"
#include "io/limits.h"
#include "io/socket_address.h"

namespace loopgate::io {

struct ReceivedBatch {
  std::span<const Datagram> datagrams;
  // SO_RXQ_OVFL: how many the kernel has dropped since the socket was opened, as of the last
  // datagram (modulo 2^32); 0 when it said nothing.
  std::uint32_t dropped_in_all = 0;
  // By datagram: the local address that it was sent to, on sockets that are bound to all.
  std::span<const std::optional<IpAddress>> sent_to;
  bool drained = false;  // the socket had nothing more
};

class ReceiveRing {
 public:
  ReceiveRing();
  ~ReceiveRing();
  ReceiveRing(const ReceiveRing&) = delete;
  ReceiveRing& operator=(const ReceiveRing&) = delete;

  ReceivedBatch receive(int descriptor);

 private:
  struct Slot {
    SocketAddress from;
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(std::uint32_t)) +
                                               CMSG_SPACE(sizeof(in6_pktinfo))> control;
    iovec buffer;
  };

  std::byte* memory_;  // mapped, resident only where datagrams have been
  std::array<Slot, kReceiveBatch> slots_;
  std::array<mmsghdr, kReceiveBatch> headers_;
  std::array<Datagram, kReceiveBatch> datagrams_;
  std::array<std::optional<IpAddress>, kReceiveBatch> sent_to_;
};

}  // namespace loopgate::io
