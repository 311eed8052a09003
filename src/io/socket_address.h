// Endpoints in the kernel's form.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include "base/ip_address.h"

namespace loopgate::io {

union SocketAddress {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

socklen_t to_socket_address(const Endpoint& endpoint, SocketAddress& out);  // gives its length
Endpoint from_socket_address(const SocketAddress& address);

}  // namespace loopgate::io
