#include "codec/jsonata/pattern.h"

#include <fmt/format.h>

#include "codec/jsonata/limits.h"
#include "codec/pcre.h"

namespace loopgate::codec::jsonata {

namespace {

// What \s is in JavaScript beyond ASCII (ECMA-262 §12.2, §12.3).
constexpr std::string_view kSpaces =
    R"(\s\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff)";

// JavaScript's notation in PCRE2's.
class Translation {
 public:
  explicit Translation(std::string_view source) : source_(source) {}

  std::expected<std::string, std::string> translate() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '\\') {
        escape();
      } else if (in_class_) {
        class_character(c);
      } else if (c == '[') {
        open_class();
      } else if (c == '(' && !known_group()) {
        return std::unexpected(fmt::format("unknown group at character {}", at_));
      } else {
        take(1);
      }
    }
    return out_;
  }

 private:
  void take(std::size_t bytes) {
    out_ += source_.substr(at_, bytes);
    at_ += bytes;
  }

  void open_class() {
    in_class_ = true;
    take(1);
    if (source_.substr(at_).starts_with('^')) take(1);
  }

  // "[" is itself inside a class; PCRE2 would look for the name of a class.
  void class_character(char c) {
    if (c == ']') in_class_ = false;
    if (c == '[') out_ += '\\';
    take(1);
  }

  bool known_group() const {
    const auto rest = source_.substr(at_ + 1);
    if (rest.starts_with('*')) return false;
    if (!rest.starts_with('?')) return true;
    for (const auto* known : {"?:", "?=", "?!", "?<"}) {
      if (rest.starts_with(known)) return true;
    }
    return false;
  }

  void escape() {
    constexpr std::string_view kSame = "dDwWbBtnfrcxukSs0123456789";
    if (at_ + 1 >= source_.size()) return take(1);
    const char c = source_[at_ + 1];
    if (c == 's') {
      out_ += in_class_ ? std::string(kSpaces) : fmt::format("[{}]", kSpaces);
      at_ += 2;
    } else if (c == 'S' && !in_class_) {
      out_ += fmt::format("[^{}]", kSpaces);
      at_ += 2;
    } else if (c == 'v') {
      out_ += "\\x0b";
      at_ += 2;
    } else if (kSame.find(c) != kSame.npos || !is_word(c)) {
      take(2);
    } else {
      ++at_;  // a letter without a meaning is itself
      take(1);
    }
  }

  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool in_class_ = false;
  std::string out_;
};

}  // namespace

std::expected<Pattern, std::string> Pattern::compile(std::string_view source,
                                                     std::string_view flags) {
  const auto translated = Translation(source).translate();
  if (!translated) return std::unexpected(translated.error());
  std::uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_ALT_BSUX |
                          PCRE2_MATCH_UNSET_BACKREF | PCRE2_ALLOW_EMPTY_CLASS |
                          PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
  if (flags.find('i') != flags.npos) options |= PCRE2_CASELESS;
  if (flags.find('m') != flags.npos) options |= PCRE2_MULTILINE;
  const std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)> context(
      pcre2_compile_context_create(nullptr), &pcre2_compile_context_free);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANYCRLF);
  auto code = pcre::compile(*translated, options, context.get());
  if (!code) return std::unexpected(std::move(code.error()));
  return Pattern(std::string(source), *std::move(code));
}

Search Pattern::find(std::string_view text, std::size_t from, std::vector<Span>& spans) const {
  const auto [found, count] =
      pcre::match(code_, text, from, {kMaxPatternSteps, kMaxPatternHeapKib});
  if (count == PCRE2_ERROR_NOMATCH) return Search::kNothing;
  if (count < 0) return Search::kGivenUp;
  const PCRE2_SIZE* const offsets = pcre2_get_ovector_pointer(found.get());
  spans.assign(pcre2_get_ovector_count(found.get()), {});
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const auto begin = offsets[2 * i];
    if (begin != PCRE2_UNSET) spans[i] = {begin, offsets[2 * i + 1], true};
  }
  return Search::kFound;
}

}  // namespace loopgate::codec::jsonata
