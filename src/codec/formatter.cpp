#include "codec/formatter.h"

#include <algorithm>
#include <array>

#include "codec/base64.h"
#include "codec/coap.h"
#include "codec/hex.h"
#include "codec/text.h"

namespace loopgate::codec {

namespace {

constexpr std::array<std::string_view, 5> kNames = {"base64", "hex", "utf8", "ascii", "coap"};

void append_utf8(ByteSpan payload, std::string& out, bool& lossy) {
  lossy = !is_valid_utf8(payload);
  if (lossy) {
    json_escape_append(out, utf8_from_bytes(payload));
  } else {
    json_escape_append(out, as_text(payload));
  }
}

void append_ascii(ByteSpan payload, std::string& out, bool& lossy) {
  lossy = !is_ascii(payload);
  if (lossy) {
    json_escape_append(out, ascii_from_bytes(payload));
  } else {
    json_escape_append(out, as_text(payload));
  }
}

std::expected<Bytes, std::string> expect(std::optional<Bytes> bytes, const char* otherwise) {
  if (!bytes) return std::unexpected<std::string>(otherwise);
  return std::move(*bytes);
}

}  // namespace

std::optional<Formatter> parse_formatter(std::string_view name) {
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Formatter>(found - kNames.begin());
}

std::string_view name(Formatter formatter) {
  return kNames[static_cast<std::size_t>(formatter)];
}

bool format_append(Formatter formatter, ByteSpan payload, std::string& out, bool* lossy) {
  bool replaced = false;
  switch (formatter) {
    case Formatter::kBase64:
      base64_append(out, payload);
      break;
    case Formatter::kHex:
      hex_append_upper(out, payload);
      break;
    case Formatter::kUtf8:
      append_utf8(payload, out, replaced);
      break;
    case Formatter::kAscii:
      append_ascii(payload, out, replaced);
      break;
    case Formatter::kCoap: {
      const auto message = coap::parse(payload);
      if (!message) return false;
      json_escape_append(out, coap::to_inbound_json(*message));
      break;
    }
  }
  if (lossy != nullptr) *lossy = replaced;
  return true;
}

std::optional<std::string> format(Formatter formatter, ByteSpan payload, bool* lossy) {
  if (lossy != nullptr) *lossy = false;
  switch (formatter) {
    case Formatter::kBase64:
      return base64_encode(payload);
    case Formatter::kHex:
      return hex_encode_upper(payload);
    case Formatter::kUtf8:
      return utf8_from_bytes(payload, lossy);
    case Formatter::kAscii:
      if (lossy != nullptr) *lossy = !is_ascii(payload);
      return ascii_from_bytes(payload);
    case Formatter::kCoap:
      break;
  }
  const auto message = coap::parse(payload);
  if (!message) return std::nullopt;
  return coap::to_inbound_json(*message);
}

std::expected<Bytes, std::string> unformat(Formatter formatter, std::string_view data) {
  switch (formatter) {
    case Formatter::kBase64:
      return expect(base64_decode(data), "not base64 (standard alphabet, padded)");
    case Formatter::kHex:
      return expect(hex_decode(data), "not an even number of hexadecimal digits");
    case Formatter::kUtf8:
      return to_bytes(data);
    case Formatter::kAscii:
      return expect(ascii_to_bytes(data), "a character over 0x7F is not ASCII");
    case Formatter::kCoap:
      break;
  }
  const auto message = coap::from_outbound_json(data);
  if (!message) return std::unexpected(message.error());
  return coap::serialize(*message);
}

}  // namespace loopgate::codec
