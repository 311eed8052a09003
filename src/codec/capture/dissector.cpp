#include "codec/capture/dissector.h"

#include "codec/limits.h"

namespace loopgate::codec::capture {

namespace {

// Assigned Internet protocol numbers (IANA).
enum Protocol : std::uint8_t { kIpv4InIp = 4, kUdp = kProtocolUdp, kIpv6InIp = 41, kGre = 47 };

constexpr std::size_t kLargestFixedHeader =
    40;  // IPv6; below that a cut packet is not worth a guess
constexpr std::size_t kMaxPayload = kMaxUdpPayloadV4;  // what a socket can send to any listener

Skip skip_of(IpError error, bool whole) {
  switch (error) {
    case IpError::kNotIp:
      return Skip::kNotIp;
    case IpError::kMalformed:
      return whole ? Skip::kMalformed : Skip::kTruncated;
    case IpError::kTruncated:
      // The frame is complete, so it is the packet that lies about its length.
      return whole ? Skip::kMalformed : Skip::kTruncated;
    case IpError::kFragment:
      return Skip::kFragment;
    case IpError::kNotUdp:
      return Skip::kNotUdp;
  }
  return Skip::kMalformed;
}

// Whether a packet of that protocol may have a datagram inside. Behind an IPv6 fragment header the
// first fragment alone tells.
bool may_hold_udp(const IpHeader& header) {
  if (header.version == 6 && header.place.offset != 0) return true;
  switch (header.protocol) {
    case kIpv4InIp:
    case kUdp:
    case kIpv6InIp:
    case kGre:
      return true;
    default:
      return header.version == 6 && is_extension_header(header.protocol);
  }
}

}  // namespace

Content Dissector::dissect(const Record& record) {
  const auto packet = open_link(record.link_type, {record.frame, record.whole});
  Content content = packet ? open_packet(*packet, record.time, 0) : Content(packet.error());
  if (const auto* skip = std::get_if<Skip>(&content)) skipped_.add(*skip, record.link_type);
  return content;
}

SkipCounts Dissector::skipped() const {
  SkipCounts out = skipped_;
  if (reassembly_.abandoned() != 0) {
    out.add(Skip::kFragment, LinkType::kRaw, reassembly_.abandoned());
  }
  return out;
}

Content Dissector::open_packet(Frame frame, WallTime time, int nesting) {
  if (nesting > kMaxCaptureNesting) return Skip::kMalformed;
  if (!frame.whole && frame.bytes.size() < kLargestFixedHeader) return Skip::kTruncated;
  const auto header = parse_ip_header(frame.bytes, IpOrigin::kCapture);
  if (!header) return skip_of(header.error(), frame.whole);
  if (header->length_open && !frame.whole) return Skip::kTruncated;
  if (header->fragment) return join(*header, time, nesting);
  return open_payload(*header, frame.whole, time, nesting);
}

Content Dissector::open_payload(const IpHeader& header, bool whole, WallTime time, int nesting) {
  switch (header.protocol) {
    case kUdp: {
      const auto udp = parse_udp(header, IpOrigin::kCapture);
      if (!udp) return skip_of(udp.error(), whole);
      if (udp->payload.size() > kMaxPayload) return Skip::kTooLarge;
      return UdpDatagram{udp->source, udp->destination, udp->payload};
    }
    case kIpv4InIp:
      if (!options_.tunnels) return Skip::kIpInIp;
      return open_packet({header.payload, whole}, time, nesting + 1);
    case kIpv6InIp:
      if (!options_.tunnels) return Skip::kIpv6InIp;
      return open_packet({header.payload, whole}, time, nesting + 1);
    case kGre:
      if (!options_.tunnels) return Skip::kGre;
      return open_gre_packet({header.payload, whole}, time, nesting + 1);
    default:
      return Skip::kNotUdp;
  }
}

Content Dissector::open_gre_packet(Frame frame, WallTime time, int nesting) {
  const auto inner = open_gre(frame);
  if (!inner) return inner.error();
  return open_packet(*inner, time, nesting);
}

Content Dissector::join(const IpHeader& header, WallTime time, int nesting) {
  if (!may_hold_udp(header)) return Skip::kNotUdp;
  // The fragment may stand in a packet that was put together before, in the reassembly's own bytes.
  IpHeader part = header;
  if (nesting > 0) {
    outer_ = to_bytes(header.payload);
    part.payload = outer_;
  }
  switch (reassembly_.add(part, time)) {
    case Reassembly::Outcome::kHeld:
      return Held{};
    case Reassembly::Outcome::kComplete:
      return open_packet({reassembly_.packet(), true}, time, nesting + 1);
    case Reassembly::Outcome::kMalformed:
      return Skip::kMalformed;
    case Reassembly::Outcome::kConflict:
      return Skip::kFragmentConflict;
  }
  return Skip::kMalformed;
}

}  // namespace loopgate::codec::capture
