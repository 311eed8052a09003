#include "codec/regex.h"

#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <string>

#include "codec/limits.h"

namespace loopgate::codec {

namespace {

std::string message_of(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

PCRE2_SPTR units(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

}  // namespace

Result<Regex> Regex::compile(std::string_view expression, Subject subject) {
  if (expression.size() > kMaxRegexBytes)
    return fail(fmt::format("it is longer than {} bytes", kMaxRegexBytes));
  const std::uint32_t utf = subject == Subject::kUtf8 ? PCRE2_UTF : 0;
  int error = 0;
  PCRE2_SIZE at = 0;
  pcre2_code* const code = pcre2_compile(
      units(expression), expression.size(),
      utf | PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_NEVER_BACKSLASH_C, &error, &at, nullptr);
  if (!code) return fail(fmt::format("{} (character {})", message_of(error), at));
  return Regex({code, pcre2_code_free});
}

Result<bool> Regex::matches(std::string_view text) const {
  const std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> limits(
      pcre2_match_context_create(nullptr), &pcre2_match_context_free);
  pcre2_set_match_limit(limits.get(), kMaxRegexSteps);
  pcre2_set_heap_limit(limits.get(), kMaxRegexHeapKib);
  const auto* const code = static_cast<const pcre2_code*>(code_.get());
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> found(
      pcre2_match_data_create_from_pattern(code, nullptr), &pcre2_match_data_free);
  const int count = pcre2_match(code, units(text), text.size(), 0, 0, found.get(), limits.get());
  if (count == PCRE2_ERROR_NOMATCH) return false;
  if (count < 0) return fail(message_of(count));
  return true;
}

}  // namespace loopgate::codec
