// Recursive descent over the grammar of brex.h, a function for each of its lines.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>

#include "codec/brex.h"
#include "codec/brex_node.h"
#include "codec/hex.h"
#include "codec/limits.h"

namespace loopgate::codec::brex {

namespace {

struct Read {
  std::string_view name;
  std::uint8_t width;
  bool little_endian;
};
constexpr Read kReads[] = {{"u8", 1, false},   {"u16le", 2, true},  {"u16be", 2, false},
                           {"u32le", 4, true}, {"u32be", 4, false}, {"u64le", 8, true},
                           {"u64be", 8, false}};

struct Symbol {
  std::string_view text;
  Op op;
};
// Longer ones first: "<=" is not "<" and then "=".
constexpr Symbol kComparisons[] = {
    {"==", Op::kEqual}, {"!=", Op::kNotEqual}, {"<=", Op::kLessEqual}, {">=", Op::kGreaterEqual},
    {"=", Op::kEqual},  {"<", Op::kLess},      {">", Op::kGreater}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<std::vector<Node>> run() {
    expression();
    if (!failed() && at_ != text_.size()) expected("the end or an operator");
    if (failed()) return fail(std::move(error_));
    return std::move(nodes_);  // the root is the last: operands are added before their operator
  }

 private:
  // Each function returns the index of its node; after a failure any index, which nobody looks at.
  int expression() {
    if (depth_ == kMaxBrexDepth) return stop(fmt::format("nested deeper than {}", kMaxBrexDepth));
    ++depth_;
    int left = conditional();
    while (!failed() && take_pipe()) left = add(Op::kPipe, {left, conditional()});
    --depth_;
    return left;
  }

  int conditional() {
    const int condition = disjunction();
    if (failed() || !take("?")) return condition;
    const int then = expression();
    if (failed() || !require(":")) return then;
    if (depth_ == kMaxBrexDepth) return stop(fmt::format("nested deeper than {}", kMaxBrexDepth));
    ++depth_;
    const int otherwise = conditional();
    --depth_;
    return add(Op::kChoose, {condition, then, otherwise});
  }

  int disjunction() {
    int left = conjunction();
    while (!failed() && take("||")) left = add(Op::kOr, {left, conjunction()});
    return left;
  }

  int conjunction() {
    int left = comparison();
    while (!failed() && take("&&")) left = add(Op::kAnd, {left, comparison()});
    return left;
  }

  int comparison() {
    const int left = sum();
    if (failed()) return left;
    for (const Symbol& symbol : kComparisons) {
      if (take(symbol.text)) return add(symbol.op, {left, sum()});
    }
    return left;
  }

  int sum() {
    int left = product();
    while (!failed()) {
      if (take("+")) {
        left = add(Op::kAdd, {left, product()});
      } else if (take("-")) {
        left = add(Op::kSubtract, {left, product()});
      } else {
        break;
      }
    }
    return left;
  }

  int product() {
    int left = primary();
    while (!failed() && take("*")) left = add(Op::kMultiply, {left, primary()});
    return left;
  }

  int primary() {
    if (take("(")) {
      const int inside = expression();
      if (!failed()) require(")");
      return inside;
    }
    if (take("[")) return range();
    if (is_letter(peek())) return read();
    if (is_digit(peek())) return literal();
    return expected("a range such as [0:4], a read such as u16be[0], a literal or '('");
  }

  // After "[".
  int range() {
    if (take("]")) return add(Op::kNothing, {});
    if (take(":")) return range_end(kAbsent);
    const int first = position();
    if (failed() || take(":")) return range_end(first);
    if (take(",")) {
      const int length = position();
      if (!failed()) require("]");
      return add(Op::kSlice, {first, length});
    }
    if (take("]")) return add(Op::kByte, {first});
    return expected("']', ',' or ':'");
  }

  // After ":".
  int range_end(int first) {
    if (failed()) return kAbsent;
    if (take("]")) return add(Op::kRange, {first, kAbsent});
    const int end = position();
    if (!failed()) require("]");
    return add(Op::kRange, {first, end});
  }

  int position() {
    if (depth_ == kMaxBrexDepth) return stop(fmt::format("nested deeper than {}", kMaxBrexDepth));
    ++depth_;
    const int inside = sum();
    --depth_;
    return inside;
  }

  int read() {
    const std::string_view word = take_while([](char c) { return is_letter(c) || is_digit(c); });
    const auto* found = std::ranges::find(kReads, word, &Read::name);
    if (found == std::end(kReads)) {
      at_ -= word.size();
      return expected("u8, u16le, u16be, u32le, u32be, u64le or u64be");
    }
    if (!require("[")) return kAbsent;
    const int offset = position();
    if (!failed()) require("]");
    const int node = add(Op::kRead, {offset});
    nodes_.back().width = found->width;
    nodes_.back().little_endian = found->little_endian;
    return node;
  }

  int literal() {
    const auto ahead = text_.substr(at_);
    if (ahead.starts_with("0x") || ahead.starts_with("0X")) return hexadecimal();
    const std::size_t start = at_;
    const std::string_view digits = take_while(is_digit);
    std::uint64_t value = 0;
    if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc()) {
      at_ = start;
      return expected("a number of at most 64 bits");
    }
    const int node = add(Op::kNumber, {});
    nodes_.back().number = value;
    nodes_.back().width = value >> 8 == 0 ? 1 : value >> 16 == 0 ? 2 : value >> 32 == 0 ? 4 : 8;
    return node;
  }

  int hexadecimal() {
    at_ += 2;
    std::string digits(take_while(is_hex));
    if (digits.empty()) return expected("hexadecimal digits");
    if (digits.size() % 2 != 0) digits.insert(0, "0");
    const int node = add(Op::kBytes, {});
    nodes_.back().bytes = *hex_decode(digits);
    return node;
  }

  int add(Op op, std::initializer_list<int> operands) {
    Node node;
    node.op = op;
    std::ranges::copy(operands, node.operands.begin());
    nodes_.push_back(std::move(node));
    return static_cast<int>(nodes_.size()) - 1;
  }

  void skip_space() {
    constexpr std::string_view kSpace = " \t\r\n";
    while (at_ < text_.size() && kSpace.contains(text_[at_])) ++at_;
  }

  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(std::string_view symbol) {
    skip_space();
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    skip_space();
    return true;
  }

  bool take_pipe() {
    skip_space();
    return !text_.substr(at_).starts_with("||") && take("|");
  }

  template <class Predicate>
  std::string_view take_while(Predicate accepts) {
    const std::size_t start = at_;
    while (at_ < text_.size() && accepts(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  bool require(std::string_view symbol) {
    if (take(symbol)) return true;
    expected(fmt::format("'{}'", symbol));
    return false;
  }

  int expected(std::string_view what) {
    skip_space();
    const std::string found = at_ == text_.size() ? "the end" : fmt::format("'{}'", shown());
    return stop(fmt::format("expected {}, found {}", what, found));
  }

  // What stands here, in a form that fits into a message whatever it is.
  std::string shown() const {
    const auto c = static_cast<unsigned char>(text_[at_]);
    return c > 0x20 && c < 0x7F ? std::string(1, text_[at_]) : fmt::format("\\x{:02x}", c);
  }

  int stop(std::string what) {
    if (!failed()) error_ = fmt::format("BREX, column {}: {}", at_ + 1, what);
    return kAbsent;
  }

  bool failed() const { return !error_.empty(); }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::string error_;
  std::vector<Node> nodes_;
};

}  // namespace

Result<Expression> Expression::parse(std::string_view text) {
  if (text.size() > kMaxBrexBytes) {
    return fail(
        fmt::format("BREX: {} characters, at most {} are allowed", text.size(), kMaxBrexBytes));
  }
  auto nodes = Parser(text).run();
  if (!nodes) return std::unexpected(nodes.error());
  return Expression(std::string(text), std::move(*nodes));
}

}  // namespace loopgate::codec::brex
