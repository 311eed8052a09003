// AWS Query answers: XML by the operation's output shape.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/time.h"
#include "codec/text.h"
#include "emulators/http/protocol.h"

namespace loopgate::http {

namespace {

using nlohmann::json;

// XML 1.0 §2.2: what no escape can express becomes U+FFFD. A carriage return that is not escaped
// would be read back as a line feed (§2.11).
void append_escaped(std::string& out, std::string_view text) {
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

void append_element(std::string& out, std::string_view name, std::string_view text) {
  out.append("<").append(name).append(">");
  append_escaped(out, text);
  out.append("</").append(name).append(">");
}

std::string scalar_text(const Shape& shape, const json& value) {
  if (value.is_string()) return value.get<std::string>();
  // Beyond the range of the clock there is no date to write.
  constexpr double kLastSecond = 9.2e9;
  if (value.is_number() && shape.type == ShapeType::kTimestamp &&
      std::abs(value.get<double>()) < kLastSecond) {
    const std::chrono::duration<double> since(value.get<double>());
    return to_iso8601(WallTime(std::chrono::round<std::chrono::milliseconds>(since)));
  }
  return write_json(value);
}

void append_value(std::string& out, std::string_view name, const Shape& shape, const json& value);

void append_members(std::string& out, const Shape& shape, const json& value) {
  if (!value.is_object()) return;
  for (const auto& member : shape.members) {
    const auto found = value.find(member.name);
    if (found == value.end() || found->is_null()) continue;
    append_value(out, member.query_name.empty() ? member.name : member.query_name, *member.shape,
                 *found);
  }
}

void append_items(std::string& out, std::string_view name, const Shape& shape, const json& value) {
  for (const auto& item : value) append_value(out, name, *shape.element, item);
}

void append_entries(std::string& out, std::string_view name, const Shape& shape,
                    const json& value) {
  if (!value.is_object()) return;
  for (const auto& [key, item] : value.items()) {
    out.append("<").append(name).append(">");
    append_element(out, shape.key_name, key);
    append_value(out, shape.value_name, *shape.element, item);
    out.append("</").append(name).append(">");
  }
}

void append_value(std::string& out, std::string_view name, const Shape& shape, const json& value) {
  const bool is_list = shape.type == ShapeType::kList;
  const bool is_map = shape.type == ShapeType::kMap;
  if (is_list && shape.flattened) return append_items(out, name, shape, value);
  if (is_map && shape.flattened) return append_entries(out, name, shape, value);
  if (!is_list && !is_map && shape.type != ShapeType::kStructure) {
    return append_element(out, name, scalar_text(shape, value));
  }
  out.append("<").append(name).append(">");
  if (is_list) append_items(out, shape.item_name, shape, value);
  if (is_map) append_entries(out, "entry", shape, value);
  if (shape.type == ShapeType::kStructure) append_members(out, shape, value);
  out.append("</").append(name).append(">");
}

std::string open_document(std::string_view root, const ServiceModel& service) {
  std::string out = "<?xml version=\"1.0\"?>\n<";
  out.append(root).append(" xmlns=\"");
  append_escaped(out, service.xml_namespace);
  return out += "\">";
}

Response answer(int status, std::string body, std::string_view request_id) {
  Response response;
  response.status = status;
  response.headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", std::string(request_id)}};
  response.body = std::move(body);
  return response;
}

}  // namespace

Response encode_query_result(const ServiceModel& service, const OperationModel& operation,
                             const json& result, std::string_view request_id) {
  const auto root = operation.name + "Response";
  auto body = open_document(root, service);
  if (operation.output != nullptr) {
    body.append("<").append(operation.name).append("Result>");
    append_members(body, *operation.output, result);
    body.append("</").append(operation.name).append("Result>");
  }
  body += "<ResponseMetadata>";
  append_element(body, "RequestId", request_id);
  body.append("</ResponseMetadata></").append(root).append(">");
  return answer(200, std::move(body), request_id);
}

Response encode_query_error(const ServiceModel& service, const aws::AwsError& error,
                            std::string_view request_id) {
  auto body = open_document("ErrorResponse", service);
  body += "<Error>";
  append_element(body, "Type", error.is_sender_fault() ? "Sender" : "Receiver");
  append_element(body, "Code", error.code_for_query());
  append_element(body, "Message", error.message);
  body += "<Detail/></Error>";
  append_element(body, "RequestId", request_id);
  body += "</ErrorResponse>";
  return answer(error.status, std::move(body), request_id);
}

}  // namespace loopgate::http
