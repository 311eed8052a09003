// Paths: step after step over sequences, with their filters, their order, and the streams of tuples
// that carry what '@', '#' and '%' bind.
#include <cmath>
#include <vector>

#include "codec/jsonata/evaluator.h"

namespace loopgate::codec::jsonata {

namespace {

std::span<const Value> items_of(const Value& value) {
  if (!value.is_array()) return {&value, 1};
  return value.as_array().all();
}

bool is_empty(const Value& value) {
  return value.undefined() || (value.is_array() && value.as_array().size == 0);
}

}  // namespace

Value Evaluator::path(const Node& node, Value input, Frame* frame) {
  if (node.names_only) return names_path(node, input, frame);
  return general_path(node, 0, input, frame);
}

// Name by name while there are no arrays in the way.
Value Evaluator::names_path(const Node& node, Value input, Frame* frame) {
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (input.is_array()) return general_path(node, i, input, frame);
    if (!input.is_object()) return {};
    const Value* const found = input.as_object().find(node.items[i]->text);
    if (!found) return {};
    input = *found;
  }
  if (!input.is_sequence()) return input;
  // A sequence that was kept in an object is one like any other again.
  Array* const again = new_sequence();
  again->append(arena_, input.as_array().all());
  return Value::array(again);
}

Value Evaluator::general_path(const Node& node, std::size_t first, Value input, Frame* frame) {
  // A path that begins with a variable does not depend on where it stands.
  if (input.is_array() && first == 0 && node.items[0]->type == NodeType::kVariable) {
    Array* const one = new_sequence();
    one->push(arena_, input);
    input = Value::array(one);
  }
  Value result;
  bool streaming = false;
  Array* tuples = nullptr;
  for (std::size_t i = first; i < node.items.size() && !failed(); ++i) {
    const Node& step_node = *node.items[i];
    streaming = streaming || step_node.tuple;
    if (i == 0 && step_node.constructs) {
      result = evaluate(step_node, input, frame);
      // What a predicate picked out of […] is no sequence to take a step from.
      if (!streaming && !result.is_array() && i + 1 < node.items.size()) return {};
    } else if (streaming) {
      tuples = tuple_step(step_node, input, tuples, frame);
    } else {
      result = step(step_node, input, frame, i + 1 == node.items.size());
    }
    if (!streaming && is_empty(result)) break;
    if (step_node.focus.empty()) input = result;
  }
  if (failed()) return {};
  if (streaming) {
    result = node.tuple ? Value::array(tuples ? tuples : new_sequence()) : tuples_of(node, tuples);
  }
  if (node.keep_singleton && result.is_array()) {
    Array& array = result.as_array();
    if (array.constructed && !array.sequence) {
      Array* const one = new_sequence();
      one->push(arena_, result);
      result = Value::array(one);
    }
    if (result.is_sequence()) result.as_array().keep_singleton = true;
  }
  if (!node.group) return result;
  const Value grouped = streaming && tuples ? Value::array(tuples) : result;
  return group(node.group->pairs, node.group->position, grouped, frame);
}

// What the stream is about, without its bindings.
Value Evaluator::tuples_of(const Node&, Array* tuples) {
  Array* const values = new_sequence();
  if (tuples) {
    for (const Value& tuple : tuples->all()) values->push(arena_, tuple.as_tuple().at);
  }
  return Value::array(values);
}

Value Evaluator::step(const Node& node, Value input, Frame* frame, bool last) {
  if (node.type == NodeType::kSort) {
    return run_stages(node.stages, sort(node, input, frame), frame);
  }
  Array results;
  for (const Value& item : items_of(input)) {
    Value result = evaluate(node, item, frame);
    for (const Stage& stage : node.stages) result = filter(*stage.filter, result, frame);
    if (failed()) return {};
    if (!result.undefined()) results.push(arena_, result);
  }
  return join_results(results, last);
}

// Each step flattens what it found; the array that a last step found alone stays as it is.
Value Evaluator::join_results(const Array& results, bool last) {
  if (last && results.size == 1 && results.items[0].is_array() && !results.items[0].is_sequence()) {
    return results.items[0];
  }
  Array* const joined = new_sequence();
  for (const Value& result : results.all()) {
    if (!result.is_array() || result.as_array().constructed)
      joined->push(arena_, result);
    else
      joined->append(arena_, result.as_array().all());
  }
  return Value::array(joined);
}

Value Evaluator::run_stages(const std::vector<Stage>& stages, Value input, Frame* frame) {
  for (const Stage& stage : stages) {
    if (stage.filter) {
      input = filter(*stage.filter, input, frame);
      continue;
    }
    std::size_t index = 0;
    for (const Value& item : items_of(input)) {
      if (item.is(Kind::kTuple)) {
        item.as_tuple().bind(arena_, stage.index_name, Value::number(static_cast<double>(index++)));
      }
    }
  }
  return input;
}

Frame* Evaluator::frame_of(Frame* outer, const Tuple& tuple) {
  // What is bound from now on is bound in a frame above, not in the tuple.
  Frame* const bound = arena_.make<Frame>(Frame{.outer = outer, .bound = tuple});
  return arena_.make<Frame>(Frame{.outer = bound});
}

Tuple* Evaluator::copy_tuple(const Tuple& tuple, std::size_t more) {
  Tuple* const copy = arena_.make<Tuple>(tuple);
  copy->capacity = static_cast<std::uint32_t>(tuple.size + more);
  copy->bindings = arena_.array<Binding>(copy->capacity);
  std::copy_n(tuple.bindings, tuple.size, copy->bindings);
  return copy;
}

Array* Evaluator::as_tuples(Value result) {
  Array* const tuples = new_sequence();
  tuples->tuple_stream = true;
  for (const Value& item : items_of(result)) {
    if (item.is(Kind::kTuple))
      tuples->push(arena_, item);
    else
      tuples->push(arena_, Value::tuple(arena_.make<Tuple>(Tuple{.at = item})));
  }
  return tuples;
}

Array* Evaluator::sorted_tuples(const Node& node, Value input, Array* tuples, Frame* frame) {
  Array* sorted = as_tuples(sort(node, tuples ? Value::array(tuples) : input, frame));
  if (!tuples) {
    double index = 0;
    for (const Value& item : sorted->all()) {
      item.as_tuple().bind(arena_, node.index, Value::number(index++));
    }
  }
  return as_tuples(run_stages(node.stages, Value::array(sorted), frame));
}

Array* Evaluator::tuple_step(const Node& node, Value input, Array* tuples, Frame* frame) {
  if (node.type == NodeType::kSort) return sorted_tuples(node, input, tuples, frame);
  if (!tuples) tuples = as_tuples(input);
  Array* const out = new_sequence();
  out->tuple_stream = true;
  for (const Value& item : tuples->all()) {
    const Tuple& tuple = item.as_tuple();
    const Value result = evaluate(node, tuple.at, frame_of(frame, tuple));
    if (failed()) return out;
    if (!result.undefined()) bind_results(node, tuple, result, *out);
  }
  const Value staged = run_stages(node.stages, Value::array(out), frame);
  return staged.is_array() && staged.as_array().tuple_stream ? &staged.as_array()
                                                             : as_tuples(staged);
}

// A tuple for each result of a step, with what the step binds.
void Evaluator::bind_results(const Node& node, const Tuple& from, const Value& result, Array& out) {
  double index = 0;
  for (const Value& item : items_of(result)) {
    Tuple* const tuple = copy_tuple(from, 3);
    if (item.is(Kind::kTuple)) {
      const Tuple& inner = item.as_tuple();
      tuple->at = inner.at;
      for (const Binding& binding : std::span(inner.bindings, inner.size)) {
        tuple->bind(arena_, binding.name, binding.value);
      }
    } else {
      if (node.focus.empty())
        tuple->at = item;
      else
        tuple->bind(arena_, node.focus, item);
      if (!node.index.empty()) tuple->bind(arena_, node.index, Value::number(index));
      if (node.ancestor) tuple->bind(arena_, node.ancestor->label, from.at);
    }
    out.push(arena_, Value::tuple(tuple));
    ++index;
  }
}

Value Evaluator::filter(const Node& predicate, Value input, Frame* frame) {
  const auto items = items_of(input);
  Array* const results = new_sequence();
  results->tuple_stream = input.is_array() && input.as_array().tuple_stream;
  if (predicate.type == NodeType::kNumber && predicate.predicates.empty()) {
    double index = std::floor(predicate.literal.as_number());
    if (index < 0) index += static_cast<double>(items.size());
    if (!(index >= 0 && index < static_cast<double>(items.size()))) return Value::array(results);
    const Value item = items[static_cast<std::size_t>(index)];
    if (item.is_array()) return item;
    if (!item.undefined()) results->push(arena_, item);
    return Value::array(results);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Value item = items[i];
    const bool tuple = item.is(Kind::kTuple);
    const Value verdict = evaluate(predicate, tuple ? item.as_tuple().at : item,
                                   tuple ? frame_of(frame, item.as_tuple()) : frame);
    if (failed()) return {};
    select(verdict, i, items.size(), item, *results);
  }
  return Value::array(results);
}

// A number, or several, says which items; anything else, whether this one.
void Evaluator::select(const Value& verdict, std::size_t index, std::size_t size, const Value& item,
                       Array& out) {
  const auto numbers = items_of(verdict);
  bool numeric = true;
  for (const Value& number : numbers) numeric = numeric && is_numeric(number);
  if (!numeric) {
    if (is_true(verdict)) out.push(arena_, item);
    return;
  }
  for (const Value& number : numbers) {
    double wanted = std::floor(number.as_number());
    if (wanted < 0) wanted += static_cast<double>(size);
    if (wanted == static_cast<double>(index)) out.push(arena_, item);
  }
}

// -1, 0 or 1 for two keys of an order; what is missing comes last, whatever the direction.
int Evaluator::compare_keys(const Node& node, const Value& a, const Value& b) {
  if (a.undefined() || b.undefined()) return a.undefined() ? (b.undefined() ? 0 : 2) : -2;
  const auto sortable = [](const Value& key) { return key.is_string() || key.is_number(); };
  if (!sortable(a) || !sortable(b)) {
    fail({.code = "T2008", .position = node.position, .value = sortable(a) ? b : a});
    return 0;
  }
  if (a.kind() != b.kind()) {
    fail({.code = "T2007", .position = node.position, .value = a, .value2 = b});
    return 0;
  }
  if (a.is_string()) return compare_text(a.as_string(), b.as_string());
  if (a.as_number() == b.as_number()) return 0;
  return a.as_number() < b.as_number() ? -1 : 1;
}

Value Evaluator::sort(const Node& node, Value input, Frame* frame) {
  const auto items = items_of(input);
  if (items.size() <= 1) return input;
  const auto count = node.terms.size();
  // Each key is made once, when it is first looked at.
  if (!affords(items.size() * count * sizeof(Value))) return {};
  std::vector<std::optional<Value>> keys(items.size() * count);
  const auto key = [&](std::size_t item, std::size_t term) {
    auto& kept = keys[item * count + term];
    if (!kept) {
      const Value value = items[item];
      const bool tuple = value.is(Kind::kTuple);
      kept = evaluate(*node.terms[term].expression, tuple ? value.as_tuple().at : value,
                      tuple ? frame_of(frame, value.as_tuple()) : frame);
    }
    return *kept;
  };
  Array* const sorted = merge_sorted(items, [&](std::size_t a, std::size_t b) {
    spend(1);
    for (std::size_t term = 0; term < count && !failed(); ++term) {
      const int order = compare_keys(node, key(a, term), key(b, term));
      if (order == 0) continue;
      if (order == 2 || order == -2) return order > 0;
      return node.terms[term].descending ? order < 0 : order > 0;
    }
    return false;
  });
  sorted->tuple_stream = input.is_array() && input.as_array().tuple_stream;
  return Value::array(sorted);
}

}  // namespace loopgate::codec::jsonata
