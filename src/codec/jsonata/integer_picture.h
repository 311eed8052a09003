// Integers by a picture, as XPath's fn:format-integer has it (W3C, XPath and XQuery Functions 3.1,
// §4.6): decimal digits of any script with grouping separators, letters, Roman numerals, English
// words; cardinal or ordinal.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "codec/jsonata/fault.h"

namespace loopgate::codec::jsonata {

enum class IntegerForm : std::uint8_t { kDecimal, kLetters, kRoman, kWords, kSequence };
enum class LetterCase : std::uint8_t { kLower, kUpper, kTitle };

struct GroupSeparator {
  std::size_t position;  // digits to its right
  char32_t character;
};

struct IntegerPicture {
  IntegerForm form = IntegerForm::kDecimal;
  LetterCase letters = LetterCase::kLower;
  bool ordinal = false;
  char32_t zero = U'0';
  double mandatory_digits = 0;
  double optional_digits = 0;
  bool regular = false;  // one separator at every multiple of its position
  std::vector<GroupSeparator> separators{};
  // How many digits stand there where another number follows at once; 0: as many as there are.
  double parse_width = 0;
  std::string token{};  // of a numbering sequence, which nobody supports

  static std::expected<IntegerPicture, Fault> parse(std::string_view picture);

  // `value` is whole (or NaN).
  std::expected<std::string, Fault> format(double value) const;
  // NaN when the text is none.
  std::expected<double, Fault> parse_text(std::string_view text) const;
  // A regular expression of what `parse_text` takes.
  std::expected<std::string, Fault> pattern() const;
};

}  // namespace loopgate::codec::jsonata
