// Objects made of keys that are computed, which group what has the same key; and transforms, which
// change a copy.
#include <vector>

#include "codec/jsonata/evaluator.h"

namespace loopgate::codec::jsonata {

struct Evaluator::GroupEntry {
  std::size_t pair;
  Value data;
  Array* own = nullptr;  // of more than one item
};

struct Evaluator::Groups {
  const std::vector<Pair>& pairs;
  std::uint32_t position;
  bool tuples;
  Frame* frame;
  Object& positions;  // key → index of its entry
};

Value Evaluator::group(const std::vector<Pair>& pairs, std::uint32_t position, Value input,
                       Frame* frame) {
  const bool tuples = input.is_array() && input.as_array().tuple_stream;
  Object positions;
  const Groups groups{pairs, position, tuples, frame, positions};
  std::vector<GroupEntry> entries;
  entries.reserve(pairs.size());
  // Nothing to group makes an object all the same: a literal one.
  const bool empty = input.is_array() && input.as_array().size == 0;
  if (!input.is_array() || (empty && !tuples)) {
    if (!collect(groups, empty ? Value() : input, entries)) return {};
  } else {
    for (const Value& item : input.as_array().all()) {
      if (!collect(groups, item, entries)) return {};
    }
  }
  Object* const result = new_object();
  for (const Member& member : positions.members()) {
    const GroupEntry& entry = entries[static_cast<std::size_t>(member.value.as_number())];
    Value context = entry.own ? Value::array(entry.own) : entry.data;
    Frame* scope = frame;
    if (tuples) {
      const Tuple reduced = reduce_tuples(context);
      context = reduced.at;
      scope = frame_of(frame, reduced);
    }
    const Value value = evaluate(*pairs[entry.pair].value, context, scope);
    if (failed()) return {};
    if (!value.undefined()) result->set(arena_, member.key, value);
  }
  return Value::object(result);
}

bool Evaluator::collect(const Groups& groups, const Value& item, std::vector<GroupEntry>& entries) {
  const bool tuple = groups.tuples && item.is(Kind::kTuple);
  Frame* const frame = tuple ? frame_of(groups.frame, item.as_tuple()) : groups.frame;
  for (std::size_t i = 0; i < groups.pairs.size(); ++i) {
    const Value key = evaluate(*groups.pairs[i].key, tuple ? item.as_tuple().at : item, frame);
    if (failed()) return false;
    if (key.undefined()) continue;
    if (!key.is_string()) {
      fail({.code = "T1003", .position = groups.position, .value = key});
      return false;
    }
    const Value* const found = groups.positions.find(key.as_string());
    if (!found) {
      groups.positions.set(arena_, key.as_string(),
                           Value::number(static_cast<double>(entries.size())));
      entries.push_back({.pair = i, .data = item});
      continue;
    }
    GroupEntry& entry = entries[static_cast<std::size_t>(found->as_number())];
    if (entry.pair != i) {
      fail({.code = "D1009", .position = groups.position, .value = key});
      return false;
    }
    add_to_group(entry, item);
  }
  return true;
}

void Evaluator::add_to_group(GroupEntry& entry, const Value& item) {
  const auto add = [&](const Value& value) {
    if (value.is_array())
      entry.own->append(arena_, value.as_array().all());
    else if (!value.undefined())
      entry.own->push(arena_, value);
  };
  if (!entry.own) {
    entry.own = new_array();
    add(entry.data);
  }
  add(item);
}

// One tuple of several: what each binds becomes an array.
Tuple Evaluator::reduce_tuples(const Value& data) {
  if (!data.is_array()) return data.is(Kind::kTuple) ? data.as_tuple() : Tuple{.at = data};
  std::vector<std::pair<std::string_view, GroupEntry>> columns;
  const auto add = [&](std::string_view name, const Value& value) {
    for (auto& [known, entry] : columns) {
      if (known == name) return add_to_group(entry, value);
    }
    columns.emplace_back(name, GroupEntry{.pair = 0, .data = value});
  };
  constexpr std::string_view kAt = "@";
  for (const Value& item : data.as_array().all()) {
    const Tuple& tuple = item.as_tuple();
    add(kAt, tuple.at);
    for (const Binding& binding : std::span(tuple.bindings, tuple.size)) {
      add(binding.name, binding.value);
    }
  }
  Tuple reduced;
  for (const auto& [name, entry] : columns) {
    const Value value = entry.own ? Value::array(entry.own) : entry.data;
    if (name == kAt)
      reduced.at = value;
    else
      reduced.bind(arena_, name, value);
  }
  return reduced;
}

Value Evaluator::transform(const Function& function, Value object) {
  if (object.undefined()) return {};
  const Node& node = *function.node;
  const Value* const own_clone = function.frame->find("clone");
  static const Builtin* const clone = find_builtin("clone", Dialect::kPlain);
  if (own_clone && !own_clone->is_function()) {
    return fail({.code = "T2013", .position = node.position});
  }
  const Value copy = own_clone ? apply(*own_clone, {&object, 1}, Value::null(), function.frame)
                               : clone->run({*this, {&object, 1}, Value(), function.frame});
  const Value matches = evaluate(*node.left, copy, function.frame);
  if (failed() || matches.undefined()) return copy;
  const std::span<const Value> found = matches.is_array()
                                           ? std::span<const Value>(matches.as_array().all())
                                           : std::span(&matches, 1);
  for (const Value& match : found) {
    if (!update(node, match, function.frame)) return {};
    if (node.third && !remove_members(node, match, function.frame)) return {};
  }
  return copy;
}

bool Evaluator::update(const Node& node, Value match, Frame* frame) {
  const Value change = evaluate(*node.right, match, frame);
  if (failed()) return false;
  if (change.undefined()) return true;
  if (!change.is_object()) {
    fail({.code = "T2011", .position = node.right->position, .value = change});
    return false;
  }
  if (!match.is_object()) return true;
  for (const Member& member : change.as_object().members()) {
    match.as_object().set(arena_, member.key, member.value);
  }
  return true;
}

bool Evaluator::remove_members(const Node& node, Value match, Frame* frame) {
  const Value names = evaluate(*node.third, match, frame);
  if (failed()) return false;
  if (names.undefined()) return true;
  const std::span<const Value> all =
      names.is_array() ? std::span<const Value>(names.as_array().all()) : std::span(&names, 1);
  for (const Value& name : all) {
    if (name.is_string()) continue;
    fail({.code = "T2012", .position = node.third->position, .value = names});
    return false;
  }
  if (!match.is_object()) return true;
  for (const Value& name : all) {
    if (!spend(1 + match.as_object().size() / 8)) return false;
    match.as_object().remove(name.as_string());
  }
  return true;
}

}  // namespace loopgate::codec::jsonata
