#include "cli/tunnel_client.h"

namespace loopgate::cli {

TunnelClient::TunnelClient(const WireguardConfig& config, Clock& clock, Random& random,
                           Events events)
    : clock_(clock),
      events_(std::move(events)),
      device_(config.private_key, random),
      timer_(clock) {
  wireguard::PeerConfig server;
  server.key = config.server;
  server.psk = config.preshared_key;
  server.initiates = true;
  server.endpoint = config.endpoint;
  server.persistent_keepalive = std::chrono::seconds(config.persistent_keepalive);
  server_ = device_.add_peer(server, moment(), outputs_);
}

Result<std::unique_ptr<TunnelClient>> TunnelClient::open(const WireguardConfig& config,
                                                         Network& network, Clock& clock,
                                                         Random& random, Events events) {
  std::unique_ptr<TunnelClient> client(new TunnelClient(config, clock, random, std::move(events)));
  Endpoint any;
  if (config.endpoint->address.is_v6()) any.address = *IpAddress::parse("::");
  auto socket = network.open(any, *client);
  if (!socket) return std::unexpected(socket.error());
  client->socket_ = std::move(*socket);
  client->drain(client->outputs_);
  return client;
}

void TunnelClient::send(ByteSpan plaintext, wireguard::Padding padding) {
  const auto sent = device_.send(server_, plaintext, padding, moment(), outputs_);
  if (!sent) events_.on_failed(std::string(describe(sent.error()).remedy));
  drain(outputs_);
}

void TunnelClient::on_datagrams(std::span<const Datagram> datagrams) {
  for (const auto& datagram : datagrams) {
    device_.receive(datagram.payload, datagram.from, moment(), 0, outputs_);
  }
  drain(outputs_);
}

void TunnelClient::on_send_failed(const Endpoint& to, std::uint64_t, const std::string& error) {
  events_.on_failed(to.to_string() + ": " + error);
}

void TunnelClient::drain(wireguard::Outputs& outputs) {
  for (const auto& output : outputs.items()) {
    if (const auto* transmit = std::get_if<wireguard::Transmit>(&output)) {
      socket_->send(transmit->to, transmit->bytes, 0);
    } else if (const auto* plaintext = std::get_if<wireguard::Plaintext>(&output)) {
      events_.on_plaintext(plaintext->bytes);
    } else if (const auto* discard = std::get_if<wireguard::Discard>(&output)) {
      events_.on_failed(std::string(describe(discard->reason).remedy));
    }
  }
  outputs.clear();
  socket_->flush();
  schedule();
}

void TunnelClient::schedule() {
  const auto deadline = device_.next_deadline();
  if (!deadline) return timer_.cancel();
  timer_.set_at(deadline->at, [this] {
    device_.on_deadline(moment(), outputs_);
    drain(outputs_);
  });
}

}  // namespace loopgate::cli
