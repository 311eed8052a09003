#include "codec/percent.h"

#include <algorithm>

#include "codec/hex.h"

namespace loopgate::codec {

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' && plus == Plus::kBlank ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = hex_digit(text[++i]);
    const int low = hex_digit(text[++i]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPunctuation = "-._~";
  std::string out;
  for (const char& c : text) {
    const bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (alnum || kPunctuation.contains(c)) {
      out += c;
    } else {
      out += '%';
      hex_append_upper(out, as_bytes({&c, 1}));
    }
  }
  return out;
}

QueryField next_query_field(std::string_view& query) {
  const auto field = query.substr(0, query.find('&'));
  query.remove_prefix(std::min(query.size(), field.size() + 1));
  const auto equals = std::min(field.find('='), field.size());
  return {field.substr(0, equals), field.substr(std::min(equals + 1, field.size()))};
}

}  // namespace loopgate::codec
