#include "gateway/transports/wireguard_peers.h"

#include <algorithm>

#include "gateway/limits.h"

namespace loopgate::gateway {

void TunnelPeer::sent_from(const IpAddress& inner_source) {
  sent_raw = false;
  if (has_sent_from(inner_source)) return;
  if (inner_sources.size() < kMaxInnerSources) {
    inner_sources.push_back(inner_source);
    return;
  }
  inner_sources[oldest_source] = inner_source;
  oldest_source = (oldest_source + 1) % kMaxInnerSources;
}

bool TunnelPeer::has_sent_from(const IpAddress& inner_source) const {
  return std::ranges::find(inner_sources, inner_source) != inner_sources.end();
}

void TunnelPeer::forget_session() {
  sent_raw = false;
  inner_sources.clear();
  oldest_source = 0;
}

TunnelPeer* TunnelPeers::find(const wireguard::PublicKey& key) {
  const auto found = peers_.find(key);
  return found == peers_.end() ? nullptr : &found->second;
}

TunnelPeer& TunnelPeers::at(const wireguard::PublicKey& key, bool named) {
  const auto [found, fresh] = peers_.try_emplace(key);
  TunnelPeer& peer = found->second;
  if (fresh) peer.key_text = key.to_base64();
  if (peer.subject == Symbol::kNone && (named || unknown_symbols_ < kMaxUnknownPeerSymbols)) {
    if (!named) ++unknown_symbols_;
    peer.subject = journal_.intern(peer.key_text);
  }
  return peer;
}

bool TunnelPeers::has_room() const {
  return peers_.size() < kMaxInjectedPeers + kMaxNamedPeers;
}

}  // namespace loopgate::gateway
