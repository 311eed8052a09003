#include "sandbox/wireguard_documents.h"

namespace loopgate {

namespace {

double in_seconds(Duration duration) {
  return static_cast<double>(std::chrono::floor<std::chrono::milliseconds>(duration).count()) /
         1000;
}

}  // namespace

nlohmann::ordered_json describe_peers(const std::vector<gateway::PeerSession>& peers) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& peer : peers) {
    nlohmann::ordered_json row = {{"listener", peer.listener},
                                  {"region", peer.region},
                                  {"peer", peer.peer_key},
                                  {"named", peer.named},
                                  {"session", peer.state}};
    if (peer.endpoint) row["endpoint"] = peer.endpoint->to_string();
    if (peer.age) row["age_s"] = in_seconds(*peer.age);
    if (peer.since_handshake) row["handshake_ago_s"] = in_seconds(*peer.since_handshake);
    row["rx_packets"] = peer.rx_packets;
    row["rx_bytes"] = peer.rx_bytes;
    row["tx_packets"] = peer.tx_packets;
    row["tx_bytes"] = peer.tx_bytes;
    if (peer.deadline_in) {
      row["next"] = peer.deadline;
      row["next_in_s"] = in_seconds(*peer.deadline_in);
    }
    out.push_back(std::move(row));
  }
  return {{"peers", out}};
}

nlohmann::ordered_json describe_wireguard(const gateway::TunnelInfo& info) {
  nlohmann::ordered_json out = {{"name", info.name}, {"public_key", info.public_key}};
  out["addresses"] = nlohmann::ordered_json::object();
  for (const auto& [region, endpoint] : info.addresses)
    out["addresses"][region] = endpoint.to_string();
  out["decapsulated"] = info.decapsulated;
  out["allow_unknown"] = info.allow_unknown;
  if (!info.unknown_preshared_key.empty())
    out["unknown_preshared_key"] = info.unknown_preshared_key;
  out["peers"] = nlohmann::ordered_json::array();
  for (const auto& peer : info.peers) {
    nlohmann::ordered_json row = {{"public_key", peer.public_key},
                                  {"allowed_ips", peer.allowed_ips}};
    if (!peer.preshared_key.empty()) row["preshared_key"] = peer.preshared_key;
    out["peers"].push_back(std::move(row));
  }
  return out;
}

}  // namespace loopgate
