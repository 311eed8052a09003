#include "io/socket_address.h"

#include <arpa/inet.h>

#include <cstring>
#include <span>

namespace loopgate::io {

socklen_t to_socket_address(const Endpoint& endpoint, SocketAddress& out) {
  if (endpoint.address.is_v4()) {
    out.v4 = {};
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(endpoint.port);
    out.v4.sin_addr.s_addr = htonl(endpoint.address.v4_host_order());
    return sizeof(out.v4);
  }
  out.v6 = {};
  out.v6.sin6_family = AF_INET6;
  out.v6.sin6_port = htons(endpoint.port);
  std::memcpy(&out.v6.sin6_addr, endpoint.address.bytes().data(), sizeof(out.v6.sin6_addr));
  return sizeof(out.v6);
}

Endpoint from_socket_address(const SocketAddress& address) {
  if (address.any.sa_family == AF_INET) {
    return {IpAddress::v4(ntohl(address.v4.sin_addr.s_addr)), ntohs(address.v4.sin_port)};
  }
  const auto bytes = std::as_bytes(std::span<const std::uint8_t, 16>(address.v6.sin6_addr.s6_addr));
  return {IpAddress::v6(bytes), ntohs(address.v6.sin6_port)};
}

}  // namespace loopgate::io
