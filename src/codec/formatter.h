// The five ways in which a payload becomes the `Data` string of a request packet, and back.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace loopgate::codec {

enum class Formatter : unsigned char { kBase64, kHex, kUtf8, kAscii, kCoap };

// "base64", "hex", "utf8", "ascii", "coap"; nothing else, and no other case.
std::optional<Formatter> parse_formatter(std::string_view name);
std::string_view name(Formatter formatter);

// Appends `Data` as it stands inside a JSON string (escaped, without the quotes). `*lossy`, if
// given, is set to whether something was replaced (utf8, ascii). False, with `out` as it was, only
// when the payload of kCoap is not CoAP; `coap::parse` says why.
bool format_append(Formatter formatter, ByteSpan payload, std::string& out, bool* lossy = nullptr);

// The same without escapes: the text itself.
std::optional<std::string> format(Formatter formatter, ByteSpan payload, bool* lossy = nullptr);

// From the (unescaped) `Data` of a reply or a packet source's entry to the payload. The error says
// what is wrong with the text, and for kCoap which member of the document.
std::expected<Bytes, std::string> unformat(Formatter formatter, std::string_view data);

}  // namespace loopgate::codec
