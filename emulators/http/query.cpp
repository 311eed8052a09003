// AWS Query parameters: Entry.1.Attribute.2.Name=… becomes a tree by its dots, the tree becomes
// JSON by the operation's input shape.
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "base/time.h"
#include "codec/percent.h"
#include "codec/text.h"
#include "emulators/http/protocol.h"
#include "emulators/http/protocol_limits.h"

namespace loopgate::http {

namespace {

using nlohmann::json;
using JsonOutcome = std::expected<json, aws::AwsError>;

struct Node {
  std::optional<std::string> value;
  std::map<std::string, Node, std::less<>> children;
};

aws::AwsError malformed(std::string message) {
  return {"MalformedInput", std::move(message), 400, {}};
}

aws::AwsError invalid_value(std::string_view value, std::string_view path,
                            std::string_view reason) {
  return {"InvalidParameterValue",
          fmt::format("Value {} for parameter {} is invalid. Reason: {}", value.substr(0, 200),
                      path, reason),
          400,
          {}};
}

std::expected<void, aws::AwsError> insert(Node& root, std::string_view name, std::string value) {
  Node* node = &root;
  for (std::size_t depth = 0;; ++depth) {
    if (depth > kMaxNesting)
      return aws::refuse(malformed("A parameter's name has too many parts."));
    const auto dot = name.find('.');
    node = &node->children[std::string(name.substr(0, dot))];
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  node->value = std::move(value);
  return {};
}

std::expected<Node, aws::AwsError> read_form(std::string_view form) {
  Node root;
  for (std::size_t count = 0; !form.empty(); ++count) {
    if (count == kMaxFormParameters)
      return aws::refuse(malformed("The request has too many parameters."));
    const auto pair = codec::next_query_field(form);
    if (pair.name.empty()) continue;
    auto name = codec::percent_decode(pair.name, codec::Plus::kBlank);
    auto value = codec::percent_decode(pair.value, codec::Plus::kBlank);
    if (!name || !value) {
      return aws::refuse(malformed("A parameter is not percent-encoded as a form should be."));
    }
    if (name->size() > kMaxFormNameBytes)
      return aws::refuse(malformed("A parameter's name is too long."));
    if (!codec::is_valid_utf8(as_bytes(*name)) || !codec::is_valid_utf8(as_bytes(*value))) {
      return aws::refuse(malformed("A parameter is not valid UTF-8."));
    }
    if (auto inserted = insert(root, *name, std::move(*value)); !inserted) {
      return aws::refuse(inserted.error());
    }
  }
  return root;
}

JsonOutcome read_value(const Shape& shape, const Node& node, const std::string& path);

template <class T>
JsonOutcome read_number(const std::string& text, const std::string& path, std::string_view reason) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (!is_whole || !std::isfinite(static_cast<double>(value))) {
    return aws::refuse(invalid_value(text, path, reason));
  }
  return json(value);
}

JsonOutcome read_scalar(const Shape& shape, const Node& node, const std::string& path) {
  if (!node.value) return aws::refuse(malformed(fmt::format("Parameter {} has no value.", path)));
  const auto& text = *node.value;
  switch (shape.type) {
    case ShapeType::kInteger:
      return read_number<std::int64_t>(text, path, "Must be an integer.");
    case ShapeType::kDouble:
      return read_number<double>(text, path, "Must be a number.");
    case ShapeType::kBoolean:
      if (text == "true" || text == "false") return json(text == "true");
      return aws::refuse(invalid_value(text, path, "Must be true or false."));
    case ShapeType::kTimestamp: {
      const auto time = parse_iso8601(text);
      if (!time) return aws::refuse(invalid_value(text, path, "Must be an ISO 8601 timestamp."));
      return json(static_cast<double>(to_millis(*time)) / 1000.0);
    }
    default:
      return json(text);
  }
}

JsonOutcome read_structure(const Shape& shape, const Node& node, const std::string& prefix) {
  json out = json::object();
  for (const auto& member : shape.members) {
    const auto& name = member.query_name.empty() ? member.name : member.query_name;
    const auto path = prefix.empty() ? name : prefix + "." + name;
    const auto found = node.children.find(name);
    if (found == node.children.end()) {
      if (!member.required) continue;
      return aws::refuse(
          aws::AwsError{"MissingParameter",
                        fmt::format("The request must contain the parameter {}.", path),
                        400,
                        {}});
    }
    auto value = read_value(*member.shape, found->second, path);
    if (!value) return value;
    out[member.name] = std::move(*value);
  }
  return out;
}

// Name.1, Name.2, …: by number, with gaps closed.
std::expected<std::map<std::size_t, const Node*>, aws::AwsError> numbered(const Node& node,
                                                                          const std::string& path) {
  std::map<std::size_t, const Node*> out;
  for (const auto& [text, child] : node.children) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    const bool is_index = error == std::errc() && end == text.data() + text.size();
    if (!is_index || index == 0 || index > kMaxListIndex) {
      return aws::refuse(malformed(fmt::format("{}.{}: a list is numbered from 1 to {}.", path,
                                               text.substr(0, 100), kMaxListIndex)));
    }
    out.emplace(index, &child);
  }
  return out;
}

// Below `path`, or below `path.level` when the collection is not flattened. Null: an empty
// collection.
const Node* entries_of(const Shape& shape, const Node& node, const std::string& level) {
  if (shape.flattened) return &node;
  const auto found = node.children.find(level);
  return found == node.children.end() ? nullptr : &found->second;
}

JsonOutcome read_list(const Shape& shape, const Node& node, const std::string& path) {
  json out = json::array();
  const Node* entries = entries_of(shape, node, shape.item_name);
  if (entries == nullptr) return out;
  auto items = numbered(*entries, path);
  if (!items) return aws::refuse(items.error());
  for (const auto& [index, child] : *items) {
    auto value = read_value(*shape.element, *child, fmt::format("{}.{}", path, index));
    if (!value) return value;
    out.push_back(std::move(*value));
  }
  return out;
}

JsonOutcome read_map(const Shape& shape, const Node& node, const std::string& path) {
  json out = json::object();
  const Node* entries = entries_of(shape, node, "entry");
  if (entries == nullptr) return out;
  auto items = numbered(*entries, path);
  if (!items) return aws::refuse(items.error());
  for (const auto& [index, child] : *items) {
    for (const auto* part : {&shape.key_name, &shape.value_name}) {
      if (child->children.contains(*part)) continue;
      return aws::refuse(aws::AwsError{
          "MissingParameter",
          fmt::format("The request must contain the parameter {}.{}.{}.", path, index, *part),
          400,
          {}});
    }
    const auto& key = child->children.find(shape.key_name)->second;
    const auto& value_node = child->children.find(shape.value_name)->second;
    auto value = read_value(*shape.element, value_node,
                            fmt::format("{}.{}.{}", path, index, shape.value_name));
    if (!value) return value;
    out[key.value.value_or("")] = std::move(*value);
  }
  return out;
}

JsonOutcome read_value(const Shape& shape, const Node& node, const std::string& path) {
  switch (shape.type) {
    case ShapeType::kStructure:
      return read_structure(shape, node, path);
    case ShapeType::kList:
      return read_list(shape, node, path);
    case ShapeType::kMap:
      return read_map(shape, node, path);
    default:
      return read_scalar(shape, node, path);
  }
}

}  // namespace

JsonOutcome decode_query_params(const OperationModel& operation, std::string_view form_body) {
  const auto root = read_form(form_body);
  if (!root) return aws::refuse(root.error());
  if (operation.input == nullptr) return json::object();
  return read_structure(*operation.input, *root, "");
}

std::optional<std::string> form_value(std::string_view form, std::string_view name) {
  while (!form.empty()) {
    const auto pair = codec::next_query_field(form);
    // Names longer than any escape of the wanted one are not worth decoding.
    if (pair.name.size() < name.size() || pair.name.size() > 3 * name.size()) continue;
    if (codec::percent_decode(pair.name, codec::Plus::kBlank) == name)
      return codec::percent_decode(pair.value, codec::Plus::kBlank);
  }
  return std::nullopt;
}

}  // namespace loopgate::http
