#include "codec/jsonata/letter_case.h"

#include <locale.h>
#include <wctype.h>

#include "codec/jsonata/utf16.h"

namespace loopgate::codec::jsonata {

namespace {

// Compiled into the C library, whatever locales are installed.
locale_t unicode() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

bool is_letter(std::uint32_t value) {
  return unicode() != nullptr && iswalpha_l(static_cast<wint_t>(value), unicode()) != 0;
}

std::uint32_t mapped(std::uint32_t value, bool upper) {
  if (value < 0x80) {
    if (upper) return value >= 'a' && value <= 'z' ? value - 32 : value;
    return value >= 'A' && value <= 'Z' ? value + 32 : value;
  }
  if (is_surrogate(value) || unicode() == nullptr) return value;
  const auto wide = static_cast<wint_t>(value);
  return upper ? towupper_l(wide, unicode()) : towlower_l(wide, unicode());
}

// Of one character that becomes several (Unicode's SpecialCasing.txt); empty for all others.
std::string_view special_upper(std::uint32_t value) {
  switch (value) {
    case 0x00DF:
      return "SS";
    case 0x0149:
      return "\u02BCN";
    case 0x01F0:
      return "J\u030C";
    case 0xFB00:
      return "FF";
    case 0xFB01:
      return "FI";
    case 0xFB02:
      return "FL";
    case 0xFB03:
      return "FFI";
    case 0xFB04:
      return "FFL";
    case 0xFB05:
    case 0xFB06:
      return "ST";
    default:
      return {};
  }
}

}  // namespace

std::string upper_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    if (const auto special = special_upper(character.value); !special.empty())
      out += special;
    else
      append_character(out, mapped(character.value, true));
    at += character.size;
  }
  return out;
}

std::string lower_case(std::string_view text) {
  constexpr std::uint32_t kSigma = 0x03A3;
  constexpr std::uint32_t kFinalSigma = 0x03C2;
  std::string out;
  out.reserve(text.size());
  bool after_letter = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    at += character.size;
    const bool before_letter = at < text.size() && is_letter(character_at(text, at).value);
    if (character.value == 0x0130) {
      out += "i\u0307";
    } else if (character.value == kSigma && after_letter && !before_letter) {
      append_character(out, kFinalSigma);
    } else {
      append_character(out, mapped(character.value, false));
    }
    after_letter = is_letter(character.value);
  }
  return out;
}

}  // namespace loopgate::codec::jsonata
