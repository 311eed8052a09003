// A regular expression of the language: JavaScript's notation (ECMA-262 §22.2, without the u flag),
// run by PCRE2. What only PCRE2 knows (verbs, \Q, \G, inline flags, recursion) is refused or means
// what it means in JavaScript. Different: one character is one `.` even beyond U+FFFF, and a
// look-behind must have a bounded length.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace loopgate::codec::jsonata {

struct Span {
  std::size_t begin = 0;  // bytes
  std::size_t end = 0;
  bool matched = false;
};

enum class Search : unsigned char { kFound, kNothing, kGivenUp };

class Pattern {
 public:
  // `flags` are of "im". An error is the engine's sentence.
  static std::expected<Pattern, std::string> compile(std::string_view source,
                                                     std::string_view flags);

  // The first match from byte `from` on: the whole, then each group.
  Search find(std::string_view text, std::size_t from, std::vector<Span>& spans) const;

  const std::string& source() const { return source_; }

 private:
  Pattern(std::string source, std::shared_ptr<const void> code)
      : source_(std::move(source)), code_(std::move(code)) {}

  std::string source_;
  // A pcre2_code: its header defines macros, and stays in the .cpp.
  std::shared_ptr<const void> code_;
};

}  // namespace loopgate::codec::jsonata
