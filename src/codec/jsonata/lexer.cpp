#include "codec/jsonata/lexer.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "codec/jsonata/number_text.h"
#include "codec/jsonata/utf16.h"

namespace loopgate::codec::jsonata {

namespace {

constexpr std::string_view kBlanks = " \t\n\r\v";
constexpr std::string_view kSigns = ".[]{}(),@#;:?+-*/%|=<>^&!~";
constexpr std::array<std::string_view, 10> kDoubles = {
    "..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??", ""};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool one_of(std::string_view set, char c) {
  return set.find(c) != set.npos;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The length of a number at the beginning, 0 when there is none.
std::size_t number_size(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&] {
    const auto start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - start;
  };
  if (text.empty() || !is_digit(text[0])) return 0;
  if (text[0] == '0')
    ++at;
  else
    digits();
  const auto whole = at;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (digits() == 0) return whole;
  }
  const auto mantissa = at;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    if (digits() == 0) return mantissa;
  }
  return at;
}

}  // namespace

std::unexpected<Fault> Lexer::fault(const char* code, std::size_t at,
                                    std::string_view token) const {
  return std::unexpected(
      Fault{.code = code, .position = static_cast<std::uint32_t>(at), .token = std::string(token)});
}

std::expected<void, Fault> Lexer::skip_blanks() {
  while (true) {
    while (at_ < source_.size() && one_of(kBlanks, source_[at_])) ++at_;
    if (peek() != '/' || peek(1) != '*') return {};
    const auto end = source_.find("*/", at_ + 2);
    if (end == source_.npos) return fault("S0106", at_);
    at_ = end + 2;
  }
}

std::expected<Token, Fault> Lexer::next(bool infix) {
  if (const auto skipped = skip_blanks(); !skipped) return std::unexpected(skipped.error());
  if (at_ >= source_.size()) return token(TokenType::kEnd, "(end)");
  const char c = peek();
  if (!infix && c == '/') return regex();
  const auto pair = source_.substr(at_, 2);
  for (const auto sign : kDoubles) {
    if (sign.empty() || pair != sign) continue;
    at_ += 2;
    return token(TokenType::kOperator, sign);
  }
  if (one_of(kSigns, c)) {
    ++at_;
    return token(TokenType::kOperator, source_.substr(at_ - 1, 1));
  }
  if (c == '"' || c == '\'') return string(c);
  if (is_digit(c)) return number();
  if (c == '`') return quoted_name();
  return name();
}

// A slash ends it that is neither escaped nor inside brackets.
std::expected<Token, Fault> Lexer::regex() {
  const auto start = ++at_;
  int depth = 0;
  bool escaped = false;
  for (; at_ < source_.size(); ++at_) {
    const char c = source_[at_];
    if (c == '/' && depth == 0 && !escaped) break;
    if (!escaped) {
      if (one_of("([{", c)) ++depth;
      if (one_of(")]}", c)) --depth;
    }
    escaped = c == '\\' && !escaped;
  }
  if (at_ >= source_.size()) return fault("S0302", at_);
  const auto pattern = source_.substr(start, at_ - start);
  if (pattern.empty()) return fault("S0301", at_);
  const auto flags = ++at_;
  while (peek() == 'i' || peek() == 'm') ++at_;
  auto made = token(TokenType::kRegex, pattern);
  made.flags = source_.substr(flags, at_ - flags);
  return made;
}

std::expected<Token, Fault> Lexer::string(char quote) {
  const auto start = ++at_;
  const auto plain = source_.find_first_of(quote == '"' ? "\"\\" : "'\\", start);
  if (plain != source_.npos && source_[plain] == quote) {
    at_ = plain + 1;
    return token(TokenType::kString, source_.substr(start, plain - start));
  }
  std::string text;
  while (at_ < source_.size()) {
    const char c = source_[at_];
    if (c == quote) {
      ++at_;
      return token(TokenType::kString, arena_.copy(text));
    }
    ++at_;
    if (c != '\\') {
      text += c;
    } else if (const auto done = escape(text); !done) {
      return std::unexpected(done.error());
    }
  }
  return fault("S0101", at_);
}

std::expected<void, Fault> Lexer::escape(std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  const char c = peek();
  if (const auto index = kNames.find(c); at_ < source_.size() && index != kNames.npos) {
    out += kMeanings[index];
    ++at_;
    return {};
  }
  if (c != 'u') {
    const auto size = at_ < source_.size() ? character_at(source_, at_).size : 0;
    return fault("S0103", at_, source_.substr(at_, size));
  }
  std::uint32_t value = 0;
  for (std::size_t i = 1; i <= 4; ++i) {
    const int digit = hex_digit(peek(i));
    if (digit < 0) return fault("S0104", at_);
    value = value << 4 | static_cast<std::uint32_t>(digit);
  }
  at_ += 5;
  std::string character;
  append_character(character, value);
  append_text(out, character);
  return {};
}

std::expected<Token, Fault> Lexer::number() {
  const auto text = source_.substr(at_, number_size(source_.substr(at_)));
  const double value = number_from(text);
  if (!std::isfinite(value)) return fault("S0102", at_, text);
  at_ += text.size();
  auto made = token(TokenType::kNumber, text);
  made.number = value;
  return made;
}

std::expected<Token, Fault> Lexer::quoted_name() {
  const auto end = source_.find('`', at_ + 1);
  if (end == source_.npos) return fault("S0105", source_.size());
  const auto name = source_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  return token(TokenType::kName, name);
}

std::expected<Token, Fault> Lexer::name() {
  const auto start = at_;
  while (at_ < source_.size() && !one_of(kBlanks, source_[at_]) && !one_of(kSigns, source_[at_])) {
    ++at_;
  }
  const auto name = source_.substr(start, at_ - start);
  if (name.starts_with('$')) return token(TokenType::kVariable, name.substr(1));
  if (name == "and" || name == "or" || name == "in") return token(TokenType::kOperator, name);
  if (name == "true" || name == "false" || name == "null") return token(TokenType::kLiteral, name);
  return token(TokenType::kName, name);
}

}  // namespace loopgate::codec::jsonata
