// What Regex and jsonata::Pattern share of PCRE2. Only for their two .cpp files: pcre2.h defines
// macros.
#pragma once

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <array>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace loopgate::codec::pcre {

inline std::string message_of(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

inline PCRE2_SPTR units(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

// A pcre2_code. An error is the engine's sentence, with its place. `context` may be null.
inline std::expected<std::shared_ptr<const void>, std::string> compile(
    std::string_view expression, std::uint32_t options, pcre2_compile_context* context = nullptr) {
  int error = 0;
  PCRE2_SIZE at = 0;
  pcre2_code* const code =
      pcre2_compile(units(expression), expression.size(), options, &error, &at, context);
  if (!code) return std::unexpected(fmt::format("{} (character {})", message_of(error), at));
  return std::shared_ptr<const void>(code, [](const void* compiled) {
    pcre2_code_free(static_cast<pcre2_code*>(const_cast<void*>(compiled)));
  });
}

struct MatchLimits {
  std::uint32_t steps = 0;
  std::uint32_t heap_kib = 0;
};

struct MatchData {
  std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> found;
  int count = 0;  // of pcre2_match(3): groups, or an error
};

inline MatchData match(const std::shared_ptr<const void>& compiled, std::string_view text,
                       std::size_t from, const MatchLimits& limits) {
  const std::unique_ptr<pcre2_match_context, decltype(&pcre2_match_context_free)> context(
      pcre2_match_context_create(nullptr), &pcre2_match_context_free);
  pcre2_set_match_limit(context.get(), limits.steps);
  pcre2_set_heap_limit(context.get(), limits.heap_kib);
  const auto* const code = static_cast<const pcre2_code*>(compiled.get());
  MatchData data{{pcre2_match_data_create_from_pattern(code, nullptr), &pcre2_match_data_free}};
  data.count =
      pcre2_match(code, units(text), text.size(), from, 0, data.found.get(), context.get());
  return data;
}

}  // namespace loopgate::codec::pcre
