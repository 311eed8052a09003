// The network of a scenario: listeners' sockets and clients in memory. A datagram arrives at a
// client the moment it is sent; nothing is lost, reordered or delayed unless the scenario says so.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/network.h"

namespace loopgate::scenario {

class SimNetwork final : public Network {
 public:
  struct Arrival {
    Endpoint from;
    Bytes payload;
  };

  // Its address counts as one of this machine.
  void add_client(const Endpoint& client) { local_.insert(client.address); }
  // What is sent there fails, as with a kernel that has no route.
  void set_unreachable(const Endpoint& client) { unreachable_.insert(client); }
  // How many datagrams a listener's socket holds between two drains; more are lost. 0: all.
  void set_receive_buffer(std::size_t datagrams) { receive_buffer_ = datagrams; }

  // From a client to a socket, in one drain. False when no socket is bound to `to`.
  bool send(const Endpoint& from, const Endpoint& to, std::span<const ByteSpan> payloads);

  // The oldest datagram that `client` was sent and nobody took.
  const Arrival* peek(const Endpoint& client) const;
  std::optional<Arrival> take(const Endpoint& client);
  std::size_t waiting(const Endpoint& client) const;
  // Everybody who has something waiting, in order of address.
  std::vector<Endpoint> with_mail() const;
  // How many datagrams found an inbox full.
  std::size_t lost() const { return lost_; }

  // Delivers what one socket sent to another, and tells sockets what they could not send. Neither
  // happens inside the sender's call. False when there was nothing.
  bool pump();

  Result<std::unique_ptr<DatagramSocket>> open(const Endpoint& local,
                                               DatagramReceiver& receiver) override;
  bool is_local(const IpAddress& address) const override;

 private:
  class Socket;
  struct Transit {
    Endpoint from;
    Endpoint to;
    Bytes payload;
    std::uint64_t tag = 0;
    bool failed = false;
  };

  void leave(const Endpoint& from, const Endpoint& to, ByteSpan payload, std::uint64_t tag);
  void arrive(const Endpoint& client, Arrival arrival);
  std::optional<Endpoint> free_port(const IpAddress& address) const;

  std::map<Endpoint, DatagramReceiver*> sockets_;
  std::map<Endpoint, std::deque<Arrival>> inboxes_;
  std::size_t inbox_datagrams_ = 0;
  std::size_t inbox_bytes_ = 0;
  std::size_t lost_ = 0;
  std::deque<Transit> transit_;
  std::set<IpAddress> local_;
  std::set<Endpoint> unreachable_;
  std::size_t receive_buffer_ = 0;
};

}  // namespace loopgate::scenario
