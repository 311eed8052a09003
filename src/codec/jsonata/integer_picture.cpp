#include "codec/jsonata/integer_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "codec/jsonata/number_text.h"
#include "codec/jsonata/number_words.h"
#include "codec/jsonata/utf16.h"
#include "codec/text.h"

namespace loopgate::codec::jsonata {

namespace {

// The zeros of Unicode's decimal digits in the basic plane (general category Nd).
constexpr std::array<char32_t, 37> kZeros = {
    0x30,   0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
    0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0,
    0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};

// Ours: longer ones are no numbers but a way to fill memory.
constexpr double kMaxDigits = 1000;
constexpr double kMaxRoman = 1'000'000;

struct Roman {
  double value;
  std::string_view text;
};
constexpr auto kRomans = std::to_array<Roman>({{1000, "m"},
                                               {900, "cm"},
                                               {500, "d"},
                                               {400, "cd"},
                                               {100, "c"},
                                               {90, "xc"},
                                               {50, "l"},
                                               {40, "xl"},
                                               {10, "x"},
                                               {9, "ix"},
                                               {5, "v"},
                                               {4, "iv"},
                                               {1, "i"}});

std::u32string decode(std::string_view utf8) {
  std::u32string text;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto character = character_at(utf8, at);
    text += static_cast<char32_t>(character.value);
    at += character.size;
  }
  return text;
}

char32_t zero_of(char32_t digit) {
  const auto found = std::ranges::find_if(
      kZeros, [&](char32_t zero) { return digit >= zero && digit <= zero + 9; });
  return found == kZeros.end() ? 0 : *found;
}

std::unexpected<Fault> too_long() {
  return std::unexpected(Fault{
      .code = kLimitCode, .message = "The picture makes a number that is too long", .limit = true});
}

std::string upper_ascii(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return text;
}

std::string letters_of(double value, char first) {
  std::string reversed;
  for (; value > 0; value = std::floor((value - 1) / 26)) {
    reversed += static_cast<char>(first + static_cast<int>(std::fmod(value - 1, 26)));
  }
  return {reversed.rbegin(), reversed.rend()};
}

std::string roman_of(double value) {
  std::string text;
  for (const Roman& roman : kRomans) {
    for (; value >= roman.value; value -= roman.value) text += roman.text;
  }
  return text;
}

double number_of_roman(std::string_view text) {
  double total = 0;
  double largest = 1;
  for (auto c = text.rbegin(); c != text.rend(); ++c) {
    const std::string_view digit(&*c, 1);
    const auto found = std::ranges::find(kRomans, std::string_view(lower(digit)), &Roman::text);
    if (found == kRomans.end()) return NAN;
    if (found->value < largest) {
      total -= found->value;
    } else {
      largest = found->value;
      total += found->value;
    }
  }
  return total;
}

double number_of_letters(std::string_view text, char first) {
  double total = 0;
  for (const char c : text) total = total * 26 + (c - first + 1);
  return total;
}

// Whether the separators repeat one another at equal distances: that distance, or 0.
std::size_t regular_distance(const std::vector<GroupSeparator>& separators) {
  std::size_t factor = 0;
  for (const auto& separator : separators) {
    if (separator.character != separators[0].character) return 0;
    factor = std::gcd(factor, separator.position);
  }
  for (std::size_t i = 1; i <= separators.size(); ++i) {
    if (std::ranges::find(separators, i * factor, &GroupSeparator::position) == separators.end()) {
      return 0;
    }
  }
  return factor;
}

std::expected<void, Fault> parse_digits(std::string_view text, IntegerPicture& picture) {
  const auto characters = decode(text);
  std::size_t places = 0;
  bool any = false;
  for (auto c = characters.rbegin(); c != characters.rend(); ++c) {
    if (const auto zero = zero_of(*c); zero != 0) {
      if (any && zero != picture.zero) return std::unexpected(Fault{.code = "D3131"});
      picture.zero = zero;
      any = true;
      ++places;
      ++picture.mandatory_digits;
    } else if (*c == U'#') {
      ++places;
      ++picture.optional_digits;
    } else {
      picture.separators.push_back({places, *c});
    }
  }
  if (!any) {
    picture.form = IntegerForm::kSequence;
    picture.token = text;
    return {};
  }
  if (const auto distance = regular_distance(picture.separators); distance > 0) {
    picture.regular = true;
    picture.separators = {{distance, picture.separators[0].character}};
  }
  return {};
}

void insert_separators(std::u32string& digits, const IntegerPicture& picture) {
  const auto size = digits.size();
  if (picture.regular) {
    const auto& separator = picture.separators[0];
    for (auto at = size; at > separator.position;) {
      at -= separator.position;
      digits.insert(at, 1, separator.character);
    }
    return;
  }
  // From the right, so that the places to the left stay where they are.
  for (const auto& separator : picture.separators) {
    if (separator.position < size) {
      digits.insert(size - separator.position, 1, separator.character);
    }
  }
}

std::string_view ordinal_suffix(std::u32string_view digits) {
  const auto last = digits.back();
  const bool teen = digits.size() > 1 && digits[digits.size() - 2] == U'1';
  if (teen || last < U'1' || last > U'3') return "th";
  return last == U'1' ? "st" : last == U'2' ? "nd" : "rd";
}

std::expected<std::string, Fault> decimal_text(double value, const IntegerPicture& picture) {
  if (picture.mandatory_digits > kMaxDigits) return too_long();
  std::string plain = number_text(value);
  if (static_cast<double>(plain.size()) < picture.mandatory_digits) {
    plain.insert(0, static_cast<std::size_t>(picture.mandatory_digits) - plain.size(), '0');
  }
  std::u32string digits;
  for (const char c : plain) {
    digits += c >= '0' && c <= '9' ? picture.zero + static_cast<char32_t>(c - '0')
                                   : static_cast<char32_t>(c);
  }
  insert_separators(digits, picture);
  std::string text;
  for (const char32_t c : digits) append_character(text, c);
  if (picture.ordinal) text += ordinal_suffix(digits);
  return text;
}

double decimal_number(std::string_view text, const IntegerPicture& picture) {
  if (picture.ordinal && text.size() >= 2) text.remove_suffix(2);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  bool any = false;
  for (const char32_t c : decode(text)) {
    const bool separates = std::ranges::find(picture.separators, c, &GroupSeparator::character) !=
                           picture.separators.end();
    if (separates) continue;
    if (c < picture.zero || c > picture.zero + 9) break;
    value = value * 10 + static_cast<double>(c - picture.zero);
    any = true;
  }
  if (!any) return NAN;
  return negative ? -value : value;
}

}  // namespace

std::expected<IntegerPicture, Fault> IntegerPicture::parse(std::string_view text) {
  IntegerPicture picture;
  const auto semicolon = text.rfind(';');
  const auto primary = text.substr(0, semicolon);
  if (semicolon != text.npos) picture.ordinal = text.substr(semicolon + 1).starts_with('o');
  if (primary == "A" || primary == "I" || primary == "W") picture.letters = LetterCase::kUpper;
  if (primary == "Ww") picture.letters = LetterCase::kTitle;
  if (primary == "A" || primary == "a") {
    picture.form = IntegerForm::kLetters;
  } else if (primary == "I" || primary == "i") {
    picture.form = IntegerForm::kRoman;
  } else if (primary == "W" || primary == "w" || primary == "Ww") {
    picture.form = IntegerForm::kWords;
  } else if (const auto parsed = parse_digits(primary, picture); !parsed) {
    return std::unexpected(parsed.error());
  }
  return picture;
}

std::expected<std::string, Fault> IntegerPicture::format(double value) const {
  const double size = std::abs(value);
  const bool whole = std::isfinite(value);
  std::string text;
  switch (form) {
    case IntegerForm::kLetters:
      if (whole) text = letters_of(size, letters == LetterCase::kUpper ? 'A' : 'a');
      break;
    case IntegerForm::kRoman:
      if (size > kMaxRoman) return too_long();
      text = letters == LetterCase::kUpper ? upper_ascii(roman_of(size)) : roman_of(size);
      break;
    case IntegerForm::kWords:
      text = whole ? words_of(size, ordinal) : number_text(size);
      if (letters == LetterCase::kUpper) text = upper_ascii(text);
      if (letters == LetterCase::kLower) text = lower(text);
      break;
    case IntegerForm::kDecimal: {
      auto digits = decimal_text(size, *this);
      if (!digits) return digits;
      text = std::move(*digits);
      break;
    }
    case IntegerForm::kSequence:
      return std::unexpected(
          Fault{.code = "D3130",
                .message = fmt::format("Formatting or parsing an integer as a sequence starting "
                                       "with \"{}\" is not supported by "
                                       "this implementation",
                                       token)});
  }
  return value < 0 ? "-" + text : text;
}

std::expected<double, Fault> IntegerPicture::parse_text(std::string_view text) const {
  switch (form) {
    case IntegerForm::kLetters:
      return number_of_letters(text, letters == LetterCase::kUpper ? 'A' : 'a');
    case IntegerForm::kRoman:
      return number_of_roman(text);
    case IntegerForm::kWords:
      return number_of_words(lower(text));
    case IntegerForm::kDecimal:
      return decimal_number(text, *this);
    case IntegerForm::kSequence:
      break;
  }
  return std::unexpected(format(0).error());
}

std::expected<std::string, Fault> IntegerPicture::pattern() const {
  const bool upper = letters == LetterCase::kUpper;
  switch (form) {
    case IntegerForm::kLetters:
      return upper ? "[A-Z]+" : "[a-z]+";
    case IntegerForm::kRoman:
      return upper ? "[MDCLXVI]+" : "[mdclxvi]+";
    case IntegerForm::kWords:
      return "(?:" + word_alternatives() + ")+";
    case IntegerForm::kDecimal: {
      if (parse_width > kMaxDigits) return too_long();
      const auto count = parse_width > 0 ? fmt::format("{{{}}}", parse_width) : "+";
      return "[0-9]" + count + (ordinal ? "(?:th|st|nd|rd)" : "");
    }
    case IntegerForm::kSequence:
      break;
  }
  return std::unexpected(format(0).error());
}

}  // namespace loopgate::codec::jsonata
