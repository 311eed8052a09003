// A client that speaks WireGuard, as the scenario's `clients` describe it.
#pragma once

#include <optional>
#include <string>

#include "base/ip_address.h"
#include "base/time.h"
#include "scenario/fields.h"
#include "wireguard/keys.h"

namespace loopgate::scenario {

struct WireguardSetup {
  std::string listener;                               // logical id or name
  std::string region;                                 // empty: the first
  std::optional<wireguard::SecretKey> private_key{};  // none: made from the seed
  wireguard::SecretKey preshared_key{};               // zero: none
  std::optional<wireguard::PublicKey> server_key{};   // none: the listener's
  std::optional<Endpoint> inner_address{};            // where its inner UDP packets come from
  Duration persistent_keepalive{};                    // zero: none
};

// Errors are refused through `client`, which holds the member `wireguard`.
std::optional<WireguardSetup> parse_wireguard_setup(Fields& client);

// The address:port of member `name`; an error is refused.
std::optional<Endpoint> parse_endpoint(Fields& fields, std::string_view name);

}  // namespace loopgate::scenario
