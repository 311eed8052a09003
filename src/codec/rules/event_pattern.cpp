#include "codec/rules/event_pattern.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/json.h"
#include "codec/rules/filter_rule.h"
#include "codec/rules/json_tokens.h"
#include "codec/rules/limits.h"
#include "codec/rules/or_branches.h"

namespace loopgate::rules {

using nlohmann::json;

// An object of a pattern: all of its keys must hold, and of each "$or" one branch.
struct EventPattern::Node {
  struct Key {
    std::string name;
    std::vector<FilterRule> rules;      // of a list; one must match
    std::shared_ptr<const Node> below;  // of an object
  };
  std::vector<Key> keys;
  std::vector<std::vector<std::shared_ptr<const Node>>> choices;  // "$or"
};

namespace {

using Node = EventPattern::Node;
using NodePtr = std::shared_ptr<const Node>;

// Reads in the order of the text, so that of two faults the first is told.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), tokens_(text) {}

  std::expected<NodePtr, std::string> parse() {
    if (const auto fault = find_json_fault(text_)) {
      return std::unexpected(fault->reason + place_in_hidden_source(fault->place));
    }
    if (const auto read = check_json(text_); !read) return std::unexpected(read.error().message);
    if (tokens_.next() != JsonToken::kObject) {
      return std::unexpected("Event pattern must be a JSON object");
    }
    auto root = read_object(1);
    if (root) return *std::move(root);
    const auto& fault = root.error();
    return std::unexpected(fault.is_parsers
                               ? fault.sentence + place_in_source(text_, tokens_.place())
                               : fault.sentence);
  }

 private:
  static std::unexpected<FilterFault> refuse(std::string sentence) {
    return std::unexpected(FilterFault{std::move(sentence)});
  }

  FilterOutcome<NodePtr> read_object(std::size_t depth) {
    if (depth > kMaxPatternDepth) {
      return std::unexpected(FilterFault{"Event pattern is nested too deeply", false});
    }
    auto node = std::make_shared<Node>();
    bool is_empty = true;
    while (tokens_.next() != JsonToken::kObjectEnd) {
      is_empty = false;
      auto name = tokens_.text();
      auto read = name == "$or" && begins_branches(tokens_)
                      ? read_branches(*node, depth)
                      : read_key(*node, std::move(name), depth);
      if (!read) return std::unexpected(std::move(read.error()));
    }
    if (is_empty && depth > 1) return refuse("Empty objects are not allowed");
    return node;
  }

  FilterOutcome<void> read_branches(Node& node, std::size_t depth) {
    auto& branches = node.choices.emplace_back();
    tokens_.next();  // the list
    while (tokens_.next() != JsonToken::kArrayEnd) {
      auto branch = read_object(depth + 1);
      if (!branch) return std::unexpected(std::move(branch.error()));
      branches.push_back(*std::move(branch));
    }
    return {};
  }

  FilterOutcome<void> read_key(Node& node, std::string name, std::size_t depth) {
    Node::Key key{name, {}, nullptr};
    switch (tokens_.next()) {
      case JsonToken::kObject: {
        auto below = read_object(depth + 1);
        if (!below) return std::unexpected(std::move(below.error()));
        key.below = *std::move(below);
        break;
      }
      case JsonToken::kArray:
        while (tokens_.next() != JsonToken::kArrayEnd) {
          auto rule = FilterRule::parse(tokens_);
          if (!rule) return std::unexpected(std::move(rule.error()));
          key.rules.push_back(*std::move(rule));
        }
        if (key.rules.empty()) return refuse("Empty arrays are not allowed");
        break;
      default:
        return refuse('"' + name + "\" must be an object or an array");
    }
    // Of a key that stands twice the last counts.
    std::erase_if(node.keys, [&](const Node::Key& each) { return each.name == name; });
    node.keys.push_back(std::move(key));
    return {};
  }

  std::string_view text_;
  JsonTokens tokens_;
};

bool holds(const Node& node, const json* value, std::size_t depth);

bool one_holds(const std::vector<NodePtr>& branches, const json* value, std::size_t depth) {
  return std::ranges::any_of(branches,
                             [&](const NodePtr& branch) { return holds(*branch, value, depth); });
}

// A leaf, or any leaf of an array.
bool any_matches(const std::vector<FilterRule>& rules, const json& value, std::size_t depth) {
  if (depth > kMaxPatternDepth || value.is_object()) return false;
  if (value.is_array()) {
    return std::ranges::any_of(
        value, [&](const json& element) { return any_matches(rules, element, depth + 1); });
  }
  return std::ranges::any_of(rules, [&](const FilterRule& rule) { return rule.matches(value); });
}

bool key_holds(const Node::Key& key, const json* value, std::size_t depth) {
  if (key.below) return holds(*key.below, value, depth + 1);
  // "exists": false is of leaves: an object or an empty array is none.
  const bool is_absent =
      value == nullptr || value->is_object() || (value->is_array() && value->empty());
  if (is_absent) return std::ranges::any_of(key.rules, &FilterRule::accepts_absence);
  return any_matches(key.rules, *value, depth);
}

// `value`: null when it is not there, which "exists": false asks for.
bool holds(const Node& node, const json* value, std::size_t depth) {
  if (depth > kMaxPatternDepth) return false;
  if (value != nullptr && value->is_array()) {
    return std::ranges::any_of(
        *value, [&](const json& element) { return holds(node, &element, depth + 1); });
  }
  const auto member = [&](const std::string& name) -> const json* {
    if (value == nullptr || !value->is_object()) return nullptr;
    const auto found = value->find(name);
    return found == value->end() ? nullptr : &*found;
  };
  return std::ranges::all_of(
             node.keys,
             [&](const Node::Key& key) { return key_holds(key, member(key.name), depth); }) &&
         std::ranges::all_of(node.choices, [&](const std::vector<NodePtr>& branches) {
           return one_holds(branches, value, depth + 1);
         });
}

}  // namespace

std::expected<EventPattern, std::string> EventPattern::parse(std::string_view json_text) {
  auto root = Parser(json_text).parse();
  if (!root) return std::unexpected(std::move(root.error()));
  return EventPattern(*std::move(root));
}

bool EventPattern::matches(const json& event) const {
  return holds(*root_, &event, 0);
}

}  // namespace loopgate::rules
