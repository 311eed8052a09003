// The half of the gateway that looks into `wg` listeners.
#include <fmt/format.h>

#include <iterator>

#include "gateway/gateway.h"

namespace loopgate::gateway {

namespace {

constexpr std::string_view kNotAKey = "is not the base64 of 32 bytes";

}  // namespace

Result<Listener*> Gateway::find_wireguard(const std::string& wanted) const {
  const auto found = find_listener(wanted);
  if (found && (*found)->wireguard() == nullptr) {
    return fail(fmt::format("{} is a udp listener; this takes a wg one", wanted));
  }
  return found;
}

Status Gateway::inject_inner(const std::string& listener, const std::string& region,
                             const Endpoint& from, std::string_view peer_key, ByteSpan plaintext) {
  const auto found = find_wireguard(listener);
  if (!found) return std::unexpected(found.error());
  const auto index = region.empty() ? RegionIndex{0} : context_.region_index(region);
  if (!index) return fail(fmt::format("{} is none of the ingress regions", region));
  const auto key = wireguard::PublicKey::parse(peer_key);
  if (!key) return fail(fmt::format("the peer's public key {}", kNotAKey));
  if (plaintext.empty()) return {};  // a keep-alive: never delivered
  if (plaintext.size() > kMaxDatagramV6) return fail("the payload does not fit a datagram");
  (*found)->inject_inner(*index, from, *key, plaintext);
  return {};
}

void Gateway::set_key_log_observer(KeyLogObserver observer) {
  context_.key_log = std::move(observer);
  for (const auto& [name, listener] : listeners_) {
    if (listener->wireguard() != nullptr) listener->wireguard()->key_log_changed();
  }
}

Result<std::vector<PeerInfo>> Gateway::peers(const std::string& wanted) const {
  const Listener* only = nullptr;
  if (!wanted.empty()) {
    const auto found = find_wireguard(wanted);
    if (!found) return std::unexpected(found.error());
    only = *found;
  }
  std::vector<PeerInfo> out;
  for (const auto& [name, listener] : listeners_) {
    if (listener->wireguard() == nullptr || (only != nullptr && listener.get() != only)) continue;
    for (PeerInfo& row : listener->wireguard()->peers()) {
      row.listener = name;
      out.push_back(std::move(row));
    }
  }
  return out;
}

Result<WireGuardListenerInfo> Gateway::wireguard_info(const std::string& wanted) const {
  const auto found = find_wireguard(wanted);
  if (!found) return std::unexpected(found.error());
  WireGuardListenerInfo out = (*found)->wireguard()->info();
  const ListenerInfo listener = (*found)->info();
  out.name = listener.name;
  for (const auto& [region, endpoint] : listener.addresses) {
    out.addresses.push_back({region, endpoint});
  }
  return out;
}

Status Gateway::add_peer(const std::string& wanted, const std::string& public_key,
                         const std::vector<std::string>& allowed_ips,
                         const std::string& preshared_key) {
  const auto found = find_wireguard(wanted);
  if (!found) return std::unexpected(found.error());
  const auto key = wireguard::PublicKey::parse(public_key);
  if (!key) return fail(fmt::format("the public key {}", kNotAKey));
  PeerSpec peer{.key = *key};
  if (!preshared_key.empty()) {
    const auto psk = wireguard::SecretKey::parse(preshared_key);
    if (!psk) return fail(fmt::format("the pre-shared key {}", kNotAKey));
    peer.psk = *psk;
  }
  if (allowed_ips.size() > kMaxAllowedIps) {
    return fail(fmt::format("at most {} allowed networks", kMaxAllowedIps));
  }
  for (const std::string& network : allowed_ips) {
    const auto problem = parse_allowed_ip(network, peer.allowed_ips);
    if (!problem.empty()) return fail("allowed IPs: " + problem);
  }
  return (*found)->wireguard()->add_peer(std::move(peer));
}

}  // namespace loopgate::gateway
