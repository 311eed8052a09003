#include "codec/brex.h"

#include <algorithm>
#include <compare>
#include <forward_list>
#include <optional>

#include "codec/brex_node.h"

namespace loopgate::codec::brex {

namespace {

// Errors are literals (see `truth`).
using Failure = std::unexpected<std::string_view>;

struct Value {
  bool is_number = false;
  std::uint8_t width = 0;  // of a number
  std::uint64_t number = 0;
  ByteSpan bytes;
};

using Outcome = std::expected<Value, std::string_view>;

Value of_bytes(ByteSpan bytes) {
  return {.bytes = bytes};
}
Value of_number(std::uint64_t number, std::uint8_t width) {
  return {.is_number = true, .width = width, .number = number, .bytes = {}};
}
Value of_bool(bool value) {
  return of_number(value ? 1 : 0, 1);
}

std::uint64_t big_endian(ByteSpan bytes) {
  std::uint64_t value = 0;
  for (const std::byte b : bytes) value = value << 8 | std::to_integer<std::uint64_t>(b);
  return value;
}

std::optional<Value> as_number(const Value& value) {
  if (value.is_number) return value;
  if (value.bytes.empty() || value.bytes.size() > 8) return std::nullopt;
  return of_number(big_endian(value.bytes), static_cast<std::uint8_t>(value.bytes.size()));
}

bool is_true(const Value& value) {
  if (value.is_number) return value.number != 0;
  return std::ranges::any_of(value.bytes, [](std::byte b) { return b != std::byte{0}; });
}

std::array<std::byte, 8> digits_of(std::uint64_t number) {
  std::array<std::byte, 8> out;
  for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::byte>(number >> (8 * (7 - i)));
  return out;
}

std::uint8_t width_for(std::uint64_t number, std::uint8_t at_least) {
  if (at_least == 8 || number >> (8 * at_least) == 0) return at_least;
  return number >> 16 == 0 ? 2 : number >> 32 == 0 ? 4 : 8;
}

ByteSpan clipped(ByteSpan bytes, std::uint64_t from, std::uint64_t count) {
  if (from >= bytes.size()) return {};
  const auto start = static_cast<std::size_t>(from);
  return bytes.subspan(start, std::min<std::uint64_t>(count, bytes.size() - start));
}

// Walks the tree for one payload.
class Evaluation {
 public:
  explicit Evaluation(const std::vector<Node>& nodes) : nodes_(nodes) {}

  Outcome run(int index, ByteSpan data) {
    const Node& node = nodes_[static_cast<std::size_t>(index)];
    switch (node.op) {
      case Op::kNothing:
        return of_bytes({});
      case Op::kByte:
      case Op::kSlice:
      case Op::kRange:
      case Op::kRead:
        return locate(node, data);
      case Op::kBytes:
        return of_bytes(node.bytes);
      case Op::kNumber:
        return of_number(node.number, node.width);
      case Op::kAdd:
      case Op::kSubtract:
      case Op::kMultiply:
        return calculate(node, data);
      case Op::kEqual:
      case Op::kNotEqual:
      case Op::kLess:
      case Op::kLessEqual:
      case Op::kGreater:
      case Op::kGreaterEqual:
        return compare(node, data);
      case Op::kAnd:
      case Op::kOr:
        return combine(node, data);
      case Op::kPipe:
        return pipe(node, data);
      case Op::kChoose:
        return choose(node, data);
    }
    return Failure("unknown operation");
  }

  // Numbers become bytes that live as long as this evaluation.
  ByteSpan bytes_of(const Value& value) {
    if (!value.is_number) return value.bytes;
    numbers_.push_front(digits_of(value.number));
    return ByteSpan(numbers_.front()).last(value.width);
  }

 private:
  using Position = std::expected<std::uint64_t, std::string_view>;

  Position position(int index, ByteSpan data, std::uint64_t otherwise) {
    if (index == kAbsent) return otherwise;
    const auto value = run(index, data);
    if (!value) return Failure(value.error());
    const auto number = as_number(*value);
    if (!number) return Failure("a position is not a number (no bytes, or more than 8)");
    return number->number;
  }

  Outcome locate(const Node& node, ByteSpan data) {
    const auto first = position(node.operands[0], data, 0);
    if (!first) return Failure(first.error());
    if (node.op == Op::kByte) return of_bytes(clipped(data, *first, 1));
    if (node.op == Op::kRead) return read(clipped(data, *first, node.width), node.little_endian);
    const auto second = position(node.operands[1], data, data.size());
    if (!second) return Failure(second.error());
    if (node.op == Op::kSlice) return of_bytes(clipped(data, *first, *second));
    return of_bytes(*second <= *first ? ByteSpan() : clipped(data, *first, *second - *first));
  }

  static Value read(ByteSpan bytes, bool little_endian) {
    if (bytes.empty()) return of_bytes({});
    const auto width = static_cast<std::uint8_t>(bytes.size());
    if (!little_endian) return of_number(big_endian(bytes), width);
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i) {
      value = value << 8 | std::to_integer<std::uint64_t>(bytes[i - 1]);
    }
    return of_number(value, width);
  }

  Outcome calculate(const Node& node, ByteSpan data) {
    const auto left_value = run(node.operands[0], data);
    if (!left_value) return left_value;
    const auto right_value = run(node.operands[1], data);
    if (!right_value) return right_value;
    const auto left = as_number(*left_value);
    const auto right = as_number(*right_value);
    if (!left || !right) return Failure("an operand is not a number (no bytes, or more than 8)");
    std::uint64_t result = 0;
    bool overflow = false;
    if (node.op == Op::kAdd) {
      overflow = __builtin_add_overflow(left->number, right->number, &result);
    } else if (node.op == Op::kSubtract) {
      overflow = __builtin_sub_overflow(left->number, right->number, &result);
    } else {
      overflow = __builtin_mul_overflow(left->number, right->number, &result);
    }
    if (overflow) return Failure("a result is below zero or over 64 bits");
    return of_number(result, width_for(result, std::max(left->width, right->width)));
  }

  Outcome compare(const Node& node, ByteSpan data) {
    const auto left = run(node.operands[0], data);
    if (!left) return left;
    const auto right = run(node.operands[1], data);
    if (!right) return right;
    const bool equality = node.op == Op::kEqual || node.op == Op::kNotEqual;
    if (equality && !left->is_number && !right->is_number) {
      return of_bool(std::ranges::equal(left->bytes, right->bytes) == (node.op == Op::kEqual));
    }
    const auto a = as_number(*left);
    const auto b = as_number(*right);
    if (!a || !b) return of_bool(node.op == Op::kNotEqual);
    return of_bool(holds(node.op, a->number <=> b->number));
  }

  static bool holds(Op op, std::strong_ordering order) {
    switch (op) {
      case Op::kEqual:
        return order == 0;
      case Op::kNotEqual:
        return order != 0;
      case Op::kLess:
        return order < 0;
      case Op::kLessEqual:
        return order <= 0;
      case Op::kGreater:
        return order > 0;
      default:
        return order >= 0;
    }
  }

  // The right side is asked only when the left one does not decide.
  Outcome combine(const Node& node, ByteSpan data) {
    const auto left = run(node.operands[0], data);
    if (!left) return left;
    if (is_true(*left) == (node.op == Op::kOr)) return of_bool(node.op == Op::kOr);
    const auto right = run(node.operands[1], data);
    if (!right) return right;
    return of_bool(is_true(*right));
  }

  Outcome pipe(const Node& node, ByteSpan data) {
    const auto left = run(node.operands[0], data);
    if (!left) return left;
    return run(node.operands[1], bytes_of(*left));
  }

  Outcome choose(const Node& node, ByteSpan data) {
    const auto condition = run(node.operands[0], data);
    if (!condition) return condition;
    return run(node.operands[is_true(*condition) ? 1 : 2], data);
  }

  const std::vector<Node>& nodes_;
  std::forward_list<std::array<std::byte, 8>> numbers_;
};

}  // namespace

Expression::Expression(std::string text, std::vector<Node> nodes)
    : text_(std::move(text)), nodes_(std::move(nodes)) {}
Expression::Expression(const Expression&) = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(const Expression&) = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

std::expected<Bytes, std::string> Expression::evaluate(ByteSpan payload) const {
  Evaluation evaluation(nodes_);
  const auto value = evaluation.run(static_cast<int>(nodes_.size()) - 1, payload);
  if (!value) return std::unexpected(std::string(value.error()));
  return to_bytes(evaluation.bytes_of(*value));
}

std::expected<bool, std::string_view> Expression::truth(ByteSpan payload) const {
  Evaluation evaluation(nodes_);
  const auto value = evaluation.run(static_cast<int>(nodes_.size()) - 1, payload);
  if (!value) return std::unexpected(value.error());
  return is_true(*value);
}

}  // namespace loopgate::codec::brex
