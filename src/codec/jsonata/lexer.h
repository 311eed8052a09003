// The tokens of an expression.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "codec/jsonata/fault.h"

namespace loopgate::codec::jsonata {

enum class TokenType : std::uint8_t {
  kEnd,
  kName,
  kVariable,
  kOperator,
  kString,
  kNumber,
  kLiteral,  // true, false, null
  kRegex,
};

struct Token {
  TokenType type = TokenType::kEnd;
  std::string_view text{};   // of a name, variable, operator, string, pattern
  std::string_view flags{};  // of a pattern
  double number = 0;
  std::uint32_t position = 0;  // the byte behind it
};

class Lexer {
 public:
  // The arena keeps strings that are not written as they are.
  Lexer(std::string_view source, Arena& arena) : source_(source), arena_(arena) {}

  // `infix`: an operator may stand here, so a '/' divides.
  std::expected<Token, Fault> next(bool infix);

 private:
  using Lexed = std::expected<Token, Fault>;

  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  Token token(TokenType type, std::string_view text) const {
    return {.type = type, .text = text, .position = static_cast<std::uint32_t>(at_)};
  }
  std::unexpected<Fault> fault(const char* code, std::size_t at, std::string_view token = {}) const;

  std::expected<void, Fault> skip_blanks();
  Lexed regex();
  Lexed string(char quote);
  std::expected<void, Fault> escape(std::string& out);
  Lexed number();
  Lexed quoted_name();
  Lexed name();

  std::string_view source_;
  Arena& arena_;
  std::size_t at_ = 0;
};

}  // namespace loopgate::codec::jsonata
