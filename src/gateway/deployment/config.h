// The custom resources' properties as values: parsed and checked without a look at anything else.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ip_address.h"
#include "gateway/deployment/destination_config.h"
#include "gateway/deployment/properties.h"
#include "gateway/deployment/wireguard_config.h"

namespace loopgate::gateway {

enum class Protocol : unsigned char { kUdp, kWireguard };
std::string_view name(Protocol protocol);  // "udp", "wg"

// Which packets may come from where. Neither list: nobody.
struct RestrictionSpec {
  std::vector<Cidr> networks;
  std::vector<std::string> domains;  // lower case, `*` for any characters

  bool empty() const { return networks.empty() && domains.empty(); }
  bool operator==(const RestrictionSpec&) const = default;
};

// Declared here, or the name of one that is declared elsewhere.
using DestinationEntry = std::variant<DestinationSpec, std::string>;

struct ListenerSpec {
  std::string name;
  std::string description;
  Protocol protocol = Protocol::kUdp;
  RestrictionSpec restrictions;
  std::vector<DestinationEntry> destinations;
  bool metrics = false;
  std::string log_group;
  RoleSpec role;
  bool decapsulated = false;
  WireguardSpec wireguard;  // `wg` only
};

struct DestinationArnSpec {
  std::string destination;
  std::string region_key;
  std::string arn;
};

struct PacketSourceSpec {
  std::string listener;
  std::string topic_arn;
  std::string role_arn;
  std::string description;
};

template <class T>
struct Parsed {
  T value;
  ConfigNotes notes;  // `value` is of use only without an error
};

Parsed<ListenerSpec> parse_listener(const nlohmann::json& properties, const ResourceOwner& owner);
Parsed<DestinationArnSpec> parse_destination_arn(const nlohmann::json& properties,
                                                 const ResourceOwner& owner);
Parsed<PacketSourceSpec> parse_packet_source(const nlohmann::json& properties,
                                             const ResourceOwner& owner);

void check_service_token(Properties& properties, const ResourceOwner& owner);

}  // namespace loopgate::gateway
