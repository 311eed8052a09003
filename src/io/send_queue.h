// Datagrams on their way out of one socket: copied here, handed to the kernel by sendmmsg.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/network.h"
#include "io/socket_address.h"

namespace loopgate::io {

class SendQueue {
 public:
  struct Failure {
    Endpoint to;
    std::uint64_t tag;
    std::string error;
  };

  bool empty() const { return queued_.size() == next_; }
  std::size_t datagrams() const { return queued_.size() - next_; }
  std::size_t bytes() const { return arena_.size(); }

  // `tag` comes back with a failure. `from` is the local address to leave from; null: the socket's.
  void push(const Endpoint& to, ByteSpan payload, std::uint64_t tag, const IpAddress* from);

  // Sends what the kernel takes; what it refuses is dropped into `failures`, and the rest goes on.
  // False when its buffer is full: what is left waits for it.
  bool flush(int descriptor, std::vector<Failure>& failures);

 private:
  struct Entry {
    SocketAddress to;
    socklen_t to_length;
    std::uint32_t offset;
    std::uint32_t length;
    std::uint64_t tag;
  };
  // ip(7), ipv6(7): the ancillary data that names the address to leave from; of no size for none.
  struct Source {
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(in6_pktinfo))> control;
    std::size_t size = 0;
  };
  static Source source_of(const IpAddress& address);
  void clear();
  void set_source(msghdr& header, std::size_t entry);

  std::vector<Entry> queued_;
  // Beside `queued_` as far as an entry has one: those of most sockets never do.
  std::vector<Source> sources_;
  std::size_t next_ = 0;  // the first of `queued_` that has not left
  Bytes arena_;           // the payloads
};

}  // namespace loopgate::io
