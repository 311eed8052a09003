#include "scenario/wireguard_setup.h"

#include <fmt/format.h>

namespace loopgate::scenario {

namespace {

// WireGuard's own bound (wg(8)): 16 bits of seconds.
constexpr Duration kMaxKeepalive = std::chrono::seconds(65'535);

// Empty when absent or wrong. A secret is never quoted.
template <typename Key>
std::optional<Key> parse_key(Fields& fields, std::string_view name) {
  const Node* node = fields.find(name);
  if (node == nullptr) return std::nullopt;
  const auto key = Key::parse(fields.text(name));
  if (!key) fields.refuse(fmt::format("{} is not the base64 of 32 bytes", name), node->place());
  return key;
}

}  // namespace

std::optional<Endpoint> parse_endpoint(Fields& fields, std::string_view name) {
  const std::string text = fields.text(name);
  if (text.empty()) return std::nullopt;
  const auto endpoint = Endpoint::parse(text);
  if (endpoint && endpoint->port != 0) return endpoint;
  fields.refuse(fmt::format("{}: {} is not an address:port: {}", fields.what(), name, text),
                fields.find(name)->place());
  return std::nullopt;
}

std::optional<WireguardSetup> parse_wireguard_setup(Fields& client) {
  const Node* node = client.find("wireguard");
  if (node == nullptr) return std::nullopt;
  Fields fields(*node, client.what() + ": wireguard");
  WireguardSetup out;
  out.listener = fields.required_text("listener");
  out.region = fields.text("region");
  out.private_key = parse_key<wireguard::SecretKey>(fields, "private_key");
  out.preshared_key =
      parse_key<wireguard::SecretKey>(fields, "preshared_key").value_or(wireguard::SecretKey{});
  out.server_key = parse_key<wireguard::PublicKey>(fields, "server_key");
  out.inner_address = parse_endpoint(fields, "inner_address");
  out.persistent_keepalive = fields.duration("persistent_keepalive").value_or(Duration{});
  if (out.persistent_keepalive > kMaxKeepalive)
    fields.refuse("persistent_keepalive is over 65535s");
  if (const auto status = fields.finish(); !status) client.refuse(status.error());
  return out;
}

}  // namespace loopgate::scenario
