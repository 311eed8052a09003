#include "aws/protocol/xml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include "aws/protocol/limits.h"
#include "aws/protocol/scalar.h"
#include "codec/text.h"

namespace loopgate::aws {

namespace {

using pugi::xml_node;

AwsError malformed_xml(std::string why) {
  return {"MalformedXML",
          fmt::format("The XML you provided was not well-formed or did not validate against our "
                      "published schema: {}.",
                      why),
          400,
          {}};
}

std::string_view local_name(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

xml_node child(const xml_node& node, std::string_view name) {
  for (const auto& candidate : node.children()) {
    if (candidate.type() == pugi::node_element && local_name(candidate.name()) == local_name(name))
      return candidate;
  }
  return {};
}

std::string_view attribute(const xml_node& node, std::string_view name) {
  for (const auto& candidate : node.attributes()) {
    if (local_name(candidate.name()) == local_name(name)) return candidate.value();
  }
  return {};
}

// All its text, also when a comment or CDATA parts it.
std::string text_of(const xml_node& node) {
  std::string out;
  for (const auto& part : node.children()) {
    if (part.type() == pugi::node_pcdata || part.type() == pugi::node_cdata) out += part.value();
  }
  return out;
}

Outcome<Document> read_value(const Shape& shape, TimestampFormat format, const xml_node& node,
                             const std::string& path);

TimestampFormat format_of(const Shape& shape) {
  const auto format = shape.timestamp_format();
  return format == TimestampFormat::kOfProtocol ? TimestampFormat::kIso8601 : format;
}

// The elements of `name` below `parent`: the items of a list, the entries of a map.
Outcome<Document> read_items(const Shape& shape, const xml_node& parent, std::string_view name,
                             const std::string& path) {
  Document out = Document::array();
  const auto element = shape.element();
  for (const auto& item : parent.children()) {
    if (item.type() != pugi::node_element || local_name(item.name()) != name) continue;
    auto value =
        read_value(element, format_of(element), item, fmt::format("{}.{}", path, out.size() + 1));
    if (!value) return value;
    out.push_back(*std::move(value));
  }
  return out;
}

Outcome<Document> read_entries(const Shape& shape, const xml_node& parent, std::string_view name,
                               const std::string& path) {
  Document out = Document::object();
  const auto element = shape.element();
  for (const auto& entry : parent.children()) {
    if (entry.type() != pugi::node_element || local_name(entry.name()) != name) continue;
    const auto key = text_of(child(entry, shape.key_name()));
    auto value = read_value(element, format_of(element), child(entry, shape.value_name()),
                            fmt::format("{}.{}", path, key));
    if (!value) return value;
    out[key] = *std::move(value);
  }
  return out;
}

Outcome<Document> read_member(const Member& member, const xml_node& parent,
                              const std::string& path) {
  const auto shape = member.shape();
  if (member.is_flattened() && shape.type() == ShapeType::kList) {
    return read_items(shape, parent, local_name(member.wire_name()), path);
  }
  if (member.is_flattened() && shape.type() == ShapeType::kMap) {
    return read_entries(shape, parent, local_name(member.wire_name()), path);
  }
  return read_value(shape, member.timestamp_format(TimestampFormat::kIso8601),
                    child(parent, member.wire_name()), path);
}

bool is_there(const Member& member, const xml_node& node) {
  return member.is(table::kXmlAttribute) ? !attribute(node, member.wire_name()).empty()
                                         : !child(node, member.wire_name()).empty();
}

Outcome<Document> read_structure(const Shape& shape, const xml_node& node,
                                 const std::string& prefix) {
  Document out = Document::object();
  for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    if (member.location() != Location::kBody || !is_there(member, node)) continue;
    const auto path = prefix.empty() ? std::string(member.wire_name())
                                     : fmt::format("{}.{}", prefix, member.wire_name());
    auto value = member.is(table::kXmlAttribute)
                     ? Outcome<Document>(std::string(attribute(node, member.wire_name())))
                     : read_member(member, node, path);
    if (!value) return value;
    out[std::string(member.name())] = *std::move(value);
  }
  return out;
}

Outcome<Document> read_value(const Shape& shape, TimestampFormat format, const xml_node& node,
                             const std::string& path) {
  switch (shape.type()) {
    case ShapeType::kStructure:
      return read_structure(shape, node, path);
    case ShapeType::kList:
      return read_items(shape, node, shape.item_name(), path);
    case ShapeType::kMap:
      return read_entries(shape, node, "entry", path);
    default: {
      const auto text = text_of(node);
      auto value = scalar_from_text(shape, format, text);
      if (value) return *std::move(value);
      return refuse(
          malformed_xml(fmt::format("{} is {}. {}", path, text.substr(0, 200), value.error())));
    }
  }
}

// The parser takes any depth, what reads its tree does not.
bool nests_too_deep(const xml_node& root) {
  struct Walker : pugi::xml_tree_walker {
    bool for_each(xml_node&) override { return depth() < static_cast<int>(kMaxNesting); }
  } walker;
  xml_node copy = root;
  return !copy.traverse(walker);
}

Outcome<void> parse(pugi::xml_document& document, std::string_view text) {
  if (!codec::is_valid_utf8(as_bytes(text))) return refuse(malformed_xml("it is not UTF-8"));
  const auto parsed =
      document.load_buffer(text.data(), text.size(),
                           pugi::parse_default | pugi::parse_ws_pcdata_single, pugi::encoding_utf8);
  if (!parsed) {
    return refuse(malformed_xml(fmt::format("{} at byte {}", parsed.description(), parsed.offset)));
  }
  if (nests_too_deep(document.document_element())) {
    return refuse(malformed_xml("it nests too deep"));
  }
  return {};
}

}  // namespace

Outcome<Document> read_xml_document(const Shape& shape, std::string_view text,
                                    std::string_view path) {
  pugi::xml_document document;
  if (auto parsed = parse(document, text); !parsed) return refuse(parsed.error());
  auto node = document.document_element();
  if (!path.empty()) node = child(node, path);
  return read_structure(shape, node, "");
}

Outcome<Document> read_xml_value(const Member& member, std::string_view text) {
  pugi::xml_document document;
  if (auto parsed = parse(document, text); !parsed) return refuse(parsed.error());
  return read_value(member.shape(), member.timestamp_format(TimestampFormat::kIso8601),
                    document.document_element(), "");
}

std::optional<XmlError> read_xml_error(std::string_view text) {
  pugi::xml_document document;
  if (!parse(document, text)) return std::nullopt;
  auto node = document.document_element();  // <ErrorResponse>, S3's <Error>, EC2's <Response>
  if (const auto errors = child(node, "Errors")) node = errors;
  if (const auto error = child(node, "Error")) node = error;
  const auto code = child(node, "Code");
  if (!code) return std::nullopt;
  return XmlError{text_of(code), text_of(child(node, "Message"))};
}

}  // namespace loopgate::aws
