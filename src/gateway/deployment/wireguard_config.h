// The properties that only `wg` listeners have.
#pragma once

#include <string>
#include <vector>

#include "base/ip_address.h"
#include "gateway/deployment/properties.h"
#include "wireguard/keys.h"

namespace loopgate::gateway {

struct PeerSpec {
  wireguard::PublicKey key;
  std::vector<Cidr> allowed_ips{};  // inner sources; none listed: any
  wireguard::SecretKey psk{};       // zero: none

  bool admits(const IpAddress& inner_source) const;
};

struct WireguardSpec {
  std::vector<PeerSpec> peers;
  bool allow_unknown = false;
  wireguard::SecretKey unknown_psk;  // zero: none
  std::string key_refresh_token;
};

// What is wrong with an entry of AllowedIPs; empty when nothing is.
std::string parse_allowed_ip(const std::string& text, std::vector<Cidr>& out);

// Reads Peers, AllowUnknownPeers, UnknownPeerPreSharedKey and KeyRefreshToken.
WireguardSpec parse_wireguard(Properties& listener);

}  // namespace loopgate::gateway
