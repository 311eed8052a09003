// How the gateway sends and receives datagrams, without knowing the kernel: io/udp implements it on
// real sockets, scenario/sim_network in memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "base/result.h"

namespace loopgate {

struct Datagram {
  ByteSpan payload;  // valid during the call only
  Endpoint from;
};

class DatagramReceiver {
 public:
  virtual ~DatagramReceiver() = default;
  // What one drain of the socket brought, in order of arrival; never empty.
  virtual void on_datagrams(std::span<const Datagram> datagrams) = 0;
  // The kernel dropped `count` datagrams since the last call (SO_RXQ_OVFL).
  virtual void on_receive_overflow(std::uint32_t count) = 0;
  // A datagram could not be sent; `tag` is what `send` was given with it.
  virtual void on_send_failed(const Endpoint& to, std::uint64_t tag, const std::string& error) = 0;
};

class DatagramSocket {
 public:
  virtual ~DatagramSocket() = default;
  virtual Endpoint local() const = 0;
  // False when nothing can go there at all: it is of another address family.
  virtual bool reaches(const IpAddress& address) const = 0;
  // Copies `payload` into the send queue, which leaves at the end of the turn or when it is full.
  // `tag` is the sender's own, for `on_send_failed`.
  virtual void send(const Endpoint& to, ByteSpan payload, std::uint64_t tag) = 0;
  virtual void flush() = 0;
};

class Network {
 public:
  virtual ~Network() = default;
  // Port 0 picks a free one. The receiver outlives the socket.
  virtual Result<std::unique_ptr<DatagramSocket>> open(const Endpoint& local,
                                                       DatagramReceiver& receiver) = 0;
  // True for addresses of this machine (loopback and its interfaces).
  virtual bool is_local(const IpAddress& address) const = 0;
};

}  // namespace loopgate
