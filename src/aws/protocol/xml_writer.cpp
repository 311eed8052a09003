#include "aws/protocol/xml_writer.h"

#include <nlohmann/json.hpp>

#include "aws/protocol/scalar.h"
#include "codec/text.h"

namespace loopgate::aws {

namespace {

void append_value(std::string& out, std::string_view name, const Shape& shape, bool flattened,
                  TimestampFormat format, const table::Namespace* in, const Document& value);

TimestampFormat format_of(const Shape& shape) {
  const auto format = shape.timestamp_format();
  return format == TimestampFormat::kOfProtocol ? TimestampFormat::kIso8601 : format;
}

void append_items(std::string& out, std::string_view name, const Shape& shape,
                  const Document& value) {
  if (!value.is_array()) return;
  const auto element = shape.element();
  for (const auto& item : value) {
    append_value(out, name, element, false, format_of(element), nullptr, item);
  }
}

void append_entries(std::string& out, std::string_view name, const Shape& shape,
                    const Document& value) {
  if (!value.is_object()) return;
  const auto element = shape.element();
  for (const auto& [key, item] : value.items()) {
    out.append("<").append(name).append(">");
    append_xml_element(out, shape.key_name(), key);
    append_value(out, shape.value_name(), element, false, format_of(element), nullptr, item);
    out.append("</").append(name).append(">");
  }
}

// What a structure's members make of its start tag: ` xsi:type="CanonicalUser"`.
void append_attributes(std::string& out, const Shape& shape, const Document& value) {
  if (shape.type() != ShapeType::kStructure || !value.is_object()) return;
  for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    const auto found = value.find(member.name());
    if (!member.is(table::kXmlAttribute) || found == value.end() || found->is_null()) continue;
    out.append(" ").append(member.wire_name()).append("=\"");
    append_xml_escaped(out, scalar_to_text(member.shape(), format_of(member.shape()), *found));
    out += '"';
  }
}

void append_namespace(std::string& out, std::string_view prefix, std::string_view uri) {
  if (uri.empty()) return;
  out += " xmlns";
  if (!prefix.empty()) out.append(":").append(prefix);
  out += "=\"";
  append_xml_escaped(out, uri);
  out += '"';
}

void append_value(std::string& out, std::string_view name, const Shape& shape, bool flattened,
                  TimestampFormat format, const table::Namespace* in, const Document& value) {
  const bool is_list = shape.type() == ShapeType::kList;
  const bool is_map = shape.type() == ShapeType::kMap;
  if (is_list && flattened) return append_items(out, name, shape, value);
  if (is_map && flattened) return append_entries(out, name, shape, value);
  out.append("<").append(name);
  if (in != nullptr) {
    append_namespace(out, shape.service().at(in->prefix), shape.service().at(in->uri));
  }
  append_attributes(out, shape, value);
  out += '>';
  if (is_list) {
    append_items(out, shape.item_name(), shape, value);
  } else if (is_map) {
    append_entries(out, "entry", shape, value);
  } else if (shape.type() == ShapeType::kStructure) {
    append_xml_members(out, shape, value);
  } else {
    append_xml_escaped(out, scalar_to_text(shape, format, value));
  }
  out.append("</").append(name).append(">");
}

}  // namespace

// A carriage return that is not escaped would be read back as a line feed (§2.11).
void append_xml_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  while (!text.empty()) {
    const auto point = codec::first_code_point(text);
    const auto part = text.substr(0, point.size);
    text.remove_prefix(point.size);
    switch (point.value) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#13;";
        break;
      case '\t':
      case '\n':
        out += part;
        break;
      default: {
        const bool allowed = point.value >= 0x20 && point.value != 0xfffe && point.value != 0xffff;
        out += allowed ? part : kReplacement;
      }
    }
  }
}

void append_xml_element(std::string& out, std::string_view name, std::string_view text) {
  out.append("<").append(name).append(">");
  append_xml_escaped(out, text);
  out.append("</").append(name).append(">");
}

void open_xml_element(std::string& out, std::string_view name, std::string_view prefix,
                      std::string_view uri) {
  out.append("<").append(name);
  append_namespace(out, prefix, uri);
  out += '>';
}

void append_xml_members(std::string& out, const Shape& shape, const Document& value) {
  if (!value.is_object()) return;
  for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    if (member.location() != Location::kBody || member.is(table::kXmlAttribute)) continue;
    const auto found = value.find(member.name());
    if (found == value.end() || found->is_null()) continue;
    append_xml_member(out, member.wire_name(), member, *found);
  }
}

void append_xml_member(std::string& out, std::string_view name, const Member& member,
                       const Document& value) {
  append_value(out, name, member.shape(), member.is_flattened(),
               member.timestamp_format(TimestampFormat::kIso8601), member.xml_namespace(), value);
}

}  // namespace loopgate::aws
