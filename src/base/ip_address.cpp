#include "base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/check.h"

namespace loopgate {

namespace {

std::optional<int> parse_number(std::string_view text, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > max) {
    return std::nullopt;
  }
  return value;
}

IpAddress masked(const IpAddress& address, int prefix) {
  std::array<std::byte, 16> bytes{};
  const auto from = address.bytes();
  for (std::size_t i = 0; i < from.size(); ++i) {
    const int bits = std::clamp(prefix - static_cast<int>(8 * i), 0, 8);
    bytes[i] = from[i] & static_cast<std::byte>(0xFF00 >> bits);
  }
  if (address.is_v6()) return IpAddress::v6(bytes);
  return IpAddress::v4(
      std::to_integer<std::uint8_t>(bytes[0]), std::to_integer<std::uint8_t>(bytes[1]),
      std::to_integer<std::uint8_t>(bytes[2]), std::to_integer<std::uint8_t>(bytes[3]));
}

}  // namespace

IpAddress IpAddress::v4(std::uint32_t host_order) {
  IpAddress out;
  for (std::size_t i = 0; i < 4; ++i) {
    out.bytes_[i] = static_cast<std::byte>(host_order >> (24 - 8 * i));
  }
  return out;
}

IpAddress IpAddress::v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return v4(static_cast<std::uint32_t>(a) << 24 | static_cast<std::uint32_t>(b) << 16 |
            static_cast<std::uint32_t>(c) << 8 | d);
}

IpAddress IpAddress::v6(std::span<const std::byte, 16> network_order) {
  IpAddress out;
  static constexpr std::array<std::byte, 12> kMapped{
      {{}, {}, {}, {}, {}, {}, {}, {}, {}, {}, std::byte{0xFF}, std::byte{0xFF}}};
  if (std::equal(kMapped.begin(), kMapped.end(), network_order.begin())) {
    std::copy_n(network_order.begin() + 12, 4, out.bytes_.begin());
    return out;
  }
  out.is_v4_ = false;
  std::copy(network_order.begin(), network_order.end(), out.bytes_.begin());
  return out;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  std::array<std::byte, 16> bytes{};
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1) {
    IpAddress out;
    std::copy_n(bytes.begin(), 4, out.bytes_.begin());
    return out;
  }
  if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1) return v6(bytes);
  return std::nullopt;
}

std::uint32_t IpAddress::v4_host_order() const {
  LOOPGATE_CHECK(is_v4_);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i)
    value = value << 8 | std::to_integer<std::uint32_t>(bytes_[i]);
  return value;
}

bool IpAddress::is_loopback() const {
  if (is_v4_) return bytes_[0] == std::byte{127};
  return std::all_of(bytes_.begin(), bytes_.end() - 1,
                     [](std::byte b) { return b == std::byte{}; }) &&
         bytes_[15] == std::byte{1};
}

bool IpAddress::is_unspecified() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](std::byte b) { return b == std::byte{}; });
}

std::string IpAddress::to_string() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), text, sizeof text);
  return text;
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = IpAddress::parse(host);
  const auto port = parse_number(text.substr(colon + 1), 65535);
  if (!address || !port || bracketed != (host.find(':') != std::string_view::npos)) {
    return std::nullopt;
  }
  return Endpoint{*address, static_cast<std::uint16_t>(*port)};
}

std::string Endpoint::to_string() const {
  const auto host = address.to_string();
  return (address.is_v4() ? host : "[" + host + "]") + ":" + std::to_string(port);
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int full = address->is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return Cidr{*address, full};
  const auto prefix = parse_number(text.substr(slash + 1), full);
  if (!prefix) return std::nullopt;
  return Cidr{masked(*address, *prefix), *prefix};
}

bool Cidr::contains(const IpAddress& address) const {
  return address.is_v4() == network.is_v4() && masked(address, prefix) == network;
}

std::string Cidr::to_string() const {
  return network.to_string() + "/" + std::to_string(prefix);
}

}  // namespace loopgate

std::size_t std::hash<loopgate::IpAddress>::operator()(
    const loopgate::IpAddress& address) const noexcept {
  const auto bytes = address.bytes();
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::size_t std::hash<loopgate::Endpoint>::operator()(
    const loopgate::Endpoint& endpoint) const noexcept {
  return std::hash<loopgate::IpAddress>()(endpoint.address) * 31 + endpoint.port;
}
