#include "scenario/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scenario/limits.h"
#include "template/suggestion.h"

namespace loopgate::scenario {

Fields::Fields(const Node& node, std::string what) : node_(node), what_(std::move(what)) {
  if (!node_.is_map()) refuse(fmt::format("{} is {}, not a map", what_, cfn::describe(node_.kind)));
}

const Node* Fields::find(std::string_view name) {
  if (std::ranges::find(known_, name) == known_.end()) known_.emplace_back(name);
  const Node* found = node_.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::string> Fields::scalar(const Node& node, std::string_view name) {
  if (!node.is_scalar()) {
    refuse(fmt::format("{}: {} is {}, not a text", what_, name, cfn::describe(node.kind)),
           node.place());
    return std::nullopt;
  }
  if (node.text.size() > kMaxTextLength) {
    refuse(fmt::format("{}: {} is longer than {} bytes", what_, name, kMaxTextLength),
           node.place());
    return std::nullopt;
  }
  return node.text;
}

std::string Fields::text(std::string_view name) {
  const Node* node = find(name);
  return node == nullptr ? "" : scalar(*node, name).value_or("");
}

std::string Fields::required_text(std::string_view name) {
  std::string out = text(name);
  if (out.empty()) refuse(fmt::format("{} needs '{}'", what_, name));
  return out;
}

bool Fields::flag(std::string_view name) {
  const std::string value = text(name);
  if (!value.empty() && value != "true" && value != "false") {
    refuse(fmt::format("{}: {} is neither true nor false", what_, name), find(name)->place());
  }
  return value == "true";
}

std::optional<std::uint64_t> Fields::number(std::string_view name, std::uint64_t max) {
  const std::string value = text(name);
  if (value.empty()) return std::nullopt;
  std::uint64_t out = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
  if (error != std::errc() || end != value.data() + value.size() || out > max) {
    refuse(fmt::format("{}: {} is not a whole number from 0 to {}", what_, name, max),
           find(name)->place());
    return std::nullopt;
  }
  return out;
}

std::optional<Duration> Fields::duration(std::string_view name) {
  const std::string value = text(name);
  if (value.empty()) return std::nullopt;
  const auto out = parse_duration(value);
  if (!out) {
    refuse(fmt::format("{}: {}: {}", what_, name, out.error().message), find(name)->place());
    return std::nullopt;
  }
  return *out;
}

std::vector<std::string> Fields::texts(std::string_view name) {
  const Node* node = find(name);
  if (node == nullptr) return {};
  if (!node->is_list()) return {scalar(*node, name).value_or("")};
  std::vector<std::string> out;
  for (const Node& item : node->items) out.push_back(scalar(item, name).value_or(""));
  return out;
}

std::vector<std::pair<std::string, std::string>> Fields::pairs(std::string_view name) {
  const Node* node = find(name);
  if (node == nullptr) return {};
  if (!node->is_map()) {
    refuse(fmt::format("{}: {} is {}, not a map", what_, name, cfn::describe(node->kind)),
           node->place());
    return {};
  }
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& member : node->members) {
    out.emplace_back(member.name, scalar(member.value, member.name).value_or(""));
  }
  return out;
}

std::string_view Fields::one_of(std::initializer_list<std::string_view> names, bool optional) {
  std::string_view chosen;
  for (const std::string_view name : names) {
    if (find(name) == nullptr) continue;
    if (!chosen.empty()) {
      refuse(fmt::format("{} has both '{}' and '{}'", what_, chosen, name));
      return {};
    }
    chosen = name;
  }
  if (chosen.empty() && !optional) {
    refuse(fmt::format("{} needs one of: {}", what_, fmt::join(names, ", ")));
  }
  return chosen;
}

void Fields::refuse(std::string message, SourcePlace where) {
  if (!error_) error_ = Error{std::move(message), std::move(where)};
}

Status Fields::finish() {
  if (error_) return std::unexpected(*error_);
  for (const auto& member : node_.members) {
    if (std::ranges::find(known_, member.name) != known_.end()) continue;
    return fail(
        fmt::format("{} has no '{}'{}", what_, member.name, cfn::did_you_mean(member.name, known_)),
        member.origin.place());
  }
  return {};
}

}  // namespace loopgate::scenario
