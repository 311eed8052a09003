#include "codec/glob.h"

#include <algorithm>

#include "codec/text.h"

namespace loopgate::codec {

namespace {

// How much of the pattern stands for `c` at its beginning; 0 when it is something else.
std::size_t one_character(std::string_view pattern, char c, const GlobOptions& options) {
  if (pattern.empty()) return 0;
  if (options.question_mark && pattern[0] == '?') return 1;
  const std::size_t literal = options.escapes && pattern[0] == '\\' && pattern.size() > 1 ? 1 : 0;
  const bool equal =
      options.ignore_case ? lower(pattern[literal]) == lower(c) : pattern[literal] == c;
  return equal ? literal + 1 : 0;
}

// How many characters at the pattern's beginning stand for themselves. Few of an ARN's do not.
std::size_t literal_head(std::string_view pattern) {
  return std::min({pattern.find('*'), pattern.find('?'), pattern.find('\\'), pattern.size()});
}

}  // namespace

// Greedy with one point of return: after each failure the last '*' takes one character more.
bool glob_matches(std::string_view pattern, std::string_view text, GlobOptions options) {
  constexpr auto kNone = std::string_view::npos;
  const std::size_t head = options.ignore_case ? 0 : literal_head(pattern);
  if (text.substr(0, head) != pattern.substr(0, head)) return false;
  std::size_t p = head;
  std::size_t t = head;
  std::size_t after_star = kNone;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_text = t;
    } else if (const auto taken = one_character(pattern.substr(p), text[t], options); taken != 0) {
      p += taken;
      ++t;
    } else if (after_star != kNone) {
      p = after_star;
      t = ++star_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == kNone;
}

}  // namespace loopgate::codec
