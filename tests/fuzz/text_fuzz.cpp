// Bytes through every formatter, and text back: base64 and hex are exact, all of it is JSON.
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "codec/base64.h"
#include "codec/formatter.h"
#include "codec/hex.h"
#include "codec/text.h"

using loopgate::codec::Formatter;

namespace {

void check_formatter(Formatter formatter, loopgate::ByteSpan payload) {
  std::string json = "\"";
  bool lossy = false;
  bool lossy_too = false;
  const bool formatted = loopgate::codec::format_append(formatter, payload, json, &lossy);
  const auto text = loopgate::codec::format(formatter, payload, &lossy_too);
  LOOPGATE_CHECK(formatted == text.has_value() && lossy == lossy_too);
  if (!text) return;
  json += '"';
  LOOPGATE_CHECK(nlohmann::json::parse(json).get<std::string>() == *text);
  if (lossy || formatter == Formatter::kCoap) return;
  LOOPGATE_CHECK(loopgate::as_text(loopgate::codec::unformat(formatter, *text).value()) ==
                 loopgate::as_text(payload));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const loopgate::ByteSpan input = std::as_bytes(std::span(data, size));
  const std::string_view text = loopgate::as_text(input);
  for (const Formatter formatter : {Formatter::kBase64, Formatter::kHex, Formatter::kUtf8,
                                    Formatter::kAscii, Formatter::kCoap}) {
    check_formatter(formatter, input);
  }
  if (const auto bytes = loopgate::codec::base64_decode(text)) {
    LOOPGATE_CHECK(loopgate::codec::base64_encode(*bytes) == text);
  }
  if (const auto bytes = loopgate::codec::hex_decode(text)) {
    LOOPGATE_CHECK(loopgate::codec::hex_decode(loopgate::codec::hex_encode_lower(*bytes)) == bytes);
  }
  bool replaced = false;
  const std::string utf8 = loopgate::codec::utf8_from_bytes(input, &replaced);
  LOOPGATE_CHECK(loopgate::codec::is_valid_utf8(loopgate::as_bytes(utf8)));
  LOOPGATE_CHECK(replaced == !loopgate::codec::is_valid_utf8(input));
  return 0;
}
