// Operators between two values.
#include <cmath>

#include "codec/jsonata/evaluator.h"
#include "codec/jsonata/number_text.h"
#include "codec/jsonata/utf16.h"

namespace loopgate::codec::jsonata {

namespace {

std::string_view sign_of(Operator op) {
  switch (op) {
    case Operator::kAdd:
      return "+";
    case Operator::kSubtract:
      return "-";
    case Operator::kMultiply:
      return "*";
    case Operator::kDivide:
      return "/";
    case Operator::kModulo:
      return "%";
    case Operator::kEqual:
      return "=";
    case Operator::kNotEqual:
      return "!=";
    case Operator::kLess:
      return "<";
    case Operator::kLessOrEqual:
      return "<=";
    case Operator::kGreater:
      return ">";
    case Operator::kGreaterOrEqual:
      return ">=";
    case Operator::kConcat:
      return "&";
    case Operator::kAnd:
      return "and";
    case Operator::kOr:
      return "or";
    case Operator::kIn:
      return "in";
    case Operator::kRange:
      return "..";
    default:
      return "";
  }
}

}  // namespace

Value Evaluator::binary(const Node& node, Value input, Frame* frame) {
  const Value left = evaluate(*node.left, input, frame);
  if (failed()) return {};
  const bool lazy = node.op == Operator::kAnd || node.op == Operator::kOr;
  Value result;
  if (lazy) {
    bool holds = is_true(left);
    if (!failed() && holds == (node.op == Operator::kAnd)) {
      holds = is_true(evaluate(*node.right, input, frame));
    }
    result = Value::boolean(holds);
  } else {
    const Value right = evaluate(*node.right, input, frame);
    if (failed()) return {};
    result = operate(node, left, right);
  }
  if (!failed()) return result;
  fault().position = node.position;
  fault().token = sign_of(node.op);
  return {};
}

Value Evaluator::operate(const Node& node, Value left, Value right) {
  switch (node.op) {
    case Operator::kAdd:
    case Operator::kSubtract:
    case Operator::kMultiply:
    case Operator::kDivide:
    case Operator::kModulo:
      return arithmetic(node.op, left, right);
    case Operator::kEqual:
    case Operator::kNotEqual: {
      if (left.undefined() || right.undefined()) return Value::boolean(false);
      if (left.is_array() && !spend(left.as_array().size / 8)) return {};
      return Value::boolean(deep_equal(left, right) == (node.op == Operator::kEqual));
    }
    case Operator::kConcat: {
      std::string joined = string_of(left);
      append_text(joined, right.is_string() ? right.as_string() : string_of(right));
      return failed() ? Value() : text(joined);
    }
    case Operator::kIn:
      return includes(left, right);
    case Operator::kRange:
      return range(left, right);
    default:
      return compare(node.op, left, right);
  }
}

Value Evaluator::arithmetic(Operator op, const Value& left, const Value& right) {
  if (!left.undefined() && !is_numeric(left)) return fail("T2001", left);
  if (!right.undefined() && !is_numeric(right)) return fail("T2002", right);
  if (left.undefined() || right.undefined()) return {};
  const double a = left.as_number();
  const double b = right.as_number();
  switch (op) {
    case Operator::kAdd:
      return Value::number(a + b);
    case Operator::kSubtract:
      return Value::number(a - b);
    case Operator::kMultiply:
      return Value::number(a * b);
    case Operator::kDivide:
      return Value::number(a / b);
    default:
      return Value::number(std::fmod(a, b));
  }
}

Value Evaluator::compare(Operator op, const Value& left, const Value& right) {
  const auto comparable = [](const Value& value) {
    return value.undefined() || value.is_string() || value.is_number();
  };
  if (!comparable(left) || !comparable(right)) {
    return fail("T2010", left.is_string() || left.is_number() ? right : left);
  }
  if (left.undefined() || right.undefined()) return {};
  if (left.kind() != right.kind()) {
    return fail({.code = "T2009", .value = left, .value2 = right});
  }
  double a = 0;
  double b = 0;
  if (left.is_string()) {
    a = compare_text(left.as_string(), right.as_string());
  } else {
    a = left.as_number();
    b = right.as_number();
  }
  switch (op) {
    case Operator::kLess:
      return Value::boolean(a < b);
    case Operator::kLessOrEqual:
      return Value::boolean(a <= b);
    case Operator::kGreater:
      return Value::boolean(a > b);
    default:
      return Value::boolean(a >= b);
  }
}

Value Evaluator::includes(const Value& left, const Value& right) {
  if (left.undefined() || right.undefined()) return Value::boolean(false);
  if (!right.is_array()) return Value::boolean(right.identical(left));
  const auto items = right.as_array().all();
  if (!spend(items.size() / 8)) return {};
  for (const Value& item : items) {
    if (item.identical(left)) return Value::boolean(true);
  }
  return Value::boolean(false);
}

Value Evaluator::range(const Value& left, const Value& right) {
  const auto whole = [](const Value& value) {
    return value.undefined() || (value.is_number() && is_integer(value.as_number()));
  };
  if (!whole(left)) return fail("T2003", left);
  if (!whole(right)) return fail("T2004", right);
  if (left.undefined() || right.undefined()) return {};
  const double from = left.as_number();
  const double to = right.as_number();
  if (from > to) return {};
  const double size = to - from + 1;
  if (size > kMaxRangeItems) return fail("D2014", Value::number(size));
  const auto count = static_cast<std::size_t>(size);
  if (!affords(count * sizeof(Value)) || !spend(count / 8)) return {};
  Array* const numbers = new_sequence();
  numbers->grow(arena_, count);
  for (double number = from; numbers->size < count; ++number) {
    numbers->push(arena_, Value::number(number));
  }
  return Value::array(numbers);
}

}  // namespace loopgate::codec::jsonata
