// Functions of objects; errors that an expression raises itself; expressions in expressions.
#include <array>
#include <cmath>

#include "codec/jsonata/evaluator.h"
#include "codec/jsonata/number_text.h"

namespace loopgate::codec::jsonata {

namespace {

void add_keys(const Call& call, Object& names, const Value& value, int depth) {
  if (depth > kMaxValueDepth || !call.evaluator.spend(1)) return;
  if (value.is_array()) {
    for (const Value& item : value.as_array().all()) add_keys(call, names, item, depth + 1);
  } else if (value.is_object()) {
    for (const Member& member : value.as_object().members()) {
      names.set(call.evaluator.arena(), member.key, Value::null());
    }
  }
}

Value keys(const Call& call) {
  Object names;
  add_keys(call, names, call[0], 0);
  Array* const found = call.evaluator.new_sequence();
  for (const Member& member : names.members()) {
    found->push(call.evaluator.arena(), Value::string(member.key));
  }
  return Value::array(found);
}

Value lookup(const Call& call) {
  if (!call[1].is_string()) return {};
  return call.evaluator.lookup(call[0], call[1].as_string());
}

// What an array spreads into is an array; what an object spreads into is a sequence.
void spread_into(const Call& call, Array& out, const Value& value, int depth) {
  auto& arena = call.evaluator.arena();
  if (depth > kMaxValueDepth || !call.evaluator.spend(1)) return;
  if (value.is_array()) {
    if (value.as_array().size > 0) out.sequence = false;
    for (const Value& item : value.as_array().all()) spread_into(call, out, item, depth + 1);
  } else if (value.is_object()) {
    for (const Member& member : value.as_object().members()) {
      Object* const single = call.evaluator.new_object();
      single->set(arena, member.key, member.value);
      out.push(arena, Value::object(single));
    }
  } else if (!value.undefined()) {
    out.push(arena, value);
  }
}

Value spread(const Call& call) {
  if (!call[0].is_array() && !call[0].is_object()) return call[0];
  Array* const out = call.evaluator.new_sequence();
  spread_into(call, *out, call[0], 0);
  return Value::array(out);
}

Value merge(const Call& call) {
  if (call[0].undefined()) return {};
  Object* const merged = call.evaluator.new_object();
  for (const Value& object : call[0].as_array().all()) {
    if (!object.is_object()) continue;
    if (!call.evaluator.spend(1) || !call.evaluator.affords(0)) return {};
    for (const Member& member : object.as_object().members()) {
      merged->set(call.evaluator.arena(), member.key, member.value);
    }
  }
  return Value::object(merged);
}

std::string own_message(const Value& message, std::string_view otherwise) {
  const bool given = message.is_string() && !message.as_string().empty();
  return std::string(given ? message.as_string() : otherwise);
}

Value error(const Call& call) {
  return call.evaluator.fail(
      {.code = "D3137", .message = own_message(call[0], "$error() function evaluated")});
}

Value assertion(const Call& call) {
  if (call[0].is(Kind::kBoolean) && call[0].as_boolean()) return {};
  return call.evaluator.fail(
      {.code = "D3141", .message = own_message(call[1], "$assert() statement failed")});
}

// As what is written as JSON and read again: own members, numbers to 15 digits.
Value copied(const Call& call, const Value& value, int depth) {
  Evaluator& evaluator = call.evaluator;
  auto& arena = evaluator.arena();
  if (depth > kMaxValueDepth) {
    evaluator.affords(evaluator.setting().limits.bytes + 1);
    return {};
  }
  if (!evaluator.spend(1) || !evaluator.affords(0)) return {};
  switch (value.kind()) {
    case Kind::kNumber: {
      const double number = value.as_number();
      if (std::isnan(number)) return Value::null();
      if (!evaluator.is_numeric(value)) return {};
      return Value::number(is_integer(number) ? number : to_15_digits(number));
    }
    case Kind::kFunction:
      return Value::string("");
    case Kind::kArray: {
      Array* const array = evaluator.new_array();
      for (const Value& item : value.as_array().all()) {
        array->push(arena, item.undefined() ? Value::null() : copied(call, item, depth + 1));
      }
      return Value::array(array);
    }
    case Kind::kObject: {
      Object* const object = evaluator.new_object();
      for (const Member& member : value.as_object().members()) {
        object->set(arena, member.key, copied(call, member.value, depth + 1));
      }
      return Value::object(object);
    }
    default:
      return value;
  }
}

Value clone(const Call& call) {
  const Value value = call[0];
  if (value.is_array() && value.as_array().outer_wrapper) {
    return copied(call, value.as_array().items[0], 0);
  }
  return copied(call, value, 0);
}

Value failed_eval(const Call& call, const char* code, const Fault& fault) {
  if (fault.limit) return call.evaluator.fail(fault);
  return call.evaluator.fail(code, call.evaluator.text(message_of(fault)));
}

Value eval(const Call& call) {
  if (!call[0].is_string()) return {};
  std::optional<Fault> syntax;
  const Program* const program = call.evaluator.compile(call[0].as_string(), syntax);
  if (syntax) return failed_eval(call, "D3120", *syntax);
  if (!program) return {};
  const Value input = call[1].undefined() ? call.input : call.evaluator.as_input(call[1]);
  const Value result = call.evaluator.evaluate(*program->root, input, call.frame);
  if (!call.evaluator.failed()) return result;
  return failed_eval(call, "D3121", *call.evaluator.take_fault());
}

constexpr auto kRows = std::to_array<BuiltinRow>({
    {"keys", "<x-:a<s>>", 1, keys},
    {"lookup", "<x-s:x>", 2, lookup},
    {"spread", "<x-:a<o>>", 1, spread},
    {"merge", "<a<o>:o>", 1, merge},
    {"error", "<s?:x>", 1, error},
    {"assert", "<bs?:x>", 2, assertion},
    {"clone", "<(oa)-:o>", 1, clone},
    {"eval", "<sx?:x>", 2, eval},
});

}  // namespace

std::span<const BuiltinRow> object_builtins() {
  return kRows;
}

}  // namespace loopgate::codec::jsonata
