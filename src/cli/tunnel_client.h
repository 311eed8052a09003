// A WireGuard client on the loop: one session with one listener, for `send --wg`. Shakes hands when
// there is something to send, then sends and receives the plaintexts.
#pragma once

#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/network.h"
#include "base/random.h"
#include "cli/wireguard_config.h"
#include "wireguard/device.h"

namespace loopgate::cli {

class TunnelClient final : public DatagramReceiver {
 public:
  struct Events {
    std::function<void(ByteSpan plaintext)> on_plaintext;
    std::function<void(std::string problem)> on_failed;
  };

  // `config.endpoint` is set.
  static Result<std::unique_ptr<TunnelClient>> open(const WireguardConfig& config, Network& network,
                                                    Clock& clock, Random& random, Events events);

  // Leaves when the handshake is done.
  void send(ByteSpan plaintext, wireguard::Padding padding);
  Endpoint local() const { return socket_->local(); }

  void on_datagrams(std::span<const Datagram> datagrams) override;
  void on_receive_overflow(std::uint32_t) override {}
  void on_send_failed(const Endpoint& to, std::uint64_t tag, const std::string& error) override;

 private:
  TunnelClient(const WireguardConfig& config, Clock& clock, Random& random, Events events);
  wireguard::Moment moment() const { return {clock_.now(), clock_.wall()}; }
  void drain(wireguard::Outputs& outputs);
  void schedule();

  Clock& clock_;
  Events events_;
  wireguard::Device device_;
  wireguard::PeerId server_{};
  wireguard::Outputs outputs_;
  std::unique_ptr<DatagramSocket> socket_;
  ScopedTimer timer_;
};

}  // namespace loopgate::cli
