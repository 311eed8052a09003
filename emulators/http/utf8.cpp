#include "emulators/http/utf8.h"

namespace loopgate::http {

namespace {

struct Lead {
  std::size_t size;
  std::int32_t bits;
  std::int32_t least;  // smaller values are overlong forms
};

Lead read_lead(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte >= 0xc2 && byte < 0xe0) return {2, byte & 0x1f, 0x80};
  if (byte >= 0xe0 && byte < 0xf0) return {3, byte & 0x0f, 0x800};
  if (byte >= 0xf0 && byte < 0xf5) return {4, byte & 0x07, 0x10000};
  return {0, 0, 0};
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
  const auto lead = read_lead(static_cast<unsigned char>(text[0]));
  if (lead.size == 0 || lead.size > text.size()) return {};
  auto value = lead.bits;
  for (std::size_t i = 1; i < lead.size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return {};
    value = value << 6 | (byte & 0x3f);
  }
  const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < lead.least || value > 0x10ffff || is_surrogate) return {};
  return {value, lead.size};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto point = first_code_point(text);
    if (point.value < 0) return false;
    text.remove_prefix(point.size);
  }
  return true;
}

}  // namespace loopgate::http
