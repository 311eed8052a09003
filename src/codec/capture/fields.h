// A datagram's payload as fields with names, so that two answers are compared by what they say: DNS
// (RFC 1035), CoAP (RFC 7252) and JSON by their parts, text as lines, everything else as bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/capture/dissector.h"

namespace loopgate::codec::capture {

struct Field {
  std::string path;   // "answer[0].ttl", "payload.temperature", "line[0]"
  std::string value;  // "300"; a JSON value as JSON
  bool operator==(const Field&) const = default;
};

struct Fields {
  std::string_view form;  // "DNS", "CoAP", "JSON", "text", "bytes"
  std::vector<Field> list;
  bool operator==(const Fields&) const = default;
};

// What looks like one of them and does not fit is bytes: "bytes" in hex, alone.
Fields read_fields(const UdpDatagram& datagram);
Fields bytes_fields(ByteSpan payload);

// Inside this room. False when it is no whole DNS message; `out` is undefined then.
bool read_dns_fields(ByteSpan message, std::vector<Field>& out);

}  // namespace loopgate::codec::capture
