#include "cli/wireguard_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "codec/text.h"

namespace loopgate::cli {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> list_items(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (const auto item = trimmed(text.substr(0, comma)); !item.empty()) out.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

// One "Name = value" line; false when the value does not fit the name.
bool read_setting(WireguardConfig& config, const std::string& name, std::string_view value) {
  if (name == "privatekey" || name == "presharedkey") {
    const auto key = wireguard::SecretKey::parse(value);
    if (key) (name == "privatekey" ? config.private_key : config.preshared_key) = *key;
    return key.has_value();
  }
  if (name == "publickey") {
    const auto key = wireguard::PublicKey::parse(value);
    if (key) config.server = *key;
    return key.has_value();
  }
  if (name == "endpoint") {
    config.endpoint = Endpoint::parse(value);
    return config.endpoint.has_value();
  }
  if (name == "address") {
    for (const auto& item : list_items(value)) {
      // The host's own address, whatever the prefix: wg-quick's Address is not a network.
      const auto address = IpAddress::parse(item.substr(0, item.find('/')));
      if (!address) return false;
      config.addresses.push_back({*address, address->is_v4() ? 32 : 128});
    }
  }
  if (name == "allowedips") config.allowed_ips = list_items(value);
  if (name == "persistentkeepalive" && value != "off") {
    const auto [end, error] =
        std::from_chars(value.data(), value.data() + value.size(), config.persistent_keepalive);
    return error == std::errc() && end == value.data() + value.size() &&
           config.persistent_keepalive >= 0 && config.persistent_keepalive <= 65535;
  }
  return true;
}

}  // namespace

std::string WireguardConfig::to_text() const {
  std::string out = "[Interface]\n";
  out += fmt::format("PrivateKey = {}\n", private_key.to_base64());
  std::vector<std::string> own;
  for (const auto& address : addresses) own.push_back(address.to_string());
  if (!own.empty()) out += fmt::format("Address = {}\n", fmt::join(own, ", "));
  out += fmt::format("\n[Peer]\nPublicKey = {}\n", server.to_base64());
  if (!preshared_key.is_zero())
    out += fmt::format("PresharedKey = {}\n", preshared_key.to_base64());
  if (!allowed_ips.empty()) out += fmt::format("AllowedIPs = {}\n", fmt::join(allowed_ips, ", "));
  if (endpoint) out += fmt::format("Endpoint = {}\n", endpoint->to_string());
  if (persistent_keepalive != 0)
    out += fmt::format("PersistentKeepalive = {}\n", persistent_keepalive);
  return out;
}

Result<WireguardConfig> parse_wireguard_config(std::string_view text, const std::string& file) {
  WireguardConfig config;
  int line_number = 0;
  int peers = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    line = trimmed(line.substr(0, line.find('#')));
    if (codec::equal_ignoring_case(line, "[peer]")) ++peers;
    if (line.empty() || line.front() == '[' || peers > 1) continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return fail("is not NAME = VALUE", {file, line_number});
    const auto name = trimmed(line.substr(0, equals));
    if (!read_setting(config, codec::lower(name), trimmed(line.substr(equals + 1)))) {
      return fail(fmt::format("the value of {} is not valid", name), {file, line_number});
    }
  }
  if (config.private_key.is_zero()) return fail("has no PrivateKey under [Interface]", {file});
  if (config.server == wireguard::PublicKey{}) return fail("has no PublicKey under [Peer]", {file});
  return config;
}

}  // namespace loopgate::cli
