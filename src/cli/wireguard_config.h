// A WireGuard client's configuration as wg-quick(8) and the phone apps read it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"
#include "wireguard/keys.h"

namespace loopgate::cli {

struct WireguardConfig {
  wireguard::SecretKey private_key;
  std::vector<Cidr> addresses;  // of the client's interface, host bits kept apart
  wireguard::PublicKey server;
  wireguard::SecretKey preshared_key;  // zero: none
  std::vector<std::string> allowed_ips;
  std::optional<Endpoint> endpoint;
  int persistent_keepalive = 0;  // seconds; 0: none

  std::string to_text() const;
};

// The [Interface] and the first [Peer]; names of wg-quick's that mean nothing here are skipped.
// Errors name the line.
Result<WireguardConfig> parse_wireguard_config(std::string_view text, const std::string& file);

}  // namespace loopgate::cli
