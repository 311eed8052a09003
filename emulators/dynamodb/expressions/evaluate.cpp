// Whether an item fulfils a condition. Operands of other types than an operator wants, and
// attributes that are missing, make it false; so `a <> :v` is true of an item without `a`.
#include <algorithm>

#include "base/bytes.h"
#include "emulators/dynamodb/expressions/condition.h"

namespace loopgate::dynamodb {

namespace {

// UTF-16 units: as Java counts the characters of a string.
std::size_t characters(const std::string& text) {
  std::size_t out = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) out += byte >= 0xF0 ? 2 : 1;
  }
  return out;
}

json size_of(const json& value) {
  const auto& type = type_of(value);
  const auto& inner = content(value);
  if (type == "N" || type == "BOOL" || type == "NULL") return nullptr;
  std::size_t size = 0;
  if (type == "S") {
    size = characters(inner.get_ref<const std::string&>());
  } else if (type == "B") {
    size = bytes_of(value).size();
  } else {
    size = inner.size();
  }
  return {{"N", std::to_string(size)}};
}

// A value of an operand; what `size` gives lives in `made`.
const json* value_of(const Expression& operand, const json* item, json& made) {
  if (operand.kind == Kind::kValue) return &operand.value;
  if (operand.kind == Kind::kPath) return find(item, operand.path);
  json inner;
  const auto* of = value_of(operand.args[0], item, inner);
  if (of == nullptr) return nullptr;
  made = size_of(*of);
  return made.is_null() ? nullptr : &made;
}

bool holds(std::string_view comparator, const json* a, const json* b) {
  if (comparator == "=") return a != nullptr && b != nullptr && equal(*a, *b);
  if (comparator == "<>") return a == nullptr || b == nullptr || !equal(*a, *b);
  if (a == nullptr || b == nullptr) return false;
  const auto order = compare(*a, *b);
  if (!order) return false;
  if (comparator == "<") return *order < 0;
  if (comparator == "<=") return *order <= 0;
  if (comparator == ">") return *order > 0;
  return *order >= 0;
}

bool begins_with(const json& whole, const json& start) {
  if (type_of(whole) != type_of(start)) return false;
  if (is_type(whole, "B")) return bytes_of(whole).starts_with(bytes_of(start));
  return is_type(whole, "S") && content(whole).get_ref<const std::string&>().starts_with(
                                    content(start).get_ref<const std::string&>());
}

bool contains(const json& whole, const json& part) {
  const auto& type = type_of(whole);
  const auto& inner = content(whole);
  if (type == "L") {
    return std::ranges::any_of(inner, [&](const json& each) { return equal(each, part); });
  }
  if (type == "S" && is_type(part, "S")) {
    return inner.get_ref<const std::string&>().contains(
        content(part).get_ref<const std::string&>());
  }
  if (type == "B" && is_type(part, "B")) return bytes_of(whole).contains(bytes_of(part));
  const bool in_set = type.size() == 2 && type[1] == 'S' && type.substr(0, 1) == type_of(part);
  return in_set && std::ranges::find(inner, content(part)) != inner.end();
}

bool call(const Expression& function, const json* item) {
  json made[2];
  const auto* first = value_of(function.args[0], item, made[0]);
  if (function.name == "attribute_exists") return first != nullptr;
  if (function.name == "attribute_not_exists") return first == nullptr;
  const auto* second = value_of(function.args[1], item, made[1]);
  if (first == nullptr || second == nullptr) return false;
  if (function.name == "begins_with") return begins_with(*first, *second);
  if (function.name == "contains") return contains(*first, *second);
  return type_of(*first) == content(*second).get_ref<const std::string&>();  // attribute_type
}

}  // namespace

bool matches(const Expression& condition, const json* item) {
  const auto& args = condition.args;
  switch (condition.kind) {
    case Kind::kAnd:
      return matches(args[0], item) && matches(args[1], item);
    case Kind::kOr:
      return matches(args[0], item) || matches(args[1], item);
    case Kind::kNot:
      return !matches(args[0], item);
    case Kind::kFunction:
      return call(condition, item);
    default:
      break;
  }
  json made[2];
  const auto* first = value_of(args[0], item, made[0]);
  if (condition.kind == Kind::kIn) {
    return std::any_of(args.begin() + 1, args.end(), [&](const Expression& arg) {
      return holds("=", first, value_of(arg, item, made[1]));
    });
  }
  if (condition.kind == Kind::kBetween) {
    return holds(">=", first, value_of(args[1], item, made[1])) &&
           holds("<=", first, value_of(args[2], item, made[1]));
  }
  return holds(condition.name, first, value_of(args[1], item, made[1]));
}

}  // namespace loopgate::dynamodb
