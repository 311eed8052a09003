#include "codec/jsonata/format_number.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "codec/jsonata/number_text.h"
#include "codec/jsonata/utf16.h"

namespace loopgate::codec::jsonata {

namespace {

using Text = std::u32string;

// Digits behind the point that JavaScript's toFixed takes.
constexpr std::size_t kMaxPlaces = 100;

Text decode(std::string_view utf8) {
  Text text;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto character = character_at(utf8, at);
    text += static_cast<char32_t>(character.value);
    at += character.size;
  }
  return text;
}

std::string encode(const Text& text) {
  std::string utf8;
  for (const char32_t c : text) append_character(utf8, c);
  return utf8;
}

// §4.7.3: a sub-picture's parts.
struct Parts {
  Text whole;
  Text prefix{};
  Text suffix{};
  Text active{};
  Text mantissa{};
  std::optional<Text> exponent{};
  Text integer{};
  Text fraction{};
};

// §4.7.4: what its parts say.
struct Layout {
  Text whole;
  Text prefix;
  Text suffix;
  std::vector<std::size_t> integer_groups{};   // digits to the right of each separator
  std::size_t regular_group = 0;               // their interval, when it is always the same
  std::vector<std::size_t> fraction_groups{};  // digits to the left
  std::size_t min_integer = 0;
  std::size_t scaling = 0;
  std::size_t min_fraction = 0;
  std::size_t max_fraction = 0;
  std::size_t min_exponent = 0;
};

class Formatter {
 public:
  explicit Formatter(const NumberFormat& format) : format_(format) {
    zero_ = format.zero_digit.empty() ? U'0' : format.zero_digit[0];
  }

  std::expected<std::string, Fault> run(double value, const Text& picture) {
    std::vector<Layout> layouts;
    for (const Text& part : sub_pictures(picture)) {
      const Parts parts = split(part);
      if (const char* const code = problem(parts)) return std::unexpected(Fault{.code = code});
      layouts.push_back(analyse(parts));
      if (layouts.size() > 2) return std::unexpected(Fault{.code = "D3080"});
      if (layouts.back().max_fraction > kMaxPlaces) {
        return std::unexpected(Fault{.code = kLimitCode,
                                     .message = "The picture has more than 100 fractional digits",
                                     .limit = true});
      }
    }
    if (layouts.size() == 1) {
      layouts.push_back(layouts[0]);
      layouts[1].prefix = format_.minus_sign + layouts[1].prefix;
    }
    return encode(write(value, layouts[value >= 0 ? 0 : 1]));
  }

 private:
  bool is_digit(char32_t c) const { return c >= zero_ && c < zero_ + 10; }
  bool is(const Text& property, char32_t c) const {
    return property.size() == 1 && property[0] == c;
  }
  bool is_place(char32_t c) const { return is_digit(c) || is(format_.digit, c); }
  bool is_active(char32_t c) const {
    return is_place(c) || is(format_.decimal_separator, c) || is(format_.exponent_separator, c) ||
           is(format_.grouping_separator, c) || is(format_.pattern_separator, c);
  }
  static bool has(const Text& text, const Text& part) {
    return !part.empty() && text.find(part) != Text::npos;
  }
  static bool has_two(const Text& text, const Text& part) {
    return has(text, part) && text.find(part) != text.rfind(part);
  }
  std::size_t count_digits(const Text& text) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [&](char32_t c) { return is_digit(c); }));
  }
  std::size_t count_places(const Text& text) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [&](char32_t c) { return is_place(c); }));
  }

  std::vector<Text> sub_pictures(const Text& picture) const {
    std::vector<Text> parts(1);
    for (const char32_t c : picture) {
      if (is(format_.pattern_separator, c))
        parts.emplace_back();
      else
        parts.back() += c;
    }
    return parts;
  }

  Parts split(const Text& whole) const {
    const auto begins = [&](char32_t c) {
      return is_active(c) && !is(format_.exponent_separator, c);
    };
    Parts parts{.whole = whole};
    const auto first = std::ranges::find_if(whole, begins);
    const auto last = std::find_if(whole.rbegin(), whole.rend(), begins);
    if (first != whole.end()) {
      parts.prefix = Text(whole.begin(), first);
      parts.suffix = Text(last.base(), whole.end());
    }
    parts.active =
        whole.substr(parts.prefix.size(), whole.size() - parts.prefix.size() - parts.suffix.size());
    parts.mantissa = parts.active;
    const auto exponent = format_.exponent_separator.empty()
                              ? Text::npos
                              : parts.active.find(format_.exponent_separator);
    if (exponent != Text::npos) {
      parts.mantissa = parts.active.substr(0, exponent);
      parts.exponent = parts.active.substr(exponent + 1);
    }
    const auto point = format_.decimal_separator.empty()
                           ? Text::npos
                           : parts.mantissa.find(format_.decimal_separator);
    parts.integer = parts.mantissa.substr(0, point);
    if (point != Text::npos)
      parts.fraction = parts.mantissa.substr(point + 1);
    else
      parts.fraction = parts.suffix;
    return parts;
  }

  // The rule that is broken; of several the last, as the reference has it.
  const char* problem(const Parts& parts) const {
    const char* code = nullptr;
    const Text& whole = parts.whole;
    const Text& group = format_.grouping_separator;
    if (has_two(whole, format_.decimal_separator)) code = "D3081";
    if (has_two(whole, format_.percent)) code = "D3082";
    if (has_two(whole, format_.per_mille)) code = "D3083";
    const bool scaled = has(whole, format_.percent) || has(whole, format_.per_mille);
    if (has(whole, format_.percent) && has(whole, format_.per_mille)) code = "D3084";
    if (count_places(parts.mantissa) == 0) code = "D3085";
    if (!std::ranges::all_of(parts.active, [&](char32_t c) { return is_active(c); }))
      code = "D3086";
    if (has(whole, format_.decimal_separator)) {
      if (has(whole, group + format_.decimal_separator) ||
          has(whole, format_.decimal_separator + group)) {
        code = group.empty() ? code : "D3087";
      }
    } else if (!parts.integer.empty() && is(group, parts.integer.back())) {
      code = "D3088";
    }
    if (!group.empty() && has(whole, group + group)) code = "D3089";
    const auto first_optional =
        std::ranges::find_if(parts.integer, [&](char32_t c) { return is(format_.digit, c); });
    if (first_optional != parts.integer.end() &&
        count_digits(Text(parts.integer.begin(), first_optional)) > 0) {
      code = "D3090";
    }
    const auto last_optional =
        format_.digit.empty() ? Text::npos : parts.fraction.rfind(format_.digit);
    if (last_optional != Text::npos && count_digits(parts.fraction.substr(last_optional)) > 0) {
      code = "D3091";
    }
    if (!parts.exponent) return code;
    if (!parts.exponent->empty() && scaled) code = "D3092";
    if (parts.exponent->empty() || count_digits(*parts.exponent) != parts.exponent->size()) {
      code = "D3093";
    }
    return code;
  }

  Layout analyse(const Parts& parts) const {
    Layout layout{.whole = parts.whole, .prefix = parts.prefix, .suffix = parts.suffix};
    for (std::size_t at = 0; at < parts.integer.size(); ++at) {
      if (is(format_.grouping_separator, parts.integer[at])) {
        layout.integer_groups.push_back(count_places(parts.integer.substr(at)));
      }
    }
    for (std::size_t at = 0; at < parts.fraction.size(); ++at) {
      if (is(format_.grouping_separator, parts.fraction[at])) {
        layout.fraction_groups.push_back(count_places(parts.fraction.substr(0, at)));
      }
    }
    layout.regular_group = regular(layout.integer_groups);
    layout.min_integer = layout.scaling = count_digits(parts.integer);
    layout.min_fraction = count_digits(parts.fraction);
    layout.max_fraction = count_places(parts.fraction);
    if (layout.min_integer == 0 && layout.max_fraction == 0) {
      if (parts.exponent)
        layout.min_fraction = layout.max_fraction = 1;
      else
        layout.min_integer = 1;
    }
    if (parts.exponent && layout.min_integer == 0 && has(parts.integer, format_.digit)) {
      layout.min_integer = 1;
    }
    if (layout.min_integer == 0 && layout.min_fraction == 0) layout.min_fraction = 1;
    if (parts.exponent) layout.min_exponent = count_digits(*parts.exponent);
    return layout;
  }

  static std::size_t regular(const std::vector<std::size_t>& positions) {
    if (positions.empty()) return 0;
    std::size_t factor = 0;
    for (const auto position : positions) factor = std::gcd(factor, position);
    for (std::size_t i = 1; i <= positions.size(); ++i) {
      if (std::ranges::find(positions, i * factor) == positions.end()) return 0;
    }
    return factor;
  }

  Text digits_of(double value, std::size_t places) const {
    Text text;
    for (const char c : fixed_text(std::abs(value), static_cast<int>(places))) {
      text += c >= '0' && c <= '9' ? zero_ + static_cast<char32_t>(c - '0')
                                   : static_cast<char32_t>(static_cast<unsigned char>(c));
    }
    return text;
  }

  // §4.7.5, whose bullets these are.
  Text write(double value, const Layout& layout) const {
    double mantissa = value;
    if (has(layout.whole, format_.percent))
      mantissa *= 100;
    else if (has(layout.whole, format_.per_mille))
      mantissa *= 1000;
    double exponent = 0;
    if (layout.min_exponent > 0) exponent = scale(mantissa, layout.scaling);
    const double rounded = round_half_even(mantissa, static_cast<double>(layout.max_fraction));
    const Text digits = digits_of(rounded, layout.max_fraction);
    const auto point = digits.find(U'.');
    Text integer = digits.substr(0, point);
    Text fraction = point == Text::npos ? Text() : digits.substr(point + 1);
    while (!integer.empty() && integer[0] == zero_) integer.erase(0, 1);
    while (!fraction.empty() && fraction.back() == zero_) fraction.pop_back();
    pad(integer, layout.min_integer, true);
    pad(fraction, layout.min_fraction, false);
    group(integer, fraction, layout);
    Text text = integer + format_.decimal_separator + fraction;
    if (fraction.empty() || !has(layout.whole, format_.decimal_separator)) {
      // The point itself, as a rule; what the reference takes off where there is a digit behind it
      // although the picture has no place for one.
      if (!text.empty() && (!fraction.empty() || !format_.decimal_separator.empty())) {
        text.pop_back();
      }
    }
    text = layout.prefix + text;
    if (layout.min_exponent > 0) {
      Text power = digits_of(exponent, 0);
      pad(power, layout.min_exponent, true);
      text += format_.exponent_separator + (exponent < 0 ? format_.minus_sign : Text()) + power;
    }
    return text + layout.suffix;
  }

  // Moves the point until the mantissa has as many digits before it as the picture.
  static double scale(double& mantissa, std::size_t scaling) {
    double exponent = 0;
    if (mantissa == 0 || !std::isfinite(mantissa)) return exponent;
    const double most = std::pow(10, static_cast<double>(scaling));
    const double least = std::pow(10, static_cast<double>(scaling) - 1);
    if (!std::isfinite(most)) return exponent;
    for (; std::abs(mantissa) < least; --exponent) mantissa *= 10;
    for (; std::abs(mantissa) > most; ++exponent) mantissa /= 10;
    return exponent;
  }

  void pad(Text& digits, std::size_t size, bool left) const {
    if (digits.size() >= size) return;
    digits.insert(left ? 0 : digits.size(), size - digits.size(), zero_);
  }

  void group(Text& integer, Text& fraction, const Layout& layout) const {
    const Text& separator = format_.grouping_separator;
    if (layout.regular_group > 0) {
      for (auto at = integer.size(); at > layout.regular_group;) {
        at -= layout.regular_group;
        integer.insert(at, separator);
      }
    } else {
      const auto size = integer.size();
      // From the left: what is put in does not move the places counted from the right.
      auto grown = size;
      for (const auto position : layout.integer_groups) {
        if (position >= size) continue;
        integer.insert(grown - position, separator);
        grown = integer.size();
      }
    }
    std::size_t moved = 0;
    for (const auto position : layout.fraction_groups) {
      if (position + moved >= fraction.size()) break;
      fraction.insert(position + moved, separator);
      ++moved;
    }
  }

  const NumberFormat& format_;
  char32_t zero_ = U'0';
};

}  // namespace

void NumberFormat::set(std::string_view property, std::string_view value) {
  const Text text = decode(value);
  if (property == "decimal-separator") decimal_separator = text;
  if (property == "grouping-separator") grouping_separator = text;
  if (property == "exponent-separator") exponent_separator = text;
  if (property == "minus-sign") minus_sign = text;
  if (property == "percent") percent = text;
  if (property == "per-mille") per_mille = text;
  if (property == "zero-digit") zero_digit = text;
  if (property == "digit") digit = text;
  if (property == "pattern-separator") pattern_separator = text;
}

std::expected<std::string, Fault> format_number(double value, std::string_view picture,
                                                const NumberFormat& format) {
  return Formatter(format).run(value, decode(picture));
}

}  // namespace loopgate::codec::jsonata
