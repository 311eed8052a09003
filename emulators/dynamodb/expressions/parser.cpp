#include "emulators/dynamodb/expressions/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "codec/text.h"

namespace loopgate::dynamodb {

namespace {

constexpr std::string_view kEnd = "<EOF>";
constexpr std::string_view kKeywords[] = {"AND", "OR", "NOT", "IN", "BETWEEN"};
// Of parentheses and functions. Ours: each operator may stand in its own.
constexpr std::size_t kMostDepth = kMostOperators;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_word_part(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Bytes of the token that begins there; 0: none does.
std::size_t token_size(std::string_view rest) {
  const auto run = [&](std::size_t from, auto belongs) {
    std::size_t end = from;
    while (end < rest.size() && belongs(rest[end])) ++end;
    return end;
  };
  const char first = rest[0];
  if (is_letter(first)) return run(1, is_word_part);
  if (is_digit(first)) return run(1, is_digit);
  if (first == '#' || first == ':') {
    const auto end = run(1, is_word_part);
    return end > 1 ? end : 0;
  }
  for (const std::string_view sign : {"<=", ">=", "<>"}) {
    if (rest.starts_with(sign)) return 2;
  }
  return std::string_view("()[].,=<>+-").contains(first) ? 1 : 0;
}

}  // namespace

Parsed<Parser> Parser::open(std::string_view text) {
  if (text.empty()) return std::unexpected("The expression can not be empty;");
  if (text.size() > kMostExpressionBytes) {
    return std::unexpected(fmt::format(
        "Expression size has exceeded the maximum allowed size; expression size: {}", text.size()));
  }
  Parser parser(text);
  if (auto done = parser.tokenize(); !done) return std::unexpected(done.error());
  return parser;
}

Parsed<void> Parser::tokenize() {
  std::size_t at = 0;
  while (at < text_.size()) {
    if (is_space(text_[at])) {
      ++at;
      continue;
    }
    const auto size = token_size(text_.substr(at));
    if (size == 0) {
      const auto bytes =
          std::min(codec::first_code_point(text_.substr(at)).size, text_.size() - at);
      const auto from = tokens_.empty() ? at : tokens_.back().from;
      auto to = at + bytes;
      while (to < text_.size() && is_word_part(text_[to])) ++to;
      return std::unexpected(fmt::format("Syntax error; token: \"{}\", near: \"{}\"",
                                         text_.substr(at, bytes), text_.substr(from, to - from)));
    }
    tokens_.push_back({text_.substr(at, size), at, at + size});
    at += size;
  }
  tokens_.push_back({kEnd, text_.size(), text_.size()});
  return {};
}

const Token& Parser::peek(std::size_t ahead) const {
  return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}

bool Parser::take(std::string_view text) {
  if (peek().text != text) return false;
  ++next_;
  return true;
}

bool Parser::at_word(std::string_view word) const {
  return codec::equal_ignoring_case(peek().text, word);
}

bool Parser::take_word(std::string_view word) {
  if (!at_word(word)) return false;
  ++next_;
  return true;
}

std::unexpected<std::string> Parser::wrong() const {
  const auto from = next_ > 0 ? tokens_[next_ - 1].from : peek().from;
  const auto to = peek(1).to;
  return std::unexpected(fmt::format("Syntax error; token: \"{}\", near: \"{}\"", peek().text,
                                     text_.substr(from, to - from)));
}

Parsed<void> Parser::count_operator() {
  if (++operators_ <= kMostOperators) return {};
  return std::unexpected(fmt::format(
      "The expression contains more operators than allowed; the limit is {}", kMostOperators));
}

Parsed<Path> Parser::path() {
  const auto is_name = [&] {
    const char first = peek().text[0];
    return first == '#' || (is_letter(first) && std::ranges::none_of(kKeywords, [&](auto word) {
                              return at_word(word);
                            }));
  };
  if (!is_name()) return wrong();
  Path out = {{std::string(peek().text)}};
  ++next_;
  for (;;) {
    if (take(".")) {
      if (!is_name()) return wrong();
      out.push_back({std::string(peek().text)});
      ++next_;
    } else if (peek().text == "[") {
      ++next_;
      PathPart part;
      const auto digits = peek().text;
      const auto [end, error] =
          std::from_chars(digits.data(), digits.data() + digits.size(), part.index);
      if (!is_digit(digits[0]) || error != std::errc()) return wrong();
      ++next_;
      if (!take("]")) return wrong();
      out.push_back(std::move(part));
    } else {
      return out;
    }
  }
}

Parsed<Expression> Parser::operand() {
  if (peek().text != "(") return bare_operand();
  if (++depth_ > kMostDepth) return wrong();
  ++next_;
  auto inner = operand();
  if (!inner) return inner;
  if (!take(")")) return wrong();
  --depth_;
  close(*inner);
  return inner;
}

void Parser::close(Expression& inner) {
  if (inner.in_parentheses) redundant_ = true;
  inner.in_parentheses = true;
}

Parsed<Expression> Parser::bare_operand() {
  const auto text = peek().text;
  if (text[0] == ':') {
    ++next_;
    return Expression{.kind = Kind::kValue, .name = std::string(text)};
  }
  if (is_letter(text[0]) && peek(1).text == "(") return function();
  auto found = path();
  if (!found) return std::unexpected(found.error());
  return Expression{.kind = Kind::kPath, .path = std::move(*found)};
}

Parsed<Expression> Parser::function() {
  if (std::ranges::any_of(kKeywords, [&](auto word) { return at_word(word); })) return wrong();
  Expression out{.kind = Kind::kFunction, .name = std::string(peek().text)};
  if (auto counted = count_operator(); !counted) return std::unexpected(counted.error());
  ++next_;
  auto args = arguments();
  if (!args) return std::unexpected(args.error());
  out.args = std::move(*args);
  return out;
}

Parsed<std::vector<Expression>> Parser::arguments() {
  if (!take("(")) return wrong();
  if (++depth_ > kMostDepth) return wrong();
  std::vector<Expression> out;
  do {
    auto arg = operand();
    if (!arg) return std::unexpected(arg.error());
    out.push_back(std::move(*arg));
  } while (take(","));
  if (!take(")")) return wrong();
  --depth_;
  return out;
}

// --- conditions ---

Parsed<Expression> Parser::condition() {
  auto out = disjunction(false);
  if (out && !at_end()) return wrong();
  return out;
}

Parsed<Expression> Parser::disjunction(bool may_be_operand) {
  auto left = conjunction(may_be_operand);
  while (left && at_word("OR")) {
    if (left->kind == Kind::kPath || left->kind == Kind::kValue) return wrong();
    ++next_;
    if (auto counted = count_operator(); !counted) return std::unexpected(counted.error());
    auto right = conjunction(false);
    if (!right) return right;
    Expression out{.kind = Kind::kOr, .name = "OR"};
    out.args.push_back(std::move(*left));
    out.args.push_back(std::move(*right));
    left = std::move(out);
  }
  return left;
}

Parsed<Expression> Parser::conjunction(bool may_be_operand) {
  auto left = negation(may_be_operand);
  while (left && at_word("AND")) {
    if (left->kind == Kind::kPath || left->kind == Kind::kValue) return wrong();
    ++next_;
    if (auto counted = count_operator(); !counted) return std::unexpected(counted.error());
    auto right = negation(false);
    if (!right) return right;
    Expression out{.kind = Kind::kAnd, .name = "AND"};
    out.args.push_back(std::move(*left));
    out.args.push_back(std::move(*right));
    left = std::move(out);
  }
  return left;
}

Parsed<Expression> Parser::negation(bool may_be_operand) {
  if (!at_word("NOT")) return primary(may_be_operand);
  ++next_;
  if (auto counted = count_operator(); !counted) return std::unexpected(counted.error());
  if (++depth_ > kMostDepth) return wrong();
  auto inner = negation(false);
  if (!inner) return inner;
  --depth_;
  Expression out{.kind = Kind::kNot, .name = "NOT"};
  out.args.push_back(std::move(*inner));
  return out;
}

// What stands in parentheses is a condition, or an operand: then a comparison follows.
Parsed<Expression> Parser::primary(bool may_be_operand) {
  Parsed<Expression> left = Expression();
  if (take("(")) {
    if (++depth_ > kMostDepth) return wrong();
    left = disjunction(true);
    if (!left) return left;
    if (!take(")")) return wrong();
    --depth_;
    close(*left);
  } else {
    left = bare_operand();
    if (!left) return left;
  }
  if (!left->is_operand()) return left;
  if (at_comparator()) return comparison(std::move(*left));
  const bool closes = may_be_operand && peek().text == ")";
  if (left->kind != Kind::kFunction && !closes) return wrong();
  return left;
}

bool Parser::at_comparator() const {
  for (const std::string_view sign : {"=", "<>", "<", "<=", ">", ">="}) {
    if (peek().text == sign) return true;
  }
  return at_word("BETWEEN") || at_word("IN");
}

Parsed<Expression> Parser::comparison(Expression left) {
  if (auto counted = count_operator(); !counted) return std::unexpected(counted.error());
  Expression out{.kind = Kind::kCompare, .name = std::string(peek().text)};
  if (at_word("BETWEEN")) out.kind = Kind::kBetween;
  if (at_word("IN")) out.kind = Kind::kIn;
  ++next_;
  out.args.push_back(std::move(left));
  if (out.kind == Kind::kIn) {
    auto list = arguments();
    if (!list) return std::unexpected(list.error());
    std::ranges::move(*list, std::back_inserter(out.args));
    return out;
  }
  auto right = operand();
  if (!right) return right;
  out.args.push_back(std::move(*right));
  if (out.kind != Kind::kBetween) return out;
  if (!take_word("AND")) return wrong();
  auto upper = operand();
  if (!upper) return upper;
  out.args.push_back(std::move(*upper));
  return out;
}

}  // namespace loopgate::dynamodb
