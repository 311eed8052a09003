// REST-JSON and REST-XML: members in path, query, headers and status, and what is left of them in
// the body. https://smithy.io/2.0/spec/http-bindings.html
#include "aws/protocol/rest.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "aws/protocol/json_document.h"
#include "aws/protocol/scalar.h"
#include "aws/protocol/xml_reader.h"
#include "aws/protocol/xml_writer.h"
#include "codec/percent.h"
#include "codec/text.h"

namespace loopgate::aws {

namespace {

bool is_xml(const OperationModel& operation) {
  return operation.service().protocol == Protocol::kRestXml;
}

bool is_raw(const Shape& shape) {
  return shape.type() == ShapeType::kBlob || shape.type() == ShapeType::kString;
}

TimestampFormat default_format(Location location) {
  return location == Location::kHeader ? TimestampFormat::kRfc822 : TimestampFormat::kIso8601;
}

Outcome<Document> read_text(const Member& member, const Shape& shape, std::string_view text) {
  auto value =
      scalar_from_text(shape, member.timestamp_format(default_format(member.location())), text);
  if (value) return *std::move(value);
  return refuse(
      serialization_exception(fmt::format("Value {} for {} is invalid. Reason: {}",
                                          text.substr(0, 200), member.wire_name(), value.error())));
}

// --- reading ---

// A header that is a list: "a, b". Dates have a comma of their own.
std::vector<std::string> split_header(std::string_view text, bool dates) {
  std::vector<std::string> out;
  std::size_t from = 0;
  for (std::size_t i = 0, commas = 0; i <= text.size(); ++i) {
    if (i < text.size() && (text[i] != ',' || (dates && ++commas % 2 == 1))) continue;
    auto part = text.substr(from, i - from);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    out.emplace_back(part);
    from = i + 1;
  }
  return out;
}

Outcome<Document> read_header(const Member& member, std::string_view text) {
  if (member.shape().type() != ShapeType::kList) return read_text(member, member.shape(), text);
  const auto element = member.shape().element();
  const bool dates = element.type() == ShapeType::kTimestamp &&
                     member.timestamp_format(TimestampFormat::kRfc822) == TimestampFormat::kRfc822;
  Document out = Document::array();
  for (const auto& part : split_header(text, dates)) {
    auto value = read_text(member, element, part);
    if (!value) return value;
    out.push_back(*std::move(value));
  }
  return out;
}

// Nothing when there is none.
Document read_prefix_headers(const Member& member, std::span<const Header> headers) {
  const auto prefix = member.wire_name();
  Document out = Document::object();
  for (const auto& [name, value] : headers) {
    if (name.size() <= prefix.size() ||
        !codec::equal_ignoring_case(std::string_view(name).substr(0, prefix.size()), prefix)) {
      continue;
    }
    out[name.substr(prefix.size())] = value;
  }
  return out.empty() ? Document() : out;
}

struct Field {
  std::string name;
  std::string value;
};

Outcome<std::vector<Field>> query_fields(std::string_view query) {
  std::vector<Field> out;
  while (!query.empty()) {
    const auto field = codec::next_query_field(query);
    auto name = codec::percent_decode(field.name, codec::Plus::kBlank);
    auto value = codec::percent_decode(field.value, codec::Plus::kBlank);
    if (!name || !value || !codec::is_valid_utf8(as_bytes(*name)) ||
        !codec::is_valid_utf8(as_bytes(*value))) {
      return refuse(serialization_exception("The query is not percent-encoded UTF-8."));
    }
    out.push_back({*std::move(name), *std::move(value)});
  }
  return out;
}

// A map takes every field that no other member has taken.
Document read_query_map(const Shape& input, const Shape& map, const std::vector<Field>& fields) {
  Document out = Document::object();
  const bool of_lists = map.element().type() == ShapeType::kList;
  for (const auto& field : fields) {
    bool taken = false;
    for (std::uint16_t i = 0; i < input.member_count(); ++i) {
      const auto member = input.member(i);
      taken |= member.location() == Location::kQuery && member.shape().type() != ShapeType::kMap &&
               member.wire_name() == field.name;
    }
    if (taken) continue;
    if (of_lists) {
      out[field.name].push_back(field.value);
    } else if (!out.contains(field.name)) {
      out[field.name] = field.value;
    }
  }
  return out;
}

// Nothing when the query does not have it.
Outcome<Document> read_query(const Shape& input, const Member& member,
                             const std::vector<Field>& fields) {
  if (member.shape().type() == ShapeType::kMap) {
    auto out = read_query_map(input, member.shape(), fields);
    return out.empty() ? Document() : out;
  }
  const bool is_list = member.shape().type() == ShapeType::kList;
  Document out;
  for (const auto& [name, text] : fields) {
    if (name != member.wire_name()) continue;
    auto value = read_text(member, is_list ? member.shape().element() : member.shape(), text);
    if (!value || !is_list) return value;
    out.push_back(*std::move(value));
  }
  return out;
}

Outcome<void> read_body(const OperationModel& operation, const Shape& shape, std::string_view body,
                        Document& out) {
  if (const auto payload = shape.payload()) {
    if (body.empty()) return {};
    if (is_raw(payload->shape())) {
      if (payload->shape().type() == ShapeType::kString && !codec::is_valid_utf8(as_bytes(body)))
        return refuse(serialization_exception("The body is not UTF-8."));
      out[std::string(payload->name())] = std::string(body);
      return {};
    }
    auto value = is_xml(operation)
                     ? read_xml_value(*payload, body)
                     : read_json_document(payload->shape(), body, JsonNames::kOfTheWire);
    if (!value) return refuse(value.error());
    out[std::string(payload->name())] = *std::move(value);
    return {};
  }
  bool has_body_member = false;
  for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
    has_body_member |= shape.member(i).location() == Location::kBody;
  }
  if (!has_body_member || (is_xml(operation) && body.empty())) return {};
  auto value = is_xml(operation) ? read_xml_document(shape, body, "")
                                 : read_json_document(shape, body, JsonNames::kOfTheWire);
  if (!value) return refuse(value.error());
  out.update(*value);
  return {};
}

// --- writing ---

std::string header_text(const Member& member, const Document& value) {
  const auto format = member.timestamp_format(TimestampFormat::kRfc822);
  if (member.shape().type() != ShapeType::kList || !value.is_array()) {
    return scalar_to_text(member.shape(), format, value);
  }
  std::string out;
  for (const auto& item : value) {
    if (!out.empty()) out += ", ";
    out += scalar_to_text(member.shape().element(), format, item);
  }
  return out;
}

// A header ends with its line: what would begin another one becomes a blank.
std::string in_one_line(std::string text) {
  for (char& c : text) {
    if (c == '\r' || c == '\n' || c == '\0') c = ' ';
  }
  return text;
}

void add_headers(std::vector<Header>& headers, const Member& member, const Document& value) {
  if (member.location() == Location::kHeader) {
    headers.push_back({std::string(member.wire_name()), in_one_line(header_text(member, value))});
  } else if (member.location() == Location::kPrefixHeaders && value.is_object()) {
    for (const auto& [key, item] : value.items()) {
      headers.push_back(
          {in_one_line(std::string(member.wire_name()) + key),
           in_one_line(scalar_to_text(member.shape().element(), TimestampFormat::kRfc822, item))});
    }
  }
}

struct Body {
  std::string text;
  std::string_view content_type;
};

// `root`: of an XML body without a payload.
Body write_body(const OperationModel& operation, const Shape& shape, std::string_view root,
                std::string_view uri, const Document& value) {
  const std::string_view structured = is_xml(operation) ? "application/xml" : "application/json";
  if (const auto payload = shape.payload()) {
    const auto found = value.find(payload->name());
    if (found == value.end() || found->is_null()) return {};
    if (is_raw(payload->shape())) {
      return {found->is_string() ? found->get<std::string>() : std::string(),
              is_xml(operation) ? "binary/octet-stream" : "application/json"};
    }
    if (!is_xml(operation)) {
      return {write_json_document(payload->shape(), *found, JsonNames::kOfTheWire), structured};
    }
    std::string text;
    append_xml_member(text, payload->wire_name(), *payload, *found);
    return {std::move(text), structured};
  }
  if (!is_xml(operation)) {
    return {write_json_document(shape, value, JsonNames::kOfTheWire), structured};
  }
  std::string members;
  append_xml_members(members, shape, value);
  if (members.empty()) return {};
  std::string text;
  open_xml_element(text, root, "", uri);
  text.append(members).append("</").append(root).append(">");
  return {std::move(text), structured};
}

void set_content_type(std::vector<Header>& headers, const Body& body) {
  if (body.text.empty() || !header_value(headers, "Content-Type").empty()) return;
  headers.push_back({"Content-Type", std::string(body.content_type)});
}

void add_field(std::string& query, std::string_view name, std::string_view value) {
  if (!query.empty()) query += '&';
  query.append(codec::percent_encode(name)).append("=").append(codec::percent_encode(value));
}

void add_query(std::string& query, const Member& member, const Document& value) {
  const auto format = member.timestamp_format(TimestampFormat::kIso8601);
  const auto shape = member.shape();
  if (shape.type() == ShapeType::kMap) {
    for (const auto& [key, item] : value.items()) {
      if (!item.is_array()) add_field(query, key, scalar_to_text(shape.element(), format, item));
      for (std::size_t i = 0; item.is_array() && i < item.size(); ++i) {
        add_field(query, key, scalar_to_text(shape.element().element(), format, item[i]));
      }
    }
  } else if (shape.type() == ShapeType::kList) {
    for (const auto& item : value) {
      add_field(query, member.wire_name(), scalar_to_text(shape.element(), format, item));
    }
  } else {
    add_field(query, member.wire_name(), scalar_to_text(shape, format, value));
  }
}

// The greedy one keeps its slashes.
std::string encode_label(std::string_view text, bool greedy) {
  if (!greedy) return codec::percent_encode(text);
  std::string out;
  for (;;) {
    const auto slash = text.find('/');
    out += codec::percent_encode(text.substr(0, slash));
    if (slash == std::string_view::npos) return out;
    out += '/';
    text.remove_prefix(slash + 1);
  }
}

Outcome<std::string> write_path(const OperationModel& operation, const Shape& input,
                                const Document& params) {
  std::string out;
  std::string_view rest = operation.uri().substr(0, operation.uri().find('?'));
  for (;;) {
    const auto open = rest.find('{');
    out += rest.substr(0, open);
    if (open == std::string_view::npos) return out;
    const auto close = rest.find('}', open);
    auto name = rest.substr(open + 1, close - open - 1);
    const bool greedy = name.ends_with('+');
    if (greedy) name.remove_suffix(1);
    rest.remove_prefix(close + 1);
    std::string text;
    for (std::uint16_t i = 0; i < input.member_count(); ++i) {
      const auto member = input.member(i);
      const auto found = params.find(member.name());
      if (member.location() != Location::kPath || member.wire_name() != name ||
          found == params.end() || found->is_null()) {
        continue;
      }
      text = scalar_to_text(member.shape(), member.timestamp_format(TimestampFormat::kIso8601),
                            *found);
    }
    if (text.empty()) {
      return refuse(validation_error(
          fmt::format("{} is part of the path of {} and must be given", name, operation.name())));
    }
    out += encode_label(text, greedy);
  }
}

}  // namespace

Outcome<Document> decode_rest_params(const OperationModel& operation, const Labels& labels,
                                     const RequestView& request) {
  Document out = Document::object();
  const auto input = operation.input();
  if (!input) return out;
  const auto fields = query_fields(request.query);
  if (!fields) return refuse(fields.error());
  for (std::uint16_t i = 0; i < input->member_count(); ++i) {
    const auto member = input->member(i);
    const auto header = request.header(member.wire_name());
    Outcome<Document> value;
    if (member.location() == Location::kPath) {
      const auto label = labels.find(member.wire_name());
      if (label != labels.end()) value = read_text(member, member.shape(), label->second);
    } else if (member.location() == Location::kQuery) {
      value = read_query(*input, member, *fields);
    } else if (member.location() == Location::kHeader && !header.empty()) {
      value = read_header(member, header);
    } else if (member.location() == Location::kPrefixHeaders) {
      value = read_prefix_headers(member, request.headers);
    }
    if (!value) return value;
    if (!value->is_null()) out[std::string(member.name())] = *std::move(value);
  }
  if (auto read = read_body(operation, *input, request.body, out); !read) {
    return refuse(read.error());
  }
  return out;
}

HttpResponse encode_rest_result(const ServiceModel& service, const OperationModel& operation,
                                const Document& result, std::string_view request_id) {
  HttpResponse response;
  response.status = operation.status();
  response.headers = {{"x-amzn-RequestId", std::string(request_id)}};
  const auto output = operation.output();
  if (!output || !result.is_object()) return response;
  for (std::uint16_t i = 0; i < output->member_count(); ++i) {
    const auto member = output->member(i);
    const auto found = result.find(member.name());
    if (found == result.end() || found->is_null()) continue;
    if (member.location() == Location::kStatusCode) {
      if (found->is_number_integer()) response.status = found->get<int>();
    } else {
      add_headers(response.headers, member, *found);
    }
  }
  if (response.status == 204 || response.status == 304) return response;
  auto body =
      write_body(operation, *output, operation.result_wrapper(), service.xml_namespace, result);
  set_content_type(response.headers, body);
  response.body = std::move(body.text);
  return response;
}

Outcome<HttpRequest> encode_rest_request(const OperationModel& operation, const Document& params) {
  HttpRequest request;
  request.method = operation.method();
  const auto mark = operation.uri().find('?');
  if (mark != std::string_view::npos) request.query = operation.uri().substr(mark + 1);
  const auto input = operation.input();
  if (!input) {
    request.path = operation.uri().substr(0, mark);
    return request;
  }
  auto path = write_path(operation, *input, params);
  if (!path) return refuse(path.error());
  request.path = *std::move(path);
  bool has_body = input->payload().has_value();
  for (std::uint16_t i = 0; i < input->member_count(); ++i) {
    const auto member = input->member(i);
    has_body |= member.location() == Location::kBody;
    const auto found = params.find(member.name());
    if (found == params.end() || found->is_null()) continue;
    if (member.location() == Location::kQuery) {
      add_query(request.query, member, *found);
    } else {
      add_headers(request.headers, member, *found);
    }
  }
  if (!has_body) return request;
  const auto* in = operation.input_namespace();
  auto body = write_body(operation, *input, operation.input_root(),
                         in == nullptr ? "" : operation.service().at(in->uri), params);
  set_content_type(request.headers, body);
  request.body = std::move(body.text);
  return request;
}

Outcome<Document> decode_rest_result(const OperationModel& operation,
                                     const HttpResponse& response) {
  Document out = Document::object();
  const auto output = operation.output();
  if (!output) return out;
  for (std::uint16_t i = 0; i < output->member_count(); ++i) {
    const auto member = output->member(i);
    const auto header = header_value(response.headers, member.wire_name());
    Outcome<Document> value;
    if (member.location() == Location::kStatusCode) {
      value = response.status;
    } else if (member.location() == Location::kHeader && !header.empty()) {
      value = read_header(member, header);
    } else if (member.location() == Location::kPrefixHeaders) {
      value = read_prefix_headers(member, response.headers);
    }
    if (!value) return value;
    if (!value->is_null()) out[std::string(member.name())] = *std::move(value);
  }
  if (auto read = read_body(operation, *output, response.body, out); !read) {
    return refuse(read.error());
  }
  return out;
}

}  // namespace loopgate::aws
