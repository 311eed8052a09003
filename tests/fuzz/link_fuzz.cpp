// A frame of any link layer: link type (2 bytes), whole or cut (1), tunnels or not, frame. What is
// found lies in the frame.
#include "base/check.h"
#include "codec/capture/dissector.h"
#include "codec/capture/guess.h"

namespace capture = loopgate::codec::capture;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  loopgate::ByteReader in(std::as_bytes(std::span(data, size)));
  const auto link_type = in.big<std::uint16_t>();
  const auto flags = in.u8();
  if (!flags) return 0;
  capture::Record record;
  record.link_type = static_cast<capture::LinkType>(*link_type);
  record.whole = (*flags & 1) != 0;
  record.frame = in.rest();
  capture::Dissector dissector({.tunnels = (*flags & 2) != 0});
  const auto content = dissector.dissect(record);
  if (const auto* datagram = std::get_if<capture::UdpDatagram>(&content)) {
    const auto* begin = datagram->payload.data();
    LOOPGATE_CHECK(datagram->payload.empty() ||
                   (begin >= record.frame.data() &&
                    begin + datagram->payload.size() <= record.frame.data() + record.frame.size()));
    capture::guess_protocol(*datagram);
  }
  if (const auto* skip = std::get_if<capture::Skip>(&content)) {
    LOOPGATE_CHECK(!describe(*skip, record.link_type).empty() && !code(*skip).empty());
    LOOPGATE_CHECK(dissector.skipped().total() == 1);
  }
  return 0;
}
