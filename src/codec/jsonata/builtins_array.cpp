// Functions of arrays, and of what anything is.
#include <array>
#include <vector>

#include "codec/jsonata/evaluator.h"

namespace loopgate::codec::jsonata {

namespace {

Value count(const Call& call) {
  return Value::number(call[0].undefined() ? 0 : call[0].as_array().size);
}

Value append(const Call& call) {
  return call.evaluator.append(call[0], call[1]);
}

Value exists(const Call& call) {
  return Value::boolean(!call[0].undefined());
}

Value boolean(const Call& call) {
  const auto truth = call.evaluator.truth(call[0]);
  return truth ? Value::boolean(*truth) : Value();
}

Value negation(const Call& call) {
  if (call[0].undefined()) return {};
  return Value::boolean(!call.evaluator.is_true(call[0]));
}

Value type(const Call& call) {
  switch (call[0].kind()) {
    case Kind::kNull:
      return Value::string("null");
    case Kind::kBoolean:
      return Value::string("boolean");
    case Kind::kNumber:
      return Value::string("number");
    case Kind::kString:
      return Value::string("string");
    case Kind::kArray:
      return Value::string("array");
    case Kind::kFunction:
      return Value::string("function");
    case Kind::kObject:
    case Kind::kTuple:
      return Value::string("object");
    case Kind::kUndefined:
      break;
  }
  return {};
}

// A copy of `size` items to fill; nullptr when there is no room.
Array* sized_array(const Call& call, std::size_t size) {
  if (!call.evaluator.affords(size * sizeof(Value)) || !call.evaluator.spend(size / 8)) {
    return nullptr;
  }
  Array* const array = call.evaluator.new_array();
  array->grow(call.evaluator.arena(), size);
  return array;
}

Value reverse(const Call& call) {
  if (call[0].undefined() || call[0].as_array().size <= 1) return call[0];
  const auto items = call[0].as_array().all();
  Array* const reversed = sized_array(call, items.size());
  if (!reversed) return {};
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    reversed->push(call.evaluator.arena(), *item);
  }
  return Value::array(reversed);
}

// Each new item changes places with one at random.
Value shuffle(const Call& call) {
  if (call[0].undefined() || call[0].as_array().size <= 1) return call[0];
  const auto items = call[0].as_array().all();
  Array* const shuffled = sized_array(call, items.size());
  if (!shuffled) return {};
  for (const Value& item : items) {
    shuffled->push(call.evaluator.arena(), item);
    const auto place = call.evaluator.setting().random.below(shuffled->size);
    std::swap(shuffled->items[place], shuffled->items[shuffled->size - 1]);
  }
  return Value::array(shuffled);
}

// Finds whether a value was there before, by its hash.
class Seen {
 public:
  explicit Seen(std::size_t size) {
    while (table_size_ < size * 2) table_size_ *= 2;
    table_.resize(table_size_);
  }

  bool add(const Value& value) {
    auto at = deep_hash(value) & (table_size_ - 1);
    for (; table_[at].has; at = (at + 1) & (table_size_ - 1)) {
      if (deep_equal(table_[at].value, value)) return false;
    }
    table_[at] = {value, true};
    return true;
  }

 private:
  struct Slot {
    Value value;
    bool has = false;
  };
  std::size_t table_size_ = 16;
  std::vector<Slot> table_;
};

Value distinct(const Call& call) {
  if (!call[0].is_array() || call[0].as_array().size <= 1) return call[0];
  const auto items = call[0].as_array().all();
  if (!call.evaluator.affords(items.size() * 64) || !call.evaluator.spend(items.size())) return {};
  Array* const found = call.evaluator.new_array();
  found->sequence = call[0].is_sequence();
  Seen seen(items.size());
  for (const Value& item : items) {
    if (seen.add(item)) found->push(call.evaluator.arena(), item);
  }
  return Value::array(found);
}

Value zip(const Call& call) {
  auto& arena = call.evaluator.arena();
  std::size_t size = call.arguments.empty() ? 0 : SIZE_MAX;
  for (const Value& argument : call.arguments) {
    size = std::min<std::size_t>(size, argument.is_array() ? argument.as_array().size : 0);
  }
  Array* const zipped = sized_array(call, size);
  if (!zipped) return {};
  for (std::size_t i = 0; i < size && call.evaluator.spend(1); ++i) {
    Array* const row = call.evaluator.new_array();
    row->grow(arena, call.arguments.size());
    for (const Value& argument : call.arguments) row->push(arena, argument.as_array().items[i]);
    zipped->push(arena, Value::array(row));
    if (!call.evaluator.affords(0)) return {};
  }
  return Value::array(zipped);
}

bool all_are(std::span<const Value> items, Kind kind) {
  return std::ranges::all_of(items, [&](const Value& item) { return item.is(kind); });
}

// What JavaScript takes for true.
bool is_truthy(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kNull:
      return false;
    case Kind::kBoolean:
      return value.as_boolean();
    case Kind::kNumber:
      return value.as_number() != 0 && value.as_number() == value.as_number();
    case Kind::kString:
      return !value.as_string().empty();
    default:
      return true;
  }
}

Value sort(const Call& call) {
  Evaluator& evaluator = call.evaluator;
  if (call[0].undefined() || call[0].as_array().size <= 1) return call[0];
  const std::span<const Value> items = call[0].as_array().all();
  if (!evaluator.affords(items.size() * sizeof(Value))) return {};
  if (call[1].is_function()) {
    return Value::array(evaluator.merge_sorted(items, [&](std::size_t a, std::size_t b) {
      const Value pair[] = {items[a], items[b]};
      return is_truthy(evaluator.call(call[1], pair));
    }));
  }
  const bool numbers =
      std::ranges::all_of(items, [&](const Value& item) { return evaluator.is_numeric(item); });
  if (evaluator.failed()) return {};
  if (!numbers && !all_are(items, Kind::kString)) return evaluator.fail("D3070", {}, 1);
  if (!evaluator.spend(items.size())) return {};
  return Value::array(evaluator.merge_sorted(items, [&](std::size_t a, std::size_t b) {
    if (numbers) return items[a].as_number() > items[b].as_number();
    return compare_text(items[a].as_string(), items[b].as_string()) > 0;
  }));
}

constexpr auto kRows = std::to_array<BuiltinRow>({
    {"count", "<a:n>", 1, count},
    {"append", "<xx:a>", 2, append},
    {"exists", "<x:b>", 1, exists},
    {"boolean", "<x-:b>", 1, boolean},
    {"not", "<x-:b>", 1, negation},
    {"type", "<x:s>", 1, type},
    {"reverse", "<a:a>", 1, reverse},
    {"shuffle", "<a:a>", 1, shuffle},
    {"distinct", "<x:x>", 1, distinct},
    {"zip", "<a+>", 0, zip},
    {"sort", "<af?:a>", 2, sort},
});

}  // namespace

std::span<const BuiltinRow> array_builtins() {
  return kRows;
}

}  // namespace loopgate::codec::jsonata
