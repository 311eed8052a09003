#include "aws/protocol/json_document.h"

#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "aws/protocol/limits.h"
#include "aws/protocol/scalar.h"
#include "base/json.h"

namespace loopgate::aws {

namespace {

using nlohmann::json;
using Checked = Outcome<void>;

std::string_view json_name(const Member& member, JsonNames names) {
  return names == JsonNames::kOwn ? member.name() : member.wire_name();
}

bool is_in_body(const Member& member, JsonNames names) {
  return names == JsonNames::kOwn || member.location() == Location::kBody;
}

// AWS's words for what it found.
std::string_view token(const json& value) {
  switch (value.type()) {
    case json::value_t::string:
      return "STRING_VALUE";
    case json::value_t::boolean:
      return value.get<bool>() ? "TRUE_VALUE" : "FALSE_VALUE";
    case json::value_t::number_float:
      return "DECIMAL_VALUE";
    case json::value_t::null:
      return "NULL_VALUE";
    default:
      return "NUMBER_VALUE";
  }
}

struct Wanted {
  std::string_view aws;  // as AWS calls the type; empty for a structure, list or map
  std::string_view ours;
};

std::unexpected<AwsError> wrong_type(const json& value, const std::string& path, Wanted wanted) {
  std::string found;
  if (value.is_object()) {
    found = "Start of structure or map found where not expected";
  } else if (value.is_array()) {
    found = "Start of list found where not expected";
  } else if (wanted.aws.empty()) {
    found = "Unexpected value type in payload";
  } else {
    found = fmt::format("{} cannot be converted to {}", token(value), wanted.aws);
  }
  return refuse(serialization_exception(
      fmt::format("{}: {} must be {}.", found, path.empty() ? "the body" : path, wanted.ours)));
}

// Reads a text's value into a document, in place.
class Reader {
 public:
  explicit Reader(JsonNames names, TimestampFormat format = TimestampFormat::kUnix)
      : names_(names), format_(format) {}

  Checked value(const Shape& shape, json& value) {
    return this->value(shape, format_of(shape), value, "");
  }

  Checked value(const Shape& shape, TimestampFormat format, json& value, const std::string& path) {
    switch (shape.type()) {
      case ShapeType::kString:
        if (!value.is_string()) return wrong_type(value, path, {"String", "a string"});
        return {};
      case ShapeType::kBlob:
        if (!value.is_string()) return wrong_type(value, path, {"Blob", "a base64 string"});
        return {};
      case ShapeType::kInteger:
        return integer(value, path, "Integer");
      case ShapeType::kLong:
        return integer(value, path, "Long");
      case ShapeType::kFloat:
        return number(value, path, "Float");
      case ShapeType::kDouble:
        return number(value, path, "Double");
      case ShapeType::kTimestamp:
        return timestamp(format, value, path);
      case ShapeType::kBoolean:
        if (!value.is_boolean()) return wrong_type(value, path, {"Boolean", "true or false"});
        return {};
      case ShapeType::kStructure:
        return structure(shape, value, path);
      case ShapeType::kList:
        return list(shape, value, path);
      case ShapeType::kMap:
        return map(shape, value, path);
      case ShapeType::kDocument:
        return {};
    }
    return {};
  }

 private:
  static Checked integer(json& value, const std::string& path, std::string_view type) {
    if (value.is_number_unsigned() &&
        value.get<std::uint64_t>() >
            static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return refuse(serialization_exception(
          fmt::format("NUMBER_VALUE cannot be converted to {}: {} is out of range.", type, path)));
    }
    if (value.is_number_integer()) return {};
    // 5.0 is how some languages write 5.
    if (value.is_number_float()) {
      const double real = value.get<double>();
      if (real >= -9e15 && real <= 9e15 &&
          real == static_cast<double>(static_cast<std::int64_t>(real))) {
        value = static_cast<std::int64_t>(real);
        return {};
      }
    }
    return wrong_type(value, path, {type, "an integer"});
  }

  // Some languages cannot write what is no finite number but as text.
  // https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
  static Checked number(json& value, const std::string& path, std::string_view type) {
    if (value.is_number() || value == "NaN" || value == "Infinity" || value == "-Infinity") {
      return {};
    }
    return wrong_type(value, path, {type, "a number"});
  }

  static Checked timestamp(TimestampFormat format, json& value, const std::string& path) {
    if (value.is_number()) return {};
    if (format == TimestampFormat::kUnix || !value.is_string()) {
      return wrong_type(value, path, {"Timestamp", "a number of seconds since 1970"});
    }
    const auto time = parse_timestamp(value.get_ref<const std::string&>(), format);
    if (!time) {
      return refuse(serialization_exception(fmt::format("{} is not a date as it must be.", path)));
    }
    value = *time;
    return {};
  }

  Checked structure(const Shape& shape, json& value, const std::string& prefix) {
    if (!value.is_object()) return wrong_type(value, prefix, {"", "an object"});
    json known = json::object();
    for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
      const auto member = shape.member(i);
      if (!is_in_body(member, names_)) continue;
      const auto name = json_name(member, names_);
      const auto found = value.find(name);
      if (found == value.end() || found->is_null()) continue;
      const auto path = prefix.empty() ? std::string(name) : fmt::format("{}.{}", prefix, name);
      auto checked = this->value(member.shape(), member.timestamp_format(format_), *found, path);
      if (!checked) return checked;
      known[std::string(member.name())] = std::move(*found);
    }
    value = std::move(known);
    return {};
  }

  Checked list(const Shape& shape, json& value, const std::string& path) {
    if (!value.is_array()) return wrong_type(value, path, {"", "a list"});
    const auto element = shape.element();
    const auto format = format_of(element);
    std::size_t index = 0;
    for (auto& item : value) {
      auto checked = this->value(element, format, item, fmt::format("{}.{}", path, ++index));
      if (!checked) return checked;
    }
    return {};
  }

  Checked map(const Shape& shape, json& value, const std::string& path) {
    if (!value.is_object()) return wrong_type(value, path, {"", "a map"});
    const auto element = shape.element();
    const auto format = format_of(element);
    for (auto& [key, item] : value.items()) {
      auto checked = this->value(element, format, item, path + "." + key);
      if (!checked) return checked;
    }
    return {};
  }

  TimestampFormat format_of(const Shape& shape) const {
    const auto format = shape.timestamp_format();
    return format == TimestampFormat::kOfProtocol ? format_ : format;
  }

  JsonNames names_;
  TimestampFormat format_;  // of dates whose shape leaves it open
};

// The document in the names and forms of the wire.
json to_wire(const Shape& shape, TimestampFormat format, const json& value, JsonNames names);

json structure_to_wire(const Shape& shape, const json& value, JsonNames names) {
  json out = json::object();
  for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    if (!is_in_body(member, names)) continue;
    const auto found = value.find(member.name());
    if (found == value.end() || found->is_null()) continue;
    out[std::string(json_name(member, names))] =
        to_wire(member.shape(), member.timestamp_format(TimestampFormat::kUnix), *found, names);
  }
  return out;
}

json to_wire(const Shape& shape, TimestampFormat format, const json& value, JsonNames names) {
  if (shape.type() == ShapeType::kTimestamp && value.is_number() &&
      format != TimestampFormat::kUnix) {
    return format_timestamp(value, format);
  }
  const bool is_list = shape.type() == ShapeType::kList && value.is_array();
  const bool is_map = shape.type() == ShapeType::kMap && value.is_object();
  if (shape.type() == ShapeType::kStructure && value.is_object()) {
    return structure_to_wire(shape, value, names);
  }
  if (!is_list && !is_map) return value;
  const auto element = shape.element();
  const auto of_element = element.timestamp_format() == TimestampFormat::kOfProtocol
                              ? TimestampFormat::kUnix
                              : element.timestamp_format();
  json out = is_list ? json::array() : json::object();
  for (const auto& [key, item] : value.items()) {
    auto wire = to_wire(element, of_element, item, names);
    is_list ? out.push_back(std::move(wire)) : void(out[key] = std::move(wire));
  }
  return out;
}

}  // namespace

AwsError serialization_exception(std::string message) {
  return {"SerializationException", std::move(message), 400, {}};
}

Outcome<Document> read_json_document(const Shape& shape, std::string_view text, JsonNames names) {
  const bool is_empty = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
  auto value = read_json(is_empty ? "{}" : text, {.depth = kMaxNesting});
  if (!value) {
    return refuse(serialization_exception(
        "The request body is not valid JSON: " + value.error().message + "."));
  }
  if (auto checked = Reader(names).value(shape, *value); !checked) {
    return refuse(checked.error());
  }
  return *std::move(value);
}

Outcome<void> check_document(const Shape& shape, Document& value) {
  return Reader(JsonNames::kOwn, TimestampFormat::kIso8601).value(shape, value);
}

std::string write_json_document(const Shape& shape, const Document& value, JsonNames names) {
  if (shape.is_plain_json()) return write_json(value);
  return write_json(to_wire(shape, TimestampFormat::kUnix, value, names));
}

}  // namespace loopgate::aws
