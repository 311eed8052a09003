#include "emulators/dynamodb/expressions/expression.h"

#include <fmt/format.h>

#include <algorithm>

namespace loopgate::dynamodb {

std::string shown(const Path& path) {
  std::string out = "[";
  for (const auto& part : path) {
    if (out.size() > 1) out += ", ";
    out += part.is_index() ? fmt::format("[{}]", part.index) : part.name;
  }
  return out + "]";
}

const json* find(const json* item, const Path& path) {
  if (item == nullptr || path.empty()) return nullptr;
  const auto first = item->find(path.front().name);
  if (first == item->end()) return nullptr;
  const json* at = &*first;
  for (std::size_t i = 1; i < path.size(); ++i) {
    const auto& part = path[i];
    const auto& inner = content(*at);
    if (part.is_index()) {
      const auto index = static_cast<std::size_t>(part.index);
      if (!is_type(*at, "L") || index >= inner.size()) return nullptr;
      at = &inner[index];
    } else {
      if (!is_type(*at, "M")) return nullptr;
      const auto found = inner.find(part.name);
      if (found == inner.end()) return nullptr;
      at = &*found;
    }
  }
  return at;
}

Parsed<void> check_overlap(const std::vector<Path>& paths) {
  for (std::size_t second = 1; second < paths.size(); ++second) {
    for (std::size_t first = 0; first < second; ++first) {
      const auto &a = paths[first], &b = paths[second];
      const auto length = std::min(a.size(), b.size());
      std::size_t same = 0;
      while (same < length && a[same] == b[same]) ++same;
      const bool overlaps = same == length;
      if (!overlaps && a[same].is_index() == b[same].is_index()) continue;
      return std::unexpected(
          fmt::format("Two document paths {} with each other; must remove or rewrite one of these "
                      "paths; path one: {}, path two: {}",
                      overlaps ? "overlap" : "conflict", shown(a), shown(b)));
    }
  }
  return {};
}

namespace {

bool is_placeholder(std::string_view key, char sign) {
  return key.size() > 1 && key[0] == sign && std::ranges::all_of(key.substr(1), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_';
         });
}

Parsed<void> check_keys(const json& given, std::string_view parameter, char sign) {
  if (given.empty()) return std::unexpected(fmt::format("{} must not be empty", parameter));
  for (const auto& each : given.items()) {
    if (is_placeholder(each.key(), sign)) continue;
    return std::unexpected(
        fmt::format("{} contains invalid key: Syntax error; key: \"{}\"", parameter, each.key()));
  }
  return {};
}

template <class Used>
std::string unused(const json& given, const Used& used) {
  std::string out;
  for (const auto& each : given.items()) {
    if (used.contains(each.key())) continue;
    out += (out.empty() ? "" : ", ") + each.key();
  }
  return out;
}

}  // namespace

Parsed<void> Placeholders::check(const json* names, json* values) {
  if (names != nullptr) {
    if (auto checked = check_keys(*names, "ExpressionAttributeNames", '#'); !checked) {
      return checked;
    }
  }
  if (values == nullptr) return {};
  if (auto checked = check_keys(*values, "ExpressionAttributeValues", ':'); !checked) {
    return checked;
  }
  for (auto& value : values->items()) {
    if (auto checked = check_value(value.value()); !checked) {
      return std::unexpected(
          fmt::format("ExpressionAttributeValues contains invalid value: {} for key {}",
                      checked.error(), value.key()));
    }
  }
  return {};
}

Parsed<void> Placeholders::resolve(Path& path) {
  for (auto& part : path) {
    if (!part.name.starts_with('#')) continue;
    const auto found = names == nullptr ? json::const_iterator() : names->find(part.name);
    if (names == nullptr || found == names->end()) {
      return std::unexpected(
          "An expression attribute name used in the document path is not defined; attribute "
          "name: " +
          part.name);
    }
    used_names.insert(part.name);
    part.name = found->get<std::string>();
  }
  return {};
}

Parsed<void> Placeholders::resolve(Expression& expression) {
  if (auto done = resolve(expression.path); !done) return done;
  if (expression.kind == Kind::kValue) {
    const auto found = values == nullptr ? json::const_iterator() : values->find(expression.name);
    if (values == nullptr || found == values->end()) {
      return std::unexpected(
          "An expression attribute value used in expression is not defined; attribute value: " +
          expression.name);
    }
    used_values.insert(expression.name);
    expression.value = *found;
  }
  for (auto& arg : expression.args) {
    if (auto done = resolve(arg); !done) return done;
  }
  return {};
}

Parsed<void> Placeholders::check_used() const {
  if (names != nullptr) {
    if (const auto left = unused(*names, used_names); !left.empty()) {
      return std::unexpected(
          "Value provided in ExpressionAttributeNames unused in expressions: keys: {" + left + "}");
    }
  }
  if (values != nullptr) {
    if (const auto left = unused(*values, used_values); !left.empty()) {
      return std::unexpected(
          "Value provided in ExpressionAttributeValues unused in expressions: keys: {" + left +
          "}");
    }
  }
  return {};
}

}  // namespace loopgate::dynamodb
