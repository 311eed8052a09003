// IP packets one behind the other: size (2 bytes), seconds since the last (1), packet. The state is
// what waits for its other fragments; it stays bounded, and each packet is accounted for.
#include <algorithm>

#include "base/check.h"
#include "codec/capture/dissector.h"
#include "codec/limits.h"

namespace capture = loopgate::codec::capture;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  loopgate::ByteReader in(std::as_bytes(std::span(data, size)));
  capture::Dissector dissector({.tunnels = true});
  std::uint64_t seconds = 0;
  std::uint64_t held = 0;
  std::uint64_t refused = 0;
  for (;;) {
    const auto length = in.big<std::uint16_t>();
    const auto pause = in.u8();
    if (!pause) break;
    seconds += *pause;
    capture::Record record;
    record.link_type = capture::LinkType::kRaw;
    record.time = loopgate::WallTime(std::chrono::seconds(seconds));
    record.frame = *in.take(std::min<std::size_t>(*length, in.remaining()));
    const auto content = dissector.dissect(record);
    if (const auto* datagram = std::get_if<capture::UdpDatagram>(&content)) {
      LOOPGATE_CHECK(datagram->payload.size() <= loopgate::codec::kMaxUdpPayloadV4);
      volatile std::byte sum{};  // every byte of it can be read
      for (const auto byte : datagram->payload) sum = sum ^ byte;
    }
    if (std::holds_alternative<capture::Held>(content)) ++held;
    if (std::holds_alternative<capture::Skip>(content)) ++refused;
  }
  dissector.finish();
  const auto abandoned = dissector.skipped().total() - refused;
  LOOPGATE_CHECK(held <= dissector.joined_fragments() + abandoned);
  return 0;
}
