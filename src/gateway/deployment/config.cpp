#include "gateway/deployment/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "aws/arn.h"

namespace loopgate::gateway {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 4> kWireguardOnly = {
    "Peers", "AllowUnknownPeers", "UnknownPeerPreSharedKey", "KeyRefreshToken"};
constexpr std::array<std::string_view, 6> kDtlsOnly = {
    "Psks",         "AllowEarlyData", "EarlyDataWindowSeconds",
    "ServerSecret", "RequireCookies", "CertRefreshToken"};
constexpr std::array<std::string_view, 2> kWebRtcOnly = {"WebRtcSignalingMode",
                                                         "WebRtcSignalingRefreshToken"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// [a-zA-Z][a-zA-Z0-9 _\-]+
bool is_listener_name(std::string_view name) {
  return name.size() >= 2 && name.size() <= kMaxNameLength && is_letter(name[0]) &&
         std::ranges::all_of(name, [](char c) {
           return is_letter(c) || is_digit(c) || c == ' ' || c == '_' || c == '-';
         });
}

void refuse_properties_of(Properties& properties, std::span<const std::string_view> names,
                          std::string_view protocol, std::string_view own) {
  for (const auto name : names) {
    if (properties.has(name)) {
      properties.fail(name, fmt::format("belongs to {} listeners; this one is {}", protocol, own));
    }
  }
}

Protocol parse_protocol(Properties& properties) {
  if (!properties.has("Protocols")) {
    properties.fail("Protocols", "is required: a list of exactly one of udp, wg");
    return Protocol::kUdp;
  }
  const auto protocols = properties.texts("Protocols", 16);
  if (protocols.size() != 1) {
    properties.fail("Protocols", "must hold exactly one protocol");
    return Protocol::kUdp;
  }
  if (is_unresolved(protocols[0])) return Protocol::kUdp;
  if (protocols[0] == "wg") return Protocol::kWireguard;
  if (protocols[0] == "dtls" || protocols[0] == "webrtc") {
    properties.fail("Protocols",
                    fmt::format("{} listeners are not emulated; use udp or wg", protocols[0]));
  } else if (protocols[0] != "udp") {
    properties.fail("Protocols",
                    fmt::format("\"{}\" is none of udp, wg, dtls, webrtc", protocols[0]));
  }
  return Protocol::kUdp;
}

RestrictionSpec parse_restrictions(Properties& listener) {
  RestrictionSpec out;
  const json* value = listener.get("ClientRestrictions");
  if (value == nullptr) return out;
  Properties properties(value, listener.pointer("ClientRestrictions"), listener.notes());
  const auto networks = properties.texts("Networks", kMaxNetworks);
  for (std::size_t i = 0; i < networks.size(); ++i) {
    if (is_unresolved(networks[i])) continue;
    if (const auto network = Cidr::parse(networks[i])) {
      out.networks.push_back(*network);
    } else {
      properties.fail(
          fmt::format("Networks/{}", i),
          fmt::format("\"{}\" is not an IP network (10.0.0.0/8, 2001:db8::/32) or address",
                      networks[i]));
    }
  }
  for (auto domain : properties.texts("Domains", kMaxNetworks)) {
    if (is_unresolved(domain)) continue;
    std::ranges::transform(domain, domain.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    while (domain.ends_with('.')) domain.pop_back();
    if (!domain.empty()) out.domains.push_back(std::move(domain));
  }
  properties.warn_of_unknown();
  return out;
}

bool declares_restrictions(const json& properties) {
  const auto value = properties.find("ClientRestrictions");
  if (value == properties.end() || !value->is_object()) return false;
  return std::ranges::any_of(std::array{"Networks", "Domains"}, [&](const char* name) {
    const auto list = value->find(name);
    return list != value->end() && !list->empty();
  });
}

std::vector<DestinationEntry> parse_destinations(Properties& listener, const ResourceOwner& owner) {
  std::vector<DestinationEntry> out;
  const json* value = listener.get("Destinations");
  if (value == nullptr) return out;
  if (!value->is_array() || value->size() > kMaxDestinations) {
    listener.fail("Destinations", fmt::format("must be a list of at most {}", kMaxDestinations));
    return out;
  }
  std::set<std::string> names;
  for (std::size_t i = 0; i < value->size(); ++i) {
    const json& entry = (*value)[i];
    const std::string pointer = fmt::format("{}/{}", listener.pointer("Destinations"), i);
    std::string name;
    if (entry.is_null()) continue;
    if (entry.is_string()) {
      name = entry.get<std::string>();
      out.emplace_back(name);
    } else {
      auto spec = parse_destination(entry, pointer, owner, i, listener.notes());
      name = spec.name;
      out.emplace_back(std::move(spec));
    }
    if (!names.insert(name).second) {
      listener.notes().fail(
          pointer, fmt::format("a destination named {} stands in this list already", name));
    }
  }
  return out;
}

void parse_name(Properties& properties, const ResourceOwner& owner, ListenerSpec& spec) {
  auto name = properties.text("Name");
  const auto alias = properties.text("ListenerName");
  if (!name) name = alias;
  spec.name = name.value_or(fmt::format("lstn-{}-{}", owner.stack, owner.logical_id));
  if (name && !is_listener_name(*name)) {
    properties.fail(properties.has("Name") ? "Name" : "ListenerName",
                    "must be a letter followed by letters, digits, spaces, '_' or '-'");
  }
}

}  // namespace

std::string_view name(Protocol protocol) {
  return protocol == Protocol::kUdp ? "udp" : "wg";
}

void check_service_token(Properties& properties, const ResourceOwner& owner) {
  properties.required("ServiceToken");
  const auto key = properties.required("ApiKey");
  if (key && !owner.api_key.empty() && *key != owner.api_key) {
    properties.fail("ApiKey",
                    "is not the account's; take it from the customer config: "
                    "FindInMap(ProxylityConfig, Account, ApiKey)");
  }
}

std::string parse_log_group(Properties& properties) {
  const auto group = properties.text("LogGroupName").value_or("");
  const bool sound = group.size() <= kMaxLogGroupLength && std::ranges::all_of(group, [](char c) {
                       return is_letter(c) || is_digit(c) ||
                              std::string_view("_-/.#").find(c) != std::string_view::npos;
                     });
  if (!sound) {
    properties.fail("LogGroupName", "must be 1 to 512 characters of a-z A-Z 0-9 _ - / . #");
  }
  return group;
}

Parsed<ListenerSpec> parse_listener(const json& value, const ResourceOwner& owner) {
  Parsed<ListenerSpec> out;
  auto& spec = out.value;
  Properties properties(&value, "", out.notes);
  check_service_token(properties, owner);
  parse_name(properties, owner, spec);
  spec.description = properties.text("Description")
                         .value_or(fmt::format("{} of stack {}", owner.logical_id, owner.stack));
  spec.protocol = parse_protocol(properties);
  if (spec.protocol == Protocol::kUdp) {
    refuse_properties_of(properties, kWireguardOnly, "wg", "udp");
  } else {
    spec.wireguard = parse_wireguard(properties);
  }
  refuse_properties_of(properties, kDtlsOnly, "dtls", name(spec.protocol));
  refuse_properties_of(properties, kWebRtcOnly, "webrtc", name(spec.protocol));
  spec.decapsulated = properties.boolean("DecapsulatedDelivery").value_or(false);
  spec.restrictions = parse_restrictions(properties);
  spec.destinations = parse_destinations(properties, owner);
  spec.metrics = properties.boolean("MetricsEnabled").value_or(false);
  spec.log_group = parse_log_group(properties);
  spec.role = parse_role(properties, "Role");
  if (!spec.log_group.empty() && !properties.has("Role")) {
    out.notes.warnings.push_back("Role: there is none, so that nothing can write to LogGroupName");
  }
  properties.warn_of_unknown();
  if (!declares_restrictions(value)) {
    out.notes.warnings.push_back(fmt::format(
        "ClientRestrictions: there are none, which {}; add ClientRestrictions.Networks (0.0.0.0/0 "
        "admits all of IPv4)",
        spec.protocol == Protocol::kUdp
            ? "admits no traffic at all"
            : "on a wg listener is taken for no restriction (assumed; a udp one would admit "
              "nothing)"));
  }
  return out;
}

Parsed<DestinationArnSpec> parse_destination_arn(const json& value, const ResourceOwner& owner) {
  Parsed<DestinationArnSpec> out;
  Properties properties(&value, "", out.notes);
  check_service_token(properties, owner);
  out.value.destination = properties.required("Destination").value_or("");
  out.value.region_key = properties.required("IngressRegionKey").value_or("");
  out.value.arn = properties.required("Arn").value_or("");
  const auto& key = out.value.region_key;
  if (!key.empty() && key != "*" && !looks_like_region(key)) {
    properties.fail("IngressRegionKey", fmt::format("\"{}\" is neither a region nor *", key));
  }
  if (!out.value.arn.empty() && service_of(out.value.arn) == nullptr) {
    properties.fail("Arn", fmt::format("\"{}\" is not an ARN of a service that destinations know",
                                       out.value.arn));
  }
  properties.warn_of_unknown();
  return out;
}

Parsed<PacketSourceSpec> parse_packet_source(const json& value, const ResourceOwner& owner) {
  Parsed<PacketSourceSpec> out;
  Properties properties(&value, "", out.notes);
  check_service_token(properties, owner);
  out.value.listener = properties.required("ListenerName").value_or("");
  out.value.description =
      properties.text("Description")
          .value_or(fmt::format("{} of stack {}", owner.logical_id, owner.stack));
  const json* topic = properties.get("SnsTopicSource");
  if (topic == nullptr) {
    properties.fail("SnsTopicSource", "is required: TopicArn and Role");
  } else {
    Properties source(topic, "/SnsTopicSource", out.notes);
    out.value.topic_arn = source.required("TopicArn").value_or("");
    const json* role = source.get("Role");
    if (role != nullptr && role->is_object()) {
      source.fail("Role", "is a plain ARN here, without Arn and Duration");
    } else {
      out.value.role_arn = source.required("Role").value_or("");
    }
    const auto topic = aws::Arn::parse(out.value.topic_arn);
    if (!out.value.topic_arn.empty() && (!topic || topic->service != "sns")) {
      source.fail("TopicArn", fmt::format("\"{}\" is not an SNS topic", out.value.topic_arn));
    }
    source.warn_of_unknown();
  }
  if (properties.boolean("Enabled") == false) {
    out.notes.warnings.push_back("Enabled: the service no longer reads it; this source is active");
  }
  properties.warn_of_unknown();
  return out;
}

}  // namespace loopgate::gateway
