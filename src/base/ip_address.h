// IP addresses, networks and endpoints as values. Text forms follow RFC 4291 §2.2, RFC 5952
// (output) and RFC 4632 (CIDR). An IPv4-mapped IPv6 address is folded to IPv4 by `from_bytes`.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace loopgate {

class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0
  static IpAddress v4(std::uint32_t host_order);
  static IpAddress v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d);
  static IpAddress v6(std::span<const std::byte, 16> network_order);
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const { return is_v4_; }
  bool is_v6() const { return !is_v4_; }
  std::uint32_t v4_host_order() const;        // v4 only
  std::span<const std::byte> bytes() const {  // 4 or 16 bytes, network order
    return std::span(bytes_).first(is_v4_ ? 4 : 16);
  }
  bool is_loopback() const;
  bool is_unspecified() const;
  std::string to_string() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  bool is_v4_ = true;
  std::array<std::byte, 16> bytes_{};
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  // "192.0.2.1:53" or "[2001:db8::1]:53".
  static std::optional<Endpoint> parse(std::string_view text);
  std::string to_string() const;
  auto operator<=>(const Endpoint&) const = default;
};

struct Cidr {
  IpAddress network;  // host bits zero
  int prefix = 0;     // 0…32 or 0…128

  // "10.0.0.0/8", "2001:db8::/32", or an address alone (the full prefix). Host bits are cleared.
  static std::optional<Cidr> parse(std::string_view text);
  // Never true across address families.
  bool contains(const IpAddress& address) const;
  std::string to_string() const;
  auto operator<=>(const Cidr&) const = default;
};

}  // namespace loopgate

template <>
struct std::hash<loopgate::IpAddress> {
  std::size_t operator()(const loopgate::IpAddress& address) const noexcept;
};
template <>
struct std::hash<loopgate::Endpoint> {
  std::size_t operator()(const loopgate::Endpoint& endpoint) const noexcept;
};
