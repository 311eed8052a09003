// A packet from a tunnel and from a capture: spans stay inside the input, and what opens can be
// built again.
#include "base/check.h"
#include "codec/ip.h"

using loopgate::codec::IpOrigin;

namespace {

void check_inside(loopgate::ByteSpan part, loopgate::ByteSpan whole) {
  LOOPGATE_CHECK(part.empty() || (part.data() >= whole.data() &&
                                  part.data() + part.size() <= whole.data() + whole.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const loopgate::ByteSpan input = std::as_bytes(std::span(data, size));
  for (const IpOrigin origin : {IpOrigin::kTunnel, IpOrigin::kCapture}) {
    if (const auto header = loopgate::codec::parse_ip_header(input, origin)) {
      check_inside(header->payload, input);
    }
    const auto packet = loopgate::codec::parse_ip(input, origin);
    if (!packet) continue;
    check_inside(packet->payload, input);
    const loopgate::Bytes built =
        loopgate::codec::build_udp(packet->source, packet->destination, packet->payload);
    if (built.empty()) continue;
    const auto again = loopgate::codec::parse_ip(built);
    LOOPGATE_CHECK(again && again->source == packet->source &&
                   again->destination == packet->destination);
    LOOPGATE_CHECK(loopgate::as_text(again->payload) == loopgate::as_text(packet->payload));
  }
  return 0;
}
