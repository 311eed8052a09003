// What a `wg` listener remembers of its peers in one region beside their sessions: how they are
// written, and what they sent last, which decides how packet sources reach them.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ip_address.h"
#include "base/journal.h"
#include "base/random.h"
#include "wireguard/keys.h"
#include "wireguard/peer_table.h"

namespace loopgate::gateway {

struct TunnelPeer {
  std::string key_text;   // base64
  Symbol subject{};       // the same; none for most of very many unknown peers
  bool sent_raw = false;  // last, in this session
  std::vector<IpAddress> inner_sources{};
  std::size_t oldest_source = 0;
  std::optional<Endpoint> injected_from{};

  void sent_from(const IpAddress& inner_source);
  bool has_sent_from(const IpAddress& inner_source) const;
  void forget_session();
};

class TunnelPeers {
 public:
  TunnelPeers(Random& random, Journal& journal)
      : journal_(journal), peers_(0, wireguard::PublicKeyHash(random)) {}

  TunnelPeer* find(const wireguard::PublicKey& key);
  // Finds it or makes it.
  TunnelPeer& at(const wireguard::PublicKey& key, bool named);
  void erase(const wireguard::PublicKey& key) { peers_.erase(key); }
  // Of one more peer that is injected; false over the limit.
  bool has_room() const;

 private:
  Journal& journal_;
  std::unordered_map<wireguard::PublicKey, TunnelPeer, wireguard::PublicKeyHash> peers_;
  std::size_t unknown_symbols_ = 0;
};

}  // namespace loopgate::gateway
