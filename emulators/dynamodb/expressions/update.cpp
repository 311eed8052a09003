// What an update expression does to an item.
#include "emulators/dynamodb/expressions/update.h"

#include <algorithm>

#include "emulators/dynamodb/expressions/number.h"

namespace loopgate::dynamodb {

namespace {

std::unexpected<std::string> wrong_type() {
  return std::unexpected(
      std::string("An operand in the update expression has an incorrect data type"));
}
std::unexpected<std::string> missing() {
  return std::unexpected(std::string(
      "The provided expression refers to an attribute that does not exist in the item"));
}
std::unexpected<std::string> wrong_path() {
  return std::unexpected(
      std::string("The document path provided in the update expression is invalid for update"));
}

Number number_of(const json& value) {
  return Number::parse(content(value).get_ref<const std::string&>()).value_or(Number());
}

Parsed<json> sum(const json& a, const json& b, bool minus) {
  if (!is_type(a, "N") || !is_type(b, "N")) return wrong_type();
  const auto right = number_of(b);
  const auto out = number_of(a).plus(minus ? right.negated() : right);
  if (!out) return std::unexpected(out.error());
  return json{{"N", out->to_string()}};
}

Parsed<json> evaluate(const Expression& expression, const json& item) {
  if (expression.kind == Kind::kValue) return expression.value;
  if (expression.kind == Kind::kPath) {
    const auto* found = find(&item, expression.path);
    if (found == nullptr) return missing();
    return *found;
  }
  const auto& args = expression.args;
  if (expression.name == "if_not_exists") {
    const auto* found = find(&item, args[0].path);
    return found != nullptr ? Parsed<json>(*found) : evaluate(args[1], item);
  }
  auto left = evaluate(args[0], item);
  if (!left) return left;
  const auto right = evaluate(args[1], item);
  if (!right) return right;
  if (expression.name != "list_append") return sum(*left, *right, expression.name == "-");
  if (!is_type(*left, "L") || !is_type(*right, "L")) return wrong_type();
  auto& list = (*left)["L"];
  for (const auto& each : (*right)["L"]) list.push_back(each);
  return left;
}

// Where the last part of a path is to be found; null: the way there is missing, or of other types.
json* parent_of(json& item, const Path& path) {
  if (path.size() == 1) return &item;
  const Path way(path.begin(), path.end() - 1);
  auto* parent = const_cast<json*>(find(&item, way));
  if (parent == nullptr) return nullptr;
  const std::string wanted = path.back().is_index() ? "L" : "M";
  return is_type(*parent, wanted) ? &(*parent)[wanted] : nullptr;
}

Parsed<void> set(json& item, const Path& path, json value) {
  auto* parent = parent_of(item, path);
  if (parent == nullptr) return wrong_path();
  const auto& last = path.back();
  if (!last.is_index()) {
    (*parent)[last.name] = std::move(value);
  } else if (static_cast<std::size_t>(last.index) < parent->size()) {
    (*parent)[static_cast<std::size_t>(last.index)] = std::move(value);
  } else {
    parent->push_back(std::move(value));
  }
  return {};
}

Parsed<void> remove(json& item, const Path& path) {
  auto* parent = parent_of(item, path);
  if (parent == nullptr) return wrong_path();
  const auto& last = path.back();
  if (!last.is_index()) {
    parent->erase(last.name);
  } else if (static_cast<std::size_t>(last.index) < parent->size()) {
    parent->erase(static_cast<std::size_t>(last.index));
  }
  return {};
}

Parsed<void> add(json& item, const Path& path, const json& value) {
  const auto* found = find(&item, path);
  if (found == nullptr) return set(item, path, value);
  const auto& type = type_of(value);
  if (type_of(*found) != type) return wrong_type();
  if (type == "N") {
    auto out = sum(*found, value, false);
    if (!out) return std::unexpected(out.error());
    return set(item, path, std::move(*out));
  }
  json out = *found;
  for (const auto& each : content(value)) {
    if (std::ranges::find(out[type], each) == out[type].end()) out[type].push_back(each);
  }
  return set(item, path, std::move(out));
}

Parsed<void> subtract(json& item, const Path& path, const json& value) {
  const auto* found = find(&item, path);
  if (found == nullptr) return {};
  const auto& type = type_of(value);
  if (type_of(*found) != type) return wrong_type();
  json out = json::array();
  for (const auto& each : content(*found)) {
    if (std::ranges::find(content(value), each) == content(value).end()) out.push_back(each);
  }
  if (out.empty()) return remove(item, path);
  return set(item, path, {{type, std::move(out)}});
}

// Those further back in a list go first, so that the others keep their places.
std::vector<Path> in_order_of_removal(const Update& update) {
  std::vector<Path> out;
  for (const auto& action : update.actions) {
    if (action.verb == Verb::kRemove) out.push_back(action.path);
  }
  std::ranges::stable_sort(
      out, [](const Path& a, const Path& b) { return a.back().index > b.back().index; });
  return out;
}

}  // namespace

// SET of elements beyond a list's end appends them by their index.
Parsed<void> apply(const Update& update, json& item) {
  std::vector<std::pair<Path, json>> sets;
  for (const auto& action : update.actions) {
    if (action.verb != Verb::kSet) continue;
    auto value = evaluate(action.value, item);
    if (!value) return std::unexpected(value.error());
    sets.emplace_back(action.path, std::move(*value));
  }
  std::ranges::stable_sort(sets, [](const auto& a, const auto& b) {
    return a.first.back().index < b.first.back().index;
  });
  for (auto& [path, value] : sets) {
    if (auto done = set(item, path, std::move(value)); !done) return done;
  }
  for (const auto& action : update.actions) {
    Parsed<void> done;
    if (action.verb == Verb::kAdd) done = add(item, action.path, action.value.value);
    if (action.verb == Verb::kDelete) done = subtract(item, action.path, action.value.value);
    if (!done) return done;
  }
  for (const auto& path : in_order_of_removal(update)) {
    if (auto done = remove(item, path); !done) return done;
  }
  return {};
}

}  // namespace loopgate::dynamodb
