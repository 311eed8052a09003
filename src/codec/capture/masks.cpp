#include "codec/capture/masks.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "codec/glob.h"
#include "codec/hex.h"

namespace loopgate::codec::capture {

namespace {

constexpr std::string_view kMasked = "*";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// In a shape '9' is a digit, 'x' a hexadecimal one, 'a' a letter, '_' a digit or a space, 't' a T
// or a space; everything else is itself.
bool fits(char shape, char c) {
  switch (shape) {
    case '9':
      return is_digit(c);
    case 'x':
      return hex_digit(c) >= 0;
    case 'a':
      return is_letter(c);
    case '_':
      return is_digit(c) || c == ' ';
    case 't':
      return c == 'T' || c == ' ';
    default:
      return shape == c;
  }
}

bool starts_like(std::string_view text, std::string_view shape) {
  return text.size() >= shape.size() &&
         std::ranges::equal(shape, text.substr(0, shape.size()), fits);
}

std::size_t digits_at(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

std::size_t fraction_at(std::string_view text) {
  if (text.empty() || (text[0] != '.' && text[0] != ',')) return 0;
  const auto digits = digits_at(text.substr(1));
  return digits == 0 ? 0 : 1 + digits;
}

// How many characters of an identifier, or a time, the text starts with; 0 for none.
std::size_t id_at(std::string_view text) {
  constexpr std::string_view kUuid = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return starts_like(text, kUuid) ? kUuid.size() : 0;
}

std::size_t time_at(std::string_view text) {
  constexpr std::string_view kIso = "9999-99-99t99:99:99";
  constexpr std::string_view kRfc3164 = "aaa _9 99:99:99";
  if (starts_like(text, kIso)) {
    std::size_t size = kIso.size();
    size += fraction_at(text.substr(size));
    for (const std::string_view zone : {"Z", "+99:99", "-99:99", "+9999", "-9999"}) {
      if (starts_like(text.substr(size), zone)) return size + zone.size();
    }
    return size;
  }
  if (starts_like(text, kRfc3164)) return kRfc3164.size();
  // Since 1970, from 2001 to 2286.
  const auto digits = digits_at(text);
  if ((digits != 10 && digits != 13) || text[0] == '0') return 0;
  return digits + fraction_at(text.substr(digits));
}

bool ends_word(std::string_view text, std::size_t at) {
  return at >= text.size() || (!is_digit(text[at]) && !is_letter(text[at]));
}

template <class Finder>
void mask_shapes(std::string& text, Finder find) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = at == 0 || ends_word(text, at - 1);
    const std::size_t size = begins ? find(std::string_view(text).substr(at)) : 0;
    if (size != 0 && ends_word(text, at + size)) {
      out += kMasked;
      at += size;
    } else {
      out += text[at++];
    }
  }
  text = std::move(out);
}

std::optional<std::pair<std::size_t, std::size_t>> parse_range(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const auto number = [](std::string_view digits) -> std::optional<std::size_t> {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
  };
  const auto begin = number(text.substr(0, dash));
  const auto end =
      dash + 1 == text.size() ? std::optional(SIZE_MAX) : number(text.substr(dash + 1));
  if (!begin || !end) return std::nullopt;
  return std::pair(*begin, *end);
}

// "answer[0].ttl" → "ttl", "line[3]" → "line".
std::string_view last_name(std::string_view path) {
  if (const auto dot = path.rfind('.'); dot != std::string_view::npos) path.remove_prefix(dot + 1);
  return path.substr(0, path.find('['));
}

}  // namespace

Result<Masks> Masks::parse(const std::vector<std::string>& texts) {
  Masks out;
  for (const auto& text : texts) {
    const auto range = parse_range(text);
    if (text.empty()) return fail("a mask is empty: give ids, times, a field or a range of bytes");
    if (text == "ids") {
      out.ids_ = true;
    } else if (text == "times") {
      out.times_ = true;
    } else if (range && range->first >= range->second) {
      return fail(fmt::format("the mask {} is an empty range of bytes", text));
    } else if (range) {
      out.ranges_.push_back(*range);
    } else {
      out.paths_.push_back(text);
    }
  }
  return out;
}

void Masks::apply(Fields& fields) const {
  for (auto& field : fields.list) mask(fields.form, field);
}

void Masks::mask(std::string_view form, Field& field) const {
  if (names(form, field)) {
    field.value = kMasked;
    return;
  }
  if (form == "bytes") {
    for (const auto& [begin, end] : ranges_) {
      for (std::size_t i = 2 * begin; i < field.value.size() && i / 2 < end; ++i) {
        field.value[i] = kMasked[0];
      }
    }
    return;
  }
  if (form == "DNS") return;
  if (ids_) mask_shapes(field.value, id_at);
  if (times_) mask_shapes(field.value, time_at);
}

// A JSON document's own members are the user's business.
bool Masks::names(std::string_view form, const Field& field) const {
  const auto last = last_name(field.path);
  if (ids_ && form == "DNS" && field.path == "id") return true;
  if (ids_ && form == "CoAP" && (field.path == "message_id" || field.path == "token")) return true;
  if (times_ && form == "DNS" && last == "ttl") return true;
  return std::ranges::any_of(paths_, [&](const std::string& path) {
    return glob_matches(path, field.path) || glob_matches(path, last);
  });
}

}  // namespace loopgate::codec::capture
