#include "gateway/deployment/wireguard_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "gateway/limits.h"

namespace loopgate::gateway {

using nlohmann::json;

namespace {

constexpr std::string_view kNotAKey = "must be the base64 of 32 bytes (44 characters)";

// A secret is never quoted.
wireguard::SecretKey parse_secret(Properties& properties, std::string_view name) {
  const auto text = properties.text(name);
  if (!text) return {};
  if (const auto key = wireguard::SecretKey::parse(*text)) return *key;
  properties.fail(name, kNotAKey);
  return {};
}

std::vector<Cidr> parse_allowed_ips(Properties& peer) {
  std::vector<Cidr> out;
  const auto networks = peer.texts("AllowedIPs", kMaxAllowedIps);
  for (std::size_t i = 0; i < networks.size(); ++i) {
    if (networks[i].empty() || is_unresolved(networks[i])) continue;
    const auto problem = parse_allowed_ip(networks[i], out);
    if (!problem.empty()) peer.fail(fmt::format("AllowedIPs/{}", i), problem);
  }
  return out;
}

bool is_empty_text(const json* value) {
  return value != nullptr && value->is_string() && value->get_ref<const std::string&>().empty();
}

std::optional<PeerSpec> parse_peer(const json& value, const std::string& pointer,
                                   ConfigNotes& notes) {
  Properties peer(&value, pointer, notes);
  // A template's parameter that nobody set: whatever else the peer says is not read.
  if (is_empty_text(peer.get("PublicKey"))) {
    notes.warnings.push_back(
        fmt::format("{}.PublicKey: is empty; this peer is ignored", field_name(pointer)));
    return std::nullopt;
  }
  PeerSpec out;
  out.allowed_ips = parse_allowed_ips(peer);
  out.psk = parse_secret(peer, "SharedSecret");
  const auto text = peer.required("PublicKey");
  peer.warn_of_unknown();
  if (!text) return std::nullopt;
  const auto key = wireguard::PublicKey::parse(*text);
  if (!key) {
    peer.fail("PublicKey", kNotAKey);
    return std::nullopt;
  }
  out.key = *key;
  return out;
}

std::vector<PeerSpec> parse_peers(Properties& listener) {
  std::vector<PeerSpec> out;
  const json* value = listener.get("Peers");
  if (value == nullptr) return out;
  if (!value->is_array() || value->size() > kMaxNamedPeers) {
    listener.fail("Peers", fmt::format("must be a list of at most {}", kMaxNamedPeers));
    return out;
  }
  std::set<wireguard::PublicKey> keys;
  for (std::size_t i = 0; i < value->size(); ++i) {
    if ((*value)[i].is_null()) continue;
    const std::string pointer = fmt::format("{}/{}", listener.pointer("Peers"), i);
    auto peer = parse_peer((*value)[i], pointer, listener.notes());
    if (!peer) continue;
    if (keys.insert(peer->key).second) {
      out.push_back(std::move(*peer));
    } else {
      listener.notes().warnings.push_back(fmt::format(
          "{}.PublicKey: stands in this list already; the first one counts", field_name(pointer)));
    }
  }
  return out;
}

}  // namespace

bool PeerSpec::admits(const IpAddress& inner_source) const {
  return allowed_ips.empty() || std::ranges::any_of(allowed_ips, [&](const Cidr& network) {
           return network.contains(inner_source);
         });
}

std::string parse_allowed_ip(const std::string& text, std::vector<Cidr>& out) {
  const auto network = Cidr::parse(text);
  if (!network) {
    return fmt::format("\"{}\" is not an IP network (10.0.0.2/32, fd00::/64) or address", text);
  }
  out.push_back(*network);
  return {};
}

WireguardSpec parse_wireguard(Properties& listener) {
  WireguardSpec out;
  out.peers = parse_peers(listener);
  const json* allow = listener.get("AllowUnknownPeers");
  const bool not_known_yet =
      allow != nullptr && allow->is_string() && is_unresolved(allow->get_ref<const std::string&>());
  out.allow_unknown = listener.boolean("AllowUnknownPeers").value_or(false);
  out.unknown_psk = parse_secret(listener, "UnknownPeerPreSharedKey");
  if (listener.text("UnknownPeerPreSharedKey") && !out.allow_unknown && !not_known_yet) {
    listener.fail("UnknownPeerPreSharedKey", "needs AllowUnknownPeers to be true");
  }
  out.key_refresh_token = listener.text("KeyRefreshToken").value_or("");
  return out;
}

}  // namespace loopgate::gateway
