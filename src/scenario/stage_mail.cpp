// Who is where, and what came there: over the network, or through a client's tunnel.
#include "scenario/stage.h"

namespace loopgate::scenario {

Endpoint Stage::place_of(const ClientSetup& client) const {
  const auto tunnel = tunnels_.find(client.name);
  return tunnel == tunnels_.end() ? client.endpoint : tunnel->second->at();
}

std::string Stage::call(const Endpoint& endpoint) const {
  for (const auto& client : scenario_.setup.clients) {
    if (place_of(client) == endpoint) return client.name;
  }
  return endpoint.to_string();
}

WireguardClient* Stage::tunnel(const Endpoint& client) const {
  for (const auto& [name, tunnel] : tunnels_) {
    if (tunnel->at() == client) return tunnel.get();
  }
  return nullptr;
}

std::optional<Mail> Stage::peek_mail(const Endpoint& client) const {
  if (const auto* through = tunnel(client); through != nullptr) {
    if (through->received().empty()) return std::nullopt;
    return through->received().front();
  }
  const auto* arrival = network_.peek(client);
  if (arrival == nullptr) return std::nullopt;
  return Mail{arrival->from, arrival->payload};
}

std::optional<Mail> Stage::take_mail(const Endpoint& client) {
  if (auto* through = tunnel(client); through != nullptr) return through->take();
  auto arrival = network_.take(client);
  if (!arrival) return std::nullopt;
  return Mail{arrival->from, std::move(arrival->payload)};
}

std::vector<Endpoint> Stage::with_mail() const {
  auto out = network_.with_mail();
  for (const auto& [name, tunnel] : tunnels_) {
    if (!tunnel->received().empty()) out.push_back(tunnel->at());
  }
  return out;
}

std::size_t Stage::waiting(const Endpoint& client) const {
  if (const auto* through = tunnel(client); through != nullptr) return through->received().size();
  return network_.waiting(client);
}

}  // namespace loopgate::scenario
