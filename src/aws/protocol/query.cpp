// AWS Query parameters: Entry.1.Attribute.2.Name=… becomes a tree by its dots, the tree becomes a
// document by the operation's input shape; and the same the other way.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
#include "aws/protocol/query.h"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

#include "aws/protocol/limits.h"
#include "aws/protocol/protocol.h"
#include "aws/protocol/scalar.h"
#include "codec/percent.h"
#include "codec/text.h"

namespace loopgate::aws {

namespace {

struct Node {
  std::optional<std::string> value;
  std::map<std::string, Node, std::less<>> children;
};

AwsError malformed(std::string message) {
  return {"MalformedInput", std::move(message), 400, {}};
}

AwsError invalid_value(std::string_view value, std::string_view path, std::string_view reason) {
  return {"InvalidParameterValue",
          fmt::format("Value {} for parameter {} is invalid. Reason: {}", value.substr(0, 200),
                      path, reason),
          400,
          {}};
}

Outcome<void> insert(Node& root, std::string_view name, std::string value) {
  Node* node = &root;
  for (std::size_t depth = 0;; ++depth) {
    if (depth > kMaxNameParts) return refuse(malformed("A parameter's name has too many parts."));
    const auto dot = name.find('.');
    node = &node->children[std::string(name.substr(0, dot))];
    if (dot == std::string_view::npos) break;
    name.remove_prefix(dot + 1);
  }
  node->value = std::move(value);
  return {};
}

Outcome<Node> read_form(std::string_view form) {
  Node root;
  for (std::size_t count = 0; !form.empty(); ++count) {
    if (count == kMaxFormParameters)
      return refuse(malformed("The request has too many parameters."));
    const auto pair = codec::next_query_field(form);
    if (pair.name.empty()) continue;
    auto name = codec::percent_decode(pair.name, codec::Plus::kBlank);
    auto value = codec::percent_decode(pair.value, codec::Plus::kBlank);
    if (!name || !value) {
      return refuse(malformed("A parameter is not percent-encoded as a form should be."));
    }
    if (name->size() > kMaxFormNameBytes)
      return refuse(malformed("A parameter's name is too long."));
    if (!codec::is_valid_utf8(as_bytes(*name)) || !codec::is_valid_utf8(as_bytes(*value))) {
      return refuse(malformed("A parameter is not valid UTF-8."));
    }
    if (auto inserted = insert(root, *name, std::move(*value)); !inserted) {
      return refuse(inserted.error());
    }
  }
  return root;
}

// --- form → document ---

// A value of `shape` as the member that holds it says: flattened, with its own format of dates.
struct Held {
  Shape shape;
  bool flattened = false;
  TimestampFormat format = TimestampFormat::kIso8601;
};

Held held_by(const Member& member) {
  return {member.shape(), member.is_flattened(),
          member.timestamp_format(TimestampFormat::kIso8601)};
}

Held held_in(const Shape& collection) {
  const auto element = collection.element();
  return {element, false,
          element.timestamp_format() == TimestampFormat::kOfProtocol ? TimestampFormat::kIso8601
                                                                     : element.timestamp_format()};
}

Outcome<Document> read_value(const Held& held, const Node& node, const std::string& path);

Outcome<Document> read_scalar(const Held& held, const Node& node, const std::string& path) {
  if (!node.value) return refuse(malformed(fmt::format("Parameter {} has no value.", path)));
  auto value = scalar_from_text(held.shape, held.format, *node.value);
  if (!value) return refuse(invalid_value(*node.value, path, value.error()));
  return *std::move(value);
}

Outcome<Document> read_structure(const Shape& shape, const Node& node, const std::string& prefix) {
  Document out = Document::object();
  for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    const auto found = node.children.find(member.wire_name());
    if (found == node.children.end()) continue;
    auto path = prefix.empty() ? std::string(member.wire_name())
                               : fmt::format("{}.{}", prefix, member.wire_name());
    auto value = read_value(held_by(member), found->second, path);
    if (!value) return value;
    out[std::string(member.name())] = std::move(*value);
  }
  return out;
}

// Name.1, Name.2, …: by number, with gaps closed.
Outcome<std::map<std::size_t, const Node*>> numbered(const Node& node, const std::string& path) {
  std::map<std::size_t, const Node*> out;
  for (const auto& [text, child] : node.children) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    const bool is_index = error == std::errc() && end == text.data() + text.size();
    if (!is_index || index == 0 || index > kMaxListIndex) {
      return refuse(malformed(fmt::format("{}.{}: a list is numbered from 1 to {}.", path,
                                          text.substr(0, 100), kMaxListIndex)));
    }
    out.emplace(index, &child);
  }
  return out;
}

// Below `path`, or below `path.level` when the collection is not flattened. Null: an empty
// collection.
const Node* entries_of(const Held& held, const Node& node, std::string_view level) {
  if (held.flattened) return &node;
  const auto found = node.children.find(level);
  return found == node.children.end() ? nullptr : &found->second;
}

Outcome<Document> read_list(const Held& held, const Node& node, const std::string& path) {
  Document out = Document::array();
  const Node* entries = entries_of(held, node, held.shape.item_name());
  if (entries == nullptr) return out;
  auto items = numbered(*entries, path);
  if (!items) return refuse(items.error());
  for (const auto& [index, child] : *items) {
    auto value = read_value(held_in(held.shape), *child, fmt::format("{}.{}", path, index));
    if (!value) return value;
    out.push_back(std::move(*value));
  }
  return out;
}

Outcome<Document> read_map(const Held& held, const Node& node, const std::string& path) {
  Document out = Document::object();
  const Node* entries = entries_of(held, node, "entry");
  if (entries == nullptr) return out;
  auto items = numbered(*entries, path);
  if (!items) return refuse(items.error());
  for (const auto& [index, child] : *items) {
    for (const auto part : {held.shape.key_name(), held.shape.value_name()}) {
      if (child->children.contains(part)) continue;
      return refuse(
          {"MissingParameter",
           fmt::format("The request must contain the parameter {}.{}.{}.", path, index, part),
           400,
           {}});
    }
    const auto& key = child->children.find(held.shape.key_name())->second;
    const auto& value_node = child->children.find(held.shape.value_name())->second;
    auto value = read_value(held_in(held.shape), value_node,
                            fmt::format("{}.{}.{}", path, index, held.shape.value_name()));
    if (!value) return value;
    out[key.value.value_or("")] = std::move(*value);
  }
  return out;
}

Outcome<Document> read_value(const Held& held, const Node& node, const std::string& path) {
  switch (held.shape.type()) {
    case ShapeType::kStructure:
      return read_structure(held.shape, node, path);
    case ShapeType::kList:
      return read_list(held, node, path);
    case ShapeType::kMap:
      return read_map(held, node, path);
    default:
      return read_scalar(held, node, path);
  }
}

// --- document → form ---

void write_value(std::string& form, const std::string& name, const Held& held,
                 const Document& value);

void write_field(std::string& form, const std::string& name, std::string_view text) {
  form.append("&").append(name).append("=").append(codec::percent_encode(text));
}

void write_structure(std::string& form, const std::string& prefix, const Shape& shape,
                     const Document& value) {
  if (!value.is_object()) return;
  for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    const auto found = value.find(member.name());
    if (found == value.end() || found->is_null()) continue;
    write_value(form, prefix + codec::percent_encode(member.wire_name()), held_by(member), *found);
  }
}

void write_list(std::string& form, const std::string& name, const Held& held,
                const Document& value) {
  if (value.empty()) return write_field(form, name, "");
  const auto prefix =
      held.flattened ? name : name + "." + codec::percent_encode(held.shape.item_name());
  std::size_t index = 0;
  for (const auto& item : value) {
    write_value(form, fmt::format("{}.{}", prefix, ++index), held_in(held.shape), item);
  }
}

void write_map(std::string& form, const std::string& name, const Held& held,
               const Document& value) {
  const auto prefix = held.flattened ? name : name + ".entry";
  std::size_t index = 0;
  for (const auto& [key, item] : value.items()) {
    const auto entry = fmt::format("{}.{}.", prefix, ++index);
    write_field(form, entry + std::string(held.shape.key_name()), key);
    write_value(form, entry + std::string(held.shape.value_name()), held_in(held.shape), item);
  }
}

void write_value(std::string& form, const std::string& name, const Held& held,
                 const Document& value) {
  switch (held.shape.type()) {
    case ShapeType::kStructure:
      return write_structure(form, name + ".", held.shape, value);
    case ShapeType::kList:
      return write_list(form, name, held, value);
    case ShapeType::kMap:
      return write_map(form, name, held, value);
    default:
      return write_field(form, name, scalar_to_text(held.shape, held.format, value));
  }
}

}  // namespace

Outcome<Document> decode_query_params(const OperationModel& operation, std::string_view form) {
  const auto root = read_form(form);
  if (!root) return refuse(root.error());
  const auto input = operation.input();
  if (!input) return Document::object();
  return read_structure(*input, *root, "");
}

std::string encode_query_params(const OperationModel& operation, const Document& params) {
  std::string form =
      fmt::format("Action={}&Version={}", operation.name(), operation.service().version);
  if (const auto input = operation.input()) write_structure(form, "", *input, params);
  return form;
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

}  // namespace loopgate::aws
