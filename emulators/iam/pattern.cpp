#include "emulators/iam/pattern.h"

#include "codec/glob.h"

namespace loopgate::iam {
namespace {

// Up to the next colon; the sixth part is the rest.
std::string_view next_part(std::string_view& rest, int index) {
  const auto colon = index < 5 ? rest.find(':') : std::string_view::npos;
  const auto part = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
  return part;
}

}  // namespace

bool matches_pattern(std::string_view pattern, std::string_view text, Case sensitivity) {
  return codec::glob_matches(
      pattern, text, {.question_mark = true, .ignore_case = sensitivity == Case::kInsensitive});
}

bool matches_arn(std::string_view pattern, std::string_view arn) {
  if (pattern == "*") return true;
  for (int i = 0; i < 6; ++i) {
    if (!matches_pattern(next_part(pattern, i), next_part(arn, i), Case::kSensitive)) return false;
  }
  return true;
}

}  // namespace loopgate::iam
