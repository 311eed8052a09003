#include "codec/capture/guess.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "codec/coap.h"
#include "codec/text.h"

namespace loopgate::codec::capture {

namespace {

std::uint8_t at(ByteSpan bytes, std::size_t index) {
  return std::to_integer<std::uint8_t>(bytes[index]);
}

std::uint16_t big16(ByteSpan bytes, std::size_t index) {
  return *ByteReader(bytes.subspan(index)).big<std::uint16_t>();
}

std::uint32_t big32(ByteSpan bytes, std::size_t index) {
  return *ByteReader(bytes.subspan(index)).big<std::uint32_t>();
}

bool printable(ByteSpan bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) {
    const auto c = std::to_integer<unsigned char>(b);
    return (c >= 0x20 && c < 0x7F) || c == '\t' || c == '\r' || c == '\n';
  });
}

// RFC 1035 §4.1: a header with small counts, then a name of labels, type and class.
bool looks_dns(ByteSpan bytes) {
  constexpr std::size_t kHeader = 12;
  if (bytes.size() < kHeader) return false;
  const std::uint16_t flags = big16(bytes, 2);
  const bool response = (flags & 0x8000) != 0;
  const unsigned opcode = flags >> 11 & 0xF;
  const std::size_t questions = big16(bytes, 4);
  const std::size_t answers = big16(bytes, 6);
  if (opcode > 6 || questions > 32 || answers > 512) return false;
  if (!response && (flags & 0xF) != 0) return false;  // a request has no response code
  if (questions == 0) return response && answers != 0 && bytes.size() > kHeader + 10;
  ByteReader in(bytes.subspan(kHeader));
  for (;;) {
    const auto label = in.u8();
    if (!label || *label > 63 || !in.skip(*label)) return false;
    if (*label == 0) break;
  }
  const auto type = in.big<std::uint16_t>();
  const auto rr_class = in.big<std::uint16_t>();
  if (!rr_class || *type == 0) return false;
  const unsigned plain_class = *rr_class & 0x7FFFU;  // mDNS asks for unicast with the top bit
  return plain_class == 1 || plain_class == 3 || plain_class == 4 || plain_class >= 254;
}

// RFC 7252 §3, and codes that are assigned; text that happens to parse is text.
bool looks_coap(ByteSpan bytes) {
  if (bytes.size() < 4 || printable(bytes)) return false;
  const unsigned code_class = at(bytes, 1) >> 5U;
  const unsigned detail = at(bytes, 1) & 31U;
  const bool known = (code_class == 0 && detail <= 7) || (code_class == 2 && detail <= 31) ||
                     code_class == 4 || code_class == 5;
  return known && coap::parse(bytes).has_value();
}

// RFC 5424 §6, RFC 3164 §4.1.1: <priority>, at most 191.
bool looks_syslog(ByteSpan bytes) {
  const auto text = as_text(bytes);
  if (!text.starts_with('<')) return false;
  const auto end = text.find('>');
  if (end == std::string_view::npos || end < 2 || end > 4) return false;
  unsigned priority = 0;
  for (const char c : text.substr(1, end - 1)) {
    if (c < '0' || c > '9') return false;
    priority = 10 * priority + static_cast<unsigned>(c - '0');
  }
  return priority <= 191;
}

// RFC 5905 §7.3: version and mode, then 48 bytes.
bool looks_ntp(ByteSpan bytes) {
  if (bytes.empty()) return false;
  const unsigned version = at(bytes, 0) >> 3 & 7U;
  const unsigned mode = at(bytes, 0) & 7U;
  const bool control = mode == 6 || mode == 7;  // ntpq, ntpdc
  return version >= 1 && version <= 4 && mode != 0 && bytes.size() >= (control ? 8U : 48U);
}

// RFC 2865 §3: code | identifier | length | authenticator (16) | attributes.
bool looks_radius(ByteSpan bytes) {
  if (bytes.size() < 20) return false;
  const unsigned code = at(bytes, 0);
  const bool known =
      (code >= 1 && code <= 5) || (code >= 11 && code <= 13) || (code >= 40 && code <= 45);
  const std::size_t length = big16(bytes, 2);
  if (!known || length < 20 || length > bytes.size()) return false;
  ByteReader in(bytes.first(length).subspan(20));
  while (!in.empty()) {
    const auto type = in.u8();
    const auto size = in.u8();
    if (!size || *type == 0 || *size < 2 || !in.skip(*size - 2U)) return false;
  }
  return true;
}

// The paper, §5.4: a type and three zeros; handshakes have one size each.
bool looks_wireguard(ByteSpan bytes) {
  if (bytes.size() < 32 || big32(bytes, 0) > 0x04000000 || (big32(bytes, 0) & 0xFFFFFF) != 0) {
    return false;
  }
  switch (at(bytes, 0)) {
    case 1:
      return bytes.size() == 148;
    case 2:
      return bytes.size() == 92;
    case 3:
      return bytes.size() == 64;
    case 4:
      return bytes.size() % 16 == 0;
    default:
      return false;
  }
}

// RFC 6347 §4.1, RFC 9147 §4: content type | version | epoch and sequence (8) | length; or the
// unified header of 1.3, which alone says too little.
bool looks_dtls(ByteSpan bytes) {
  if (bytes.size() < 13) return false;
  const unsigned type = at(bytes, 0);
  const unsigned version = big16(bytes, 1);
  return type >= 20 && type <= 26 && (version == 0xFEFF || version == 0xFEFD) &&
         std::size_t{13} + big16(bytes, 11) <= bytes.size();
}

// RFC 9000 §17.2: long header, a version, connection ids of at most 20 bytes.
bool looks_quic(ByteSpan bytes) {
  if (bytes.size() < 7 || (at(bytes, 0) & 0x80) == 0) return false;
  const std::uint32_t version = big32(bytes, 1);
  const bool known = version == 0 || version == 1 || version == 0x6B3343CF ||
                     version >> 8 == 0xFF0000 || (version & 0x0F0F0F0F) == 0x0A0A0A0A;
  if (!known || (version != 0 && (at(bytes, 0) & 0x40) == 0)) return false;
  const std::size_t destination = at(bytes, 5);
  if (destination > 20 || bytes.size() < 7 + destination) return false;
  const std::size_t source = at(bytes, 6 + destination);
  return source <= 20 && bytes.size() >= 7 + destination + source;
}

// RFC 3261 §7: a status line, or a method and a URI and the version.
bool looks_sip(ByteSpan bytes) {
  const auto text = as_text(bytes);
  const auto line = text.substr(0, text.find('\r'));
  return line.starts_with("SIP/2.0 ") || line.ends_with(" SIP/2.0");
}

// RFC 1350 §5: a request names file and mode; data and acknowledgements have a block's number.
bool looks_tftp_request(ByteSpan bytes) {
  if (bytes.size() < 6 || big16(bytes, 0) == 0 || big16(bytes, 0) > 2) return false;
  const auto text = as_text(bytes).substr(2);
  const auto name = text.find('\0');
  if (name == std::string_view::npos || name == 0) return false;
  const auto mode = lower(text.substr(name + 1, text.find('\0', name + 1) - name - 1));
  return mode == "octet" || mode == "netascii" || mode == "mail";
}

bool looks_tftp(ByteSpan bytes) {
  if (looks_tftp_request(bytes)) return true;
  if (bytes.size() < 4) return false;
  switch (big16(bytes, 0)) {
    case 3:
      return bytes.size() <= 516 && (big16(bytes, 2) == 1 || bytes.size() == 516);
    case 4:
      return bytes.size() == 4;
    case 5:
      return bytes.size() > 4 && big16(bytes, 2) <= 8 && at(bytes, bytes.size() - 1) == 0;
    case 6:
      return printable(bytes.subspan(2, 1)) && at(bytes, bytes.size() - 1) == 0;
    default:
      return false;
  }
}

// RFC 1157 §4: a BER sequence that fits, with a version 0, 1 or 3 in front.
bool looks_snmp(ByteSpan bytes) {
  ByteReader in(bytes);
  if (in.u8() != 0x30) return false;
  const auto length = in.u8();
  if (!length) return false;
  std::size_t size = *length;
  if ((*length & 0x80) != 0) {
    size = 0;
    for (int i = *length & 0x7F; i > 0; --i) {
      const auto byte = in.u8();
      if (!byte || size > 0xFFFF) return false;
      size = size << 8 | *byte;
    }
  }
  if (size != in.remaining()) return false;
  const auto version = in.take(3);
  return version && at(*version, 0) == 2 && at(*version, 1) == 1 && at(*version, 2) <= 3;
}

// RFC 2131 §2, §3: BOOTP with the magic cookie.
bool looks_dhcp(ByteSpan bytes) {
  return bytes.size() >= 240 && (at(bytes, 0) == 1 || at(bytes, 0) == 2) &&
         big32(bytes, 236) == 0x63825363;
}

// RFC 8415 §8: a message type and a transaction, or a relay's hop count.
bool looks_dhcpv6(ByteSpan bytes) {
  return bytes.size() >= 4 && at(bytes, 0) >= 1 && at(bytes, 0) <= 13;
}

// RFC 8489 §5.
bool looks_stun(ByteSpan bytes) {
  return bytes.size() >= 20 && (at(bytes, 0) & 0xC0) == 0 && big32(bytes, 4) == 0x2112A442 &&
         std::size_t{20} + big16(bytes, 2) <= bytes.size();
}

// UPnP Device Architecture §1: HTTP's start lines.
bool looks_ssdp(ByteSpan bytes) {
  const auto text = as_text(bytes);
  return text.starts_with("M-SEARCH * HTTP/1.1") || text.starts_with("NOTIFY * HTTP/1.1") ||
         text.starts_with("HTTP/1.1 200 OK\r\n");
}

// RFC 7296 §3.1: two SPIs | next payload | version | exchange | flags | id | length. On port 4500
// four zeros stand before it (RFC 3948 §2.2).
bool looks_ike(ByteSpan bytes) {
  if (bytes.size() >= 32 && big32(bytes, 0) == 0) bytes = bytes.subspan(4);
  return bytes.size() >= 28 && (at(bytes, 17) == 0x20 || at(bytes, 17) == 0x10) &&
         big32(bytes, 24) == bytes.size();
}

// RFC 3550 §5.1, §6: version 2.
bool looks_rtp(ByteSpan bytes) {
  return bytes.size() >= 12 && (at(bytes, 0) & 0xC0) == 0x80;
}

// RFC 7011 §3.1 has a length; NetFlow 5 and 9 have counts.
bool looks_ipfix(ByteSpan bytes) {
  return bytes.size() >= 16 && big16(bytes, 0) == 10 && big16(bytes, 2) == bytes.size();
}
bool looks_netflow(ByteSpan bytes) {
  return bytes.size() >= 20 && (big16(bytes, 0) == 5 || big16(bytes, 0) == 9) &&
         big16(bytes, 2) >= 1 && big16(bytes, 2) <= 100;
}

// MQTT-SN 1.2 §5.2: a length (1 byte, or 01 and 2 bytes) and a message type.
bool looks_mqtt_sn(ByteSpan bytes) {
  if (bytes.size() < 2) return false;
  if (at(bytes, 0) == 1) return bytes.size() >= 4 && big16(bytes, 1) == bytes.size();
  return at(bytes, 0) == bytes.size() && (at(bytes, 1) <= 0x1D || at(bytes, 1) == 0xFE);
}

// name:value|type
bool looks_statsd(ByteSpan bytes) {
  const auto text = as_text(bytes);
  const auto colon = text.find(':');
  const auto bar = text.find('|');
  if (colon == std::string_view::npos || bar == std::string_view::npos || colon == 0) return false;
  const auto type = text.substr(bar + 1, 1);
  return colon < bar && printable(bytes) &&
         (type == "c" || type == "g" || type == "m" || type == "h" || type == "s" || type == "d");
}

// ASHRAE 135 Annex J, KNXnet/IP §2.3: a length of the whole.
bool looks_bacnet(ByteSpan bytes) {
  return bytes.size() >= 4 && at(bytes, 0) == 0x81 && big16(bytes, 2) == bytes.size();
}
bool looks_knx(ByteSpan bytes) {
  return bytes.size() >= 6 && big16(bytes, 0) == 0x0610 && big16(bytes, 4) == bytes.size();
}

bool looks_json(ByteSpan bytes) {
  auto text = as_text(bytes);
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ' ||
                           text.back() == '\0')) {
    text.remove_suffix(1);
  }
  return text.size() >= 2 && is_valid_utf8(as_bytes(text)) &&
         ((text.front() == '{' && text.back() == '}') ||
          (text.front() == '[' && text.back() == ']'));
}

bool always(ByteSpan) {
  return true;
}

struct Row {
  std::string_view name;
  bool (*looks)(ByteSpan);
  bool by_itself;  // says enough on any port
  std::array<std::uint16_t, 6> ports;
};

// Ports are the registered ones (IANA), and what else is in use.
constexpr Row kRows[] = {
    {"mDNS", looks_dns, false, {5353}},
    {"LLMNR", looks_dns, false, {5355}},
    {"NetBIOS", looks_dns, false, {137}},
    {"DNS", looks_dns, true, {53}},
    {"DHCP", looks_dhcp, true, {67, 68}},
    {"DHCPv6", looks_dhcpv6, false, {546, 547}},
    {"TFTP", looks_tftp, false, {69}},
    {"NTP", looks_ntp, false, {123}},
    {"SNMP", looks_snmp, true, {161, 162}},
    {"RADIUS", looks_radius, true, {1812, 1813, 1645, 1646, 3799}},
    {"WireGuard", looks_wireguard, true, {51820}},
    {"DTLS", looks_dtls, true, {5684, 4433}},
    {"QUIC", looks_quic, true, {443, 853, 8443}},
    {"STUN", looks_stun, true, {3478, 3479, 5349}},
    {"SIP", looks_sip, true, {5060, 5061}},
    {"SSDP", looks_ssdp, true, {1900}},
    {"IKE", looks_ike, true, {500, 4500}},
    {"IPFIX", looks_ipfix, true, {4739}},
    {"NetFlow", looks_netflow, false, {2055, 9995, 9996, 2056}},
    {"BACnet", looks_bacnet, true, {47808}},
    {"KNX", looks_knx, true, {3671}},
    {"syslog", looks_syslog, true, {514, 5514}},
    {"StatsD", looks_statsd, true, {8125}},
    {"CoAP", looks_coap, true, {5683}},
    {"MQTT-SN", looks_mqtt_sn, false, {1883, 1884, 10000, 2442}},
    {"TFTP", looks_tftp_request, true, {}},
    {"RTP", looks_rtp, false, {5004, 5005}},
    {"JSON", looks_json, true, {}},
    // Encrypted or without a mark of their own: the port is all there is.
    {"QUIC", always, false, {443}},
    {"IPsec", always, false, {4500}},
    {"OpenVPN", always, false, {1194}},
    {"VXLAN", always, false, {4789}},
    {"GTP", always, false, {2152, 2123}},
    {"L2TP", always, false, {1701}},
    {"syslog", always, false, {514}},
};

}  // namespace

std::string_view guess_protocol(const UdpDatagram& datagram) {
  if (datagram.payload.empty()) return {};
  const auto has_port = [&](const Row& row) {
    return std::ranges::any_of(row.ports, [&](std::uint16_t port) {
      return port != 0 && (port == datagram.source.port || port == datagram.destination.port);
    });
  };
  for (const Row& row : kRows) {
    if (has_port(row) && row.looks(datagram.payload)) return row.name;
  }
  for (const Row& row : kRows) {
    if (row.by_itself && row.looks(datagram.payload)) return row.name;
  }
  return {};
}

}  // namespace loopgate::codec::capture
