#include "gateway/transports/make_transport.h"

#include "gateway/transports/wireguard_transport.h"

namespace loopgate::gateway {

std::unique_ptr<Transport> make_transport(Protocol protocol, Context& context, TransportHost& host,
                                          const std::string& listener_id) {
  switch (protocol) {
    case Protocol::kUdp:
      return std::make_unique<UdpTransport>(host);
    case Protocol::kWireguard:
      return std::make_unique<WireguardTransport>(context, host, listener_id);
  }
  __builtin_unreachable();
}

}  // namespace loopgate::gateway
