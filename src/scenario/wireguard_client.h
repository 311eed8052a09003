// A WireGuard client of a scenario: a tunnel to one listener over the scenario's network. It shakes
// hands when there is something to send and keeps its timers on the sandbox's clock.
#pragma once

#include <deque>
#include <optional>

#include "base/clock.h"
#include "base/random.h"
#include "sandbox.h"
#include "scenario/mail.h"
#include "scenario/sim_network.h"
#include "scenario/wireguard_setup.h"
#include "wireguard/device.h"

namespace loopgate::scenario {

class WireguardClient {
 public:
  // All of them outlive the client. `at` is its address on the wire.
  WireguardClient(const WireguardSetup& setup, const Endpoint& at, std::uint64_t seed,
                  Sandbox& sandbox, SimNetwork& network);

  const Endpoint& at() const { return at_; }
  const std::string& listener() const { return setup_.listener; }
  const std::optional<Endpoint>& inner_address() const { return setup_.inner_address; }

  // From now on it sends from there, and is found there.
  void roam(const Endpoint& to);

  // Through the tunnel; leaves when there is a session. With `inner` as a UDP packet, else as it
  // is.
  Status send(ByteSpan payload, const std::optional<InnerAddresses>& inner);
  // Begins `count` handshakes; their first messages reach the listener in one drain of its socket.
  Status handshake(std::size_t count);
  // Sends the last message of that type again: an initiation, or data that was no keep-alive.
  // `altered`: with one bit of its end turned around.
  Status replay(wireguard::MessageType type, const Endpoint& from, bool altered);

  // Takes in what the network has for it. False when there was nothing.
  bool pump();

  // Plaintexts that no step has looked at, oldest first.
  const std::deque<Mail>& received() const { return received_; }
  std::optional<Mail> take();

 private:
  wireguard::Moment moment() const { return {clock_.now(), clock_.wall()}; }
  Status find_server();
  void drain();
  void keep(const wireguard::Transmit& out);
  void schedule();

  const WireguardSetup& setup_;
  Endpoint at_;
  Sandbox& sandbox_;
  SimNetwork& network_;
  Clock& clock_;
  Random random_;
  wireguard::Device device_;
  wireguard::PeerId server_ = wireguard::PeerId::kNone;
  Endpoint server_at_;
  wireguard::Outputs outputs_;
  std::deque<Mail> received_;
  Bytes last_initiation_;
  Bytes last_data_;
  ScopedTimer timer_;
};

}  // namespace loopgate::scenario
