#include "codec/regex.h"

#include <fmt/format.h>

#include "codec/limits.h"
#include "codec/pcre.h"

namespace loopgate::codec {

Result<Regex> Regex::compile(std::string_view expression, Subject subject) {
  if (expression.size() > kMaxRegexBytes)
    return fail(fmt::format("it is longer than {} bytes", kMaxRegexBytes));
  const std::uint32_t utf = subject == Subject::kUtf8 ? PCRE2_UTF : 0;
  auto code =
      pcre::compile(expression, utf | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C);
  if (!code) return fail(code.error());
  return Regex(*std::move(code));
}

Result<bool> Regex::matches(std::string_view text) const {
  const int count = pcre::match(code_, text, 0, {kMaxRegexSteps, kMaxRegexHeapKib}).count;
  if (count == PCRE2_ERROR_NOMATCH) return false;
  if (count < 0) return fail(pcre::message_of(count));
  return true;
}

}  // namespace loopgate::codec
