// From a captured record to the UDP datagram in it: link layers, IP with its fragments put
// together, tunnels when asked to. A record that gives none says why.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "base/bytes.h"
#include "base/ip_address.h"
#include "codec/capture/link.h"
#include "codec/capture/reader.h"
#include "codec/capture/reassembly.h"
#include "codec/capture/skip.h"

namespace loopgate::codec::capture {

struct UdpDatagram {
  Endpoint source;
  Endpoint destination;
  ByteSpan payload;
};

// A fragment whose packet is not complete. What comes of it is told later: by the record that
// completes the packet, or as kFragment in the counts.
struct Held {};

using Content = std::variant<UdpDatagram, Skip, Held>;

struct DissectorOptions {
  bool tunnels = false;  // IP in IP, IPv6 in IP and GRE are opened
};

class Dissector {
 public:
  explicit Dissector(DissectorOptions options = {}) : options_(options) {}

  // In the order of the capture. The payload stays until the next call or the record's end.
  Content dissect(const Record& record);

  // Everything that gave no datagram, up to now; fragments that were given up are in it.
  SkipCounts skipped() const;
  std::uint64_t joined_fragments() const { return reassembly_.joined(); }
  // At the end of a capture: fragments whose others never came are given up.
  void finish() { reassembly_.abandon_all(); }

 private:
  Content open_packet(Frame frame, WallTime time, int nesting);
  Content open_payload(const IpHeader& header, bool whole, WallTime time, int nesting);
  Content open_gre_packet(Frame frame, WallTime time, int nesting);
  Content join(const IpHeader& header, WallTime time, int nesting);

  DissectorOptions options_;
  Reassembly reassembly_;
  SkipCounts skipped_;
  Bytes outer_;  // what was put together, while something in it is put together
};

}  // namespace loopgate::codec::capture
