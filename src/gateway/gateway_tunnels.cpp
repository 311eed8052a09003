// The half of the gateway that looks into listeners whose clients are peers with keys.
#include <fmt/format.h>

#include "gateway/gateway.h"

namespace loopgate::gateway {

Result<Listener*> Gateway::find_tunnel(const std::string& wanted) const {
  const auto found = find_listener(wanted);
  if (found && (*found)->tunnel() == nullptr) {
    return fail(fmt::format("{} is a {} listener; this takes a wg one", wanted,
                            name((*found)->spec().protocol)));
  }
  return found;
}

Result<std::uint64_t> Gateway::inject_inner(const std::string& listener, const std::string& region,
                                            const Endpoint& from, std::string_view peer_key,
                                            ByteSpan plaintext) {
  const auto found = find_tunnel(listener);
  if (!found) return std::unexpected(found.error());
  const auto index = region.empty() ? RegionIndex{0} : context_.region_index(region);
  if (!index) return fail(fmt::format("{} is none of the ingress regions", region));
  if (auto checked = (*found)->tunnel()->check_key(peer_key); !checked) {
    return std::unexpected(checked.error());
  }
  if (plaintext.empty()) return 0;  // a keep-alive: never delivered
  if (plaintext.size() > kMaxDatagramV6) return fail("the payload does not fit a datagram");
  return (*found)->inject_inner(*index, from, peer_key, plaintext);
}

void Gateway::set_key_log_observer(KeyLogObserver observer) {
  context_.key_log = std::move(observer);
  for (const auto& [name, listener] : listeners_) {
    if (listener->tunnel() != nullptr) listener->tunnel()->key_log_changed();
  }
}

Result<std::vector<PeerSession>> Gateway::peers(const std::string& wanted) const {
  const Listener* only = nullptr;
  if (!wanted.empty()) {
    const auto found = find_tunnel(wanted);
    if (!found) return std::unexpected(found.error());
    only = *found;
  }
  std::vector<PeerSession> out;
  for (const auto& [name, listener] : listeners_) {
    if (listener->tunnel() == nullptr || (only != nullptr && listener.get() != only)) continue;
    for (PeerSession& row : listener->tunnel()->peers()) {
      row.listener = name;
      out.push_back(std::move(row));
    }
  }
  return out;
}

Result<TunnelInfo> Gateway::tunnel_info(const std::string& wanted) const {
  const auto found = find_tunnel(wanted);
  if (!found) return std::unexpected(found.error());
  TunnelInfo out = (*found)->tunnel()->info();
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
  const auto found = find_tunnel(wanted);
  if (!found) return std::unexpected(found.error());
  return (*found)->tunnel()->add_peer(public_key, allowed_ips, preshared_key);
}

}  // namespace loopgate::gateway
