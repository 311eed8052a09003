// Functions that call functions, for each item or member.
#include <array>

#include "codec/jsonata/evaluator.h"

namespace loopgate::codec::jsonata {

namespace {

// With the value, and with its index (or name) and the whole where the function takes them.
Value call_with(const Call& call, const Value& function, const Value& value, const Value& index,
                const Value& whole) {
  const Value arguments[] = {value, index, whole};
  const auto arity = function.is_function() ? arity_of(function.as_function()) : 1;
  const std::size_t count = arity >= 3 ? 3 : arity == 2 ? 2 : 1;
  return call.evaluator.call(function, {arguments, count});
}

Value index_of(std::size_t index) {
  return Value::number(static_cast<double>(index));
}

Value map(const Call& call) {
  if (call[0].undefined()) return {};
  const auto items = call[0].as_array().all();
  Array* const results = call.evaluator.new_sequence();
  for (std::size_t i = 0; i < items.size() && !call.evaluator.failed(); ++i) {
    const Value result = call_with(call, call[1], items[i], index_of(i), call[0]);
    if (!result.undefined()) results->push(call.evaluator.arena(), result);
  }
  return Value::array(results);
}

Value filter(const Call& call) {
  if (call[0].undefined()) return {};
  const auto items = call[0].as_array().all();
  Array* const results = call.evaluator.new_sequence();
  for (std::size_t i = 0; i < items.size() && !call.evaluator.failed(); ++i) {
    const Value verdict = call_with(call, call[1], items[i], index_of(i), call[0]);
    if (call.evaluator.is_true(verdict)) results->push(call.evaluator.arena(), items[i]);
  }
  return Value::array(results);
}

Value single(const Call& call) {
  if (call[0].undefined()) return {};
  const auto items = call[0].as_array().all();
  std::optional<Value> found;
  for (std::size_t i = 0; i < items.size() && !call.evaluator.failed(); ++i) {
    const bool given = !call[1].undefined();
    const Value verdict =
        given ? call_with(call, call[1], items[i], index_of(i), call[0]) : Value();
    if (given && !call.evaluator.is_true(verdict)) continue;
    if (found) return call.evaluator.fail("D3138", {}, i);
    found = items[i];
  }
  return found ? *found : call.evaluator.fail("D3139");
}

Value reduce(const Call& call) {
  if (call[0].undefined()) return {};
  const auto items = call[0].as_array().all();
  const auto arity = arity_of(call[1].as_function());
  if (arity < 2) return call.evaluator.fail("D3050", {}, 1);
  const bool seeded = !call[2].undefined() || items.empty();
  Value result = seeded ? call[2] : items[0];
  for (std::size_t i = seeded ? 0 : 1; i < items.size() && !call.evaluator.failed(); ++i) {
    const Value arguments[] = {result, items[i], index_of(i), call[0]};
    result = call.evaluator.call(call[1], {arguments, std::min<std::size_t>(arity, 4)});
  }
  return result;
}

std::span<const Member> members_of(const Value& value) {
  return value.is_object() ? value.as_object().members() : std::span<const Member>();
}

Value each(const Call& call) {
  Array* const results = call.evaluator.new_sequence();
  for (const Member& member : members_of(call[0])) {
    const Value result = call_with(call, call[1], member.value, Value::string(member.key), call[0]);
    if (call.evaluator.failed()) return {};
    if (!result.undefined()) results->push(call.evaluator.arena(), result);
  }
  return Value::array(results);
}

Value sift(const Call& call) {
  Object* const kept = call.evaluator.new_object();
  for (const Member& member : members_of(call[0])) {
    const Value verdict =
        call_with(call, call[1], member.value, Value::string(member.key), call[0]);
    if (call.evaluator.is_true(verdict)) {
      kept->set(call.evaluator.arena(), member.key, member.value);
    }
    if (call.evaluator.failed()) return {};
  }
  return kept->size() == 0 ? Value() : Value::object(kept);
}

constexpr auto kRows = std::to_array<BuiltinRow>({
    {"map", "<af>", 2, map},
    {"filter", "<af>", 2, filter},
    {"single", "<af?>", 2, single},
    {"reduce", "<afj?:j>", 3, reduce},
    {"each", "<o-f:a>", 2, each},
    {"sift", "<o-f?:o>", 2, sift},
});

}  // namespace

std::span<const BuiltinRow> higher_order_builtins() {
  return kRows;
}

}  // namespace loopgate::codec::jsonata
