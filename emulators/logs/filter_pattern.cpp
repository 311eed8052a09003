#include "emulators/logs/filter_pattern.h"

#include <algorithm>

namespace loopgate::logs {

namespace {

constexpr std::size_t kMaxPattern = 1024;  // of the service

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Takes one term, quoted or not, off the front of `text`.
Result<std::string> take_term(std::string_view& text) {
  if (text.empty() || is_space(text.front()))
    return fail("Invalid filter pattern: a term is missing");
  std::string term;
  if (text.front() != '"') {
    const auto end = std::find_if(text.begin(), text.end(), is_space);
    term.assign(text.begin(), end);
    text.remove_prefix(term.size());
    return term;
  }
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      term.push_back(text[++i]);
    } else if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return term;
    } else {
      term.push_back(text[i]);
    }
  }
  return fail("Invalid filter pattern: a quotation mark is not closed");
}

}  // namespace

Result<FilterPattern> FilterPattern::parse(std::string_view text) {
  if (text.size() > kMaxPattern) return fail("Invalid filter pattern: over 1024 characters");
  FilterPattern pattern;
  while (true) {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    if (text.empty()) return pattern;
    const char first = text.front();
    if (first == '{' || first == '[' || first == '%') {
      return fail(
          "Invalid filter pattern: the sandbox matches terms only, not JSON fields, columns or "
          "regular expressions");
    }
    auto& terms = first == '-'   ? pattern.excluded_
                  : first == '?' ? pattern.any_
                                 : pattern.required_;
    if (first == '-' || first == '?') text.remove_prefix(1);
    auto term = take_term(text);
    if (!term) return std::unexpected(term.error());
    terms.push_back(std::move(*term));
  }
}

bool FilterPattern::matches(std::string_view message) const {
  const auto occurs = [message](const std::string& term) { return message.contains(term); };
  // AWS ignores ?alternatives beside required terms.
  if (required_.empty() && !any_.empty() && std::ranges::none_of(any_, occurs)) return false;
  return std::ranges::all_of(required_, occurs) && std::ranges::none_of(excluded_, occurs);
}

}  // namespace loopgate::logs
