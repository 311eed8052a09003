// From an expression's text to its tree: the grammar that all kinds of expressions share.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emulators/dynamodb/expressions/expression.h"

namespace loopgate::dynamodb {

struct Token {
  std::string_view text;  // "<EOF>" at the end
  std::size_t from = 0;   // where it begins in the expression
  std::size_t to = 0;     // and where it ends
};

// A reader of tokens. What it gives is not checked but for its syntax: reserved words, placeholders
// and types are the caller's. Depth is bounded by kMostOperators.
class Parser {
 public:
  // The text outlives the parser. Errors: a character that is none of the language; too long.
  static Parsed<Parser> open(std::string_view text);

  const Token& peek(std::size_t ahead = 0) const;
  bool at_end() const { return next_ + 1 >= tokens_.size(); }
  bool take(std::string_view text);       // a sign
  bool take_word(std::string_view word);  // in any case
  bool at_word(std::string_view word) const;
  // "Syntax error; token: "x", near: "a x b"", of the next token.
  std::unexpected<std::string> wrong() const;

  Parsed<Path> path();
  // A path, a value or a function, also in parentheses.
  Parsed<Expression> operand();
  Parsed<Expression> condition();
  // Whether parentheses stood around nothing but parentheses.
  bool has_redundant_parentheses() const { return redundant_; }
  std::size_t operators() const { return operators_; }

 private:
  explicit Parser(std::string_view text) : text_(text) {}
  Parsed<void> tokenize();
  Parsed<void> count_operator();
  bool at_comparator() const;
  Parsed<Expression> disjunction(bool may_be_operand);
  Parsed<Expression> conjunction(bool may_be_operand);
  Parsed<Expression> negation(bool may_be_operand);
  Parsed<Expression> primary(bool may_be_operand);
  Parsed<Expression> comparison(Expression left);
  Parsed<Expression> bare_operand();
  Parsed<Expression> function();
  Parsed<std::vector<Expression>> arguments();
  void close(Expression& inner);

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::size_t depth_ = 0;
  std::size_t operators_ = 0;
  bool redundant_ = false;
};

}  // namespace loopgate::dynamodb
