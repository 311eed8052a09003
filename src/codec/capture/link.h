// From a captured frame through its link layers to the IP packet inside. One file a family:
// link.cpp (which it is, loopbacks, cooked, logs), ethernet.cpp (EtherTypes, 802.2, VLAN, MPLS),
// ppp.cpp, wireless.cpp.
#pragma once

#include <cstdint>
#include <expected>

#include "base/bytes.h"
#include "codec/capture/link_type.h"
#include "codec/capture/skip.h"

namespace loopgate::codec::capture {

// What is left of a frame behind the headers that were read.
struct Frame {
  ByteSpan bytes;
  bool whole = true;  // false: the capture kept only the beginning
  int layers = 0;     // EtherTypes so far: layers that contain each other must end

  // The frame ends inside a header: a lie of the frame, or the capture's doing.
  std::unexpected<Skip> too_short() const {
    return std::unexpected(whole ? Skip::kMalformed : Skip::kTruncated);
  }
  Frame behind(std::size_t size) const { return {bytes.subspan(size), whole, layers}; }
};

// The bytes from the IP header on, with what a link may have put behind the packet.
using Opened = std::expected<Frame, Skip>;

Opened open_link(LinkType link_type, Frame frame);

// Inside this room: layers that stand in others.
Opened open_ethernet(Frame frame);
// What an EtherType (IEEE 802 numbers) announces; 1500 and below is the length of an 802.2 frame.
Opened open_ether_type(std::uint16_t ether_type, Frame frame);
// From an EtherType on, `before` bytes behind the frame's start.
Opened open_at_ether_type(Frame frame, std::size_t before);
Opened open_llc(Frame frame);
Opened open_mpls(Frame frame);
Opened open_ppp(Frame frame);         // RFC 1661, with or without the address of RFC 1662
Opened open_pppoe(Frame frame);       // RFC 2516, a session's
Opened open_cisco_hdlc(Frame frame);  // RFC 1547 §4.3.1
Opened open_80211(Frame frame, bool padded_header);
Opened open_radiotap(Frame frame);
Opened open_prism(Frame frame);  // or AVS, which drivers put where Prism was announced
Opened open_gre(Frame frame);    // RFC 2784, 2890, 2637

}  // namespace loopgate::codec::capture
