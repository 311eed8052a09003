#include "gateway/packet.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "codec/text.h"

namespace loopgate::gateway {

namespace {

void append_number(std::string& out, unsigned number) {
  std::array<char, 10> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

std::string escaped(std::string_view text) {
  std::string out;
  codec::json_escape_append(out, text);
  return out;
}

void append_inner(std::string& out, const InnerHeader& inner) {
  out += R"(,"Inner":{"SourceAddress":")";
  append_address(out, inner.source.address);
  out += R"(","SourcePort":)";
  append_number(out, inner.source.port);
  out += R"(,"DestinationAddress":")";
  append_address(out, inner.destination.address);
  out += R"(","DestinationPort":)";
  append_number(out, inner.destination.port);
  out += inner.version == 6 ? R"(,"Version":6,"Protocol":17})" : R"(,"Version":4,"Protocol":17})";
}

}  // namespace

void append_tag(std::string& out, std::uint64_t tag) {
  std::array<char, 16> digits;
  int at = 16;
  do {
    digits[static_cast<std::size_t>(--at)] = "0123456789abcdef"[tag & 15];
    tag >>= 4;
  } while (tag != 0 || at > 8);
  out.append(digits.data() + at, digits.data() + 16);
}

void append_address(std::string& out, const IpAddress& address) {
  if (!address.is_v4()) {
    out += address.to_string();
    return;
  }
  const std::uint32_t bits = address.v4_host_order();
  append_number(out, bits >> 24);
  for (int shift = 16; shift >= 0; shift -= 8) {
    out += '.';
    append_number(out, bits >> shift & 0xFF);
  }
}

PacketWriter::PacketWriter(std::string_view domain, std::uint16_t port, std::string_view protocol,
                           std::string_view region, codec::Formatter formatter)
    : formatter_(formatter),
      local_(fmt::format(R"(}},"Local":{{"Domain":"{}","Port":{},"Protocol":"{}"}},"ReceivedAt":")",
                         escaped(domain), port, protocol)),
      region_(fmt::format(R"(","IngressRegion":"{}","Formatter":"{}","Data":")", escaped(region),
                          codec::name(formatter))) {}

bool PacketWriter::append(const RequestPacket& packet, std::string& out, bool* lossy) const {
  const std::size_t before = out.size();
  out += R"({"Tag":")";
  append_tag(out, packet.tag);
  out += R"(","Remote":{"IpAddress":")";
  append_address(out, packet.origin.remote.address);
  out += R"(","Port":)";
  append_number(out, packet.origin.remote.port);
  if (!packet.peer_key.empty()) {
    out += R"(,"PeerKey":")";
    out += packet.peer_key;
    out += '"';
  }
  out += local_;
  out += packet.received_at;
  out += region_;
  if (!codec::format_append(formatter_, packet.payload, out, lossy)) {
    out.resize(before);
    return false;
  }
  out += '"';
  if (packet.inner != nullptr) append_inner(out, *packet.inner);
  out += '}';
  return true;
}

std::string_view Stamp::at(WallTime time) {
  const std::int64_t millis = to_millis(time);
  if (millis == millis_) return text_;
  // Within a second only the last three digits change: "2026-11-02T09:15:30.204Z".
  if (millis_ >= 0 && millis >= 0 && millis / 1000 == millis_ / 1000) {
    const auto part = static_cast<unsigned>(millis % 1000);
    text_[20] = static_cast<char>('0' + part / 100);
    text_[21] = static_cast<char>('0' + part / 10 % 10);
    text_[22] = static_cast<char>('0' + part % 10);
  } else {
    text_ = to_iso8601(time);
  }
  millis_ = millis;
  return text_;
}

}  // namespace loopgate::gateway
