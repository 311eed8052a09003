// The custom resources' properties as values: parsed and checked without a look at anything else.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/ip_address.h"
#include "codec/brex.h"
#include "codec/formatter.h"
#include "gateway/batcher.h"
#include "gateway/deployment/properties.h"
#include "gateway/deployment/wireguard_config.h"
#include "gateway/regions.h"

namespace loopgate::gateway {

enum class Protocol : unsigned char { kUdp, kWireguard };
std::string_view name(Protocol protocol);  // "udp", "wg"

struct RoleSpec {
  std::string arn;                            // empty: none
  Duration duration = std::chrono::hours(1);  // within what sts:AssumeRole takes
};

// Which packets may come from where. Neither list: nobody.
struct RestrictionSpec {
  std::vector<Cidr> networks;
  std::vector<std::string> domains;  // lower case, `*` for any characters

  bool empty() const { return networks.empty() && domains.empty(); }
  bool operator==(const RestrictionSpec&) const = default;
};

struct LambdaArguments {
  bool async = false;
  bool streaming = false;
  std::string tenant_id;
  std::optional<codec::brex::Expression> tenant_expression;
  codec::Formatter tenant_formatter = codec::Formatter::kHex;
};

struct SqsArguments {
  bool send_raw = false;
  bool message_attributes = false;
  std::optional<codec::brex::Expression> group_expression;
  codec::Formatter group_formatter = codec::Formatter::kHex;
  std::optional<codec::brex::Expression> deduplication_expression;
  codec::Formatter deduplication_formatter = codec::Formatter::kHex;
};

struct DestinationSpec {
  std::string name;
  std::string description;
  RoleSpec role;
  Batching batching;
  RegionalArns arns;  // as declared
  std::optional<codec::Formatter> formatter;
  std::optional<codec::brex::Expression> filter;
  bool metrics = false;
  std::string log_group;
  LambdaArguments lambda;
  SqsArguments sqs;
  std::string source;  // the properties as text: equal text, equal destination
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

struct Deployer {
  std::string stack;
  std::string logical_id;
  std::string api_key;             // the account's; empty: any is accepted
  bool allow_unsupported = false;  // destinations of services that are not emulated
};

template <class T>
struct Parsed {
  T value;
  ConfigNotes notes;  // `value` is of use only without an error
};

Parsed<ListenerSpec> parse_listener(const nlohmann::json& properties, const Deployer& deployer);
Parsed<DestinationArnSpec> parse_destination_arn(const nlohmann::json& properties,
                                                 const Deployer& deployer);
Parsed<PacketSourceSpec> parse_packet_source(const nlohmann::json& properties,
                                             const Deployer& deployer);

// The parts, one file each.
DestinationSpec parse_destination(const nlohmann::json& value, const std::string& pointer,
                                  const Deployer& deployer, std::size_t index, ConfigNotes& notes);
// `Role` in both forms: an object with Arn and Duration, or a plain ARN.
RoleSpec parse_role(Properties& properties, std::string_view name);
void check_service_token(Properties& properties, const Deployer& deployer);
std::string parse_log_group(Properties& properties);

// "lambda", "sqs", "states", …; empty for what is no ARN.
std::string service_of(std::string_view arn);
bool is_emulated_service(std::string_view service);
// What stands against delivering to `arn` with these arguments; empty when nothing does.
std::string refusal_of(const std::string& arn, const DestinationSpec& spec);

}  // namespace loopgate::gateway
