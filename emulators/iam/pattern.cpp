#include "emulators/iam/pattern.h"

#include <cstddef>

namespace loopgate::iam {
namespace {

char fold(char c, Case sensitivity) {
  return sensitivity == Case::kInsensitive && c >= 'A' && c <= 'Z'
             ? static_cast<char>(c - 'A' + 'a')
             : c;
}

// Up to the next colon; the sixth part is the rest.
std::string_view next_part(std::string_view& rest, int index) {
  const auto colon = index < 5 ? rest.find(':') : std::string_view::npos;
  const auto part = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  return part;
}

}  // namespace

// Greedy with one point of return: at most pattern × text steps.
bool matches_pattern(std::string_view pattern, std::string_view text, Case sensitivity) {
  constexpr auto kNone = std::string_view::npos;
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t after_star = kNone;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_text = t;
    } else if (p < pattern.size() &&
               (pattern[p] == '?' || fold(pattern[p], sensitivity) == fold(text[t], sensitivity))) {
      ++p;
      ++t;
    } else if (after_star != kNone) {
      p = after_star;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool matches_arn(std::string_view pattern, std::string_view arn) {
  if (pattern == "*") return true;
  for (int i = 0; i < 6; ++i) {
    if (!matches_pattern(next_part(pattern, i), next_part(arn, i), Case::kSensitive)) return false;
  }
  return true;
}

}  // namespace loopgate::iam
