// AWS JSON 1.0 and 1.1: the body is the parameters, checked against the operation's input shape in
// place.
#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "emulators/http/protocol.h"
#include "emulators/http/protocol_limits.h"

namespace loopgate::http {

namespace {

using nlohmann::json;
using Checked = std::expected<void, aws::AwsError>;

std::unexpected<aws::AwsError> unreadable(std::string message) {
  return aws::refuse(aws::AwsError{"SerializationException", std::move(message), 400, {}});
}

// AWS's words for what it found.
std::string_view found_instead(const json& value) {
  switch (value.type()) {
    case json::value_t::object:
      return "Start of structure or map found where not expected";
    case json::value_t::array:
      return "Start of list found where not expected";
    case json::value_t::string:
      return "STRING_VALUE cannot be converted";
    case json::value_t::boolean:
      return "BOOLEAN_VALUE cannot be converted";
    default:
      return "NUMBER_VALUE cannot be converted";
  }
}

std::unexpected<aws::AwsError> wrong_type(const json& value, const std::string& path,
                                          std::string_view wanted) {
  return unreadable(fmt::format("{}: {} must be {}.", found_instead(value), path, wanted));
}

Checked check_value(const Shape& shape, json& value, const std::string& path);

Checked check_integer(json& value, const std::string& path) {
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() >
          static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return unreadable(fmt::format("{} is out of range.", path));
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
  return wrong_type(value, path, "an integer");
}

Checked check_structure(const Shape& shape, json& value, const std::string& prefix) {
  if (!value.is_object())
    return wrong_type(value, prefix.empty() ? "the body" : prefix, "an object");
  json known = json::object();
  for (const auto& member : shape.members) {
    const auto path = prefix.empty() ? member.name : prefix + "." + member.name;
    const auto found = value.find(member.name);
    if (found == value.end() || found->is_null()) {
      if (!member.required) continue;
      return aws::refuse(
          aws::AwsError{"MissingParameter",
                        fmt::format("The request must contain the parameter {}.", path),
                        400,
                        {}});
    }
    if (auto checked = check_value(*member.shape, *found, path); !checked) return checked;
    known[member.name] = std::move(*found);
  }
  value = std::move(known);
  return {};
}

Checked check_list(const Shape& shape, json& value, const std::string& path) {
  if (!value.is_array()) return wrong_type(value, path, "a list");
  std::size_t index = 0;
  for (auto& item : value) {
    if (auto checked = check_value(*shape.element, item, fmt::format("{}.{}", path, ++index));
        !checked) {
      return checked;
    }
  }
  return {};
}

Checked check_map(const Shape& shape, json& value, const std::string& path) {
  if (!value.is_object()) return wrong_type(value, path, "a map");
  for (auto& [key, item] : value.items()) {
    if (auto checked = check_value(*shape.element, item, path + "." + key); !checked)
      return checked;
  }
  return {};
}

Checked check_value(const Shape& shape, json& value, const std::string& path) {
  switch (shape.type) {
    case ShapeType::kString:
      if (!value.is_string()) return wrong_type(value, path, "a string");
      return {};
    case ShapeType::kBlob:
      if (!value.is_string()) return wrong_type(value, path, "a base64 string");
      return {};
    case ShapeType::kInteger:
      return check_integer(value, path);
    case ShapeType::kDouble:
      if (!value.is_number()) return wrong_type(value, path, "a number");
      return {};
    case ShapeType::kTimestamp:
      if (!value.is_number()) return wrong_type(value, path, "a number of seconds since 1970");
      return {};
    case ShapeType::kBoolean:
      if (!value.is_boolean()) return wrong_type(value, path, "true or false");
      return {};
    case ShapeType::kStructure:
      return check_structure(shape, value, path);
    case ShapeType::kList:
      return check_list(shape, value, path);
    case ShapeType::kMap:
      return check_map(shape, value, path);
  }
  return {};
}

Response answer(const ServiceModel& service, int status, std::string body,
                std::string_view request_id) {
  Response response;
  response.status = status;
  const auto& version = service.json_version.empty() ? std::string("1.0") : service.json_version;
  response.headers = {{"Content-Type", "application/x-amz-json-" + version},
                      {"x-amzn-RequestId", std::string(request_id)}};
  response.body = std::move(body);
  return response;
}

}  // namespace

std::expected<json, aws::AwsError> decode_json_params(const OperationModel& operation,
                                                      std::string_view body) {
  const bool is_empty = body.find_first_not_of(" \t\r\n") == std::string_view::npos;
  auto params = read_json(is_empty ? "{}" : body, {.depth = kMaxNesting});
  if (!params) {
    return unreadable("The request body is not valid JSON: " + params.error().message + ".");
  }
  if (operation.input == nullptr) return json::object();
  if (auto checked = check_structure(*operation.input, *params, ""); !checked) {
    return aws::refuse(checked.error());
  }
  return *std::move(params);
}

Response encode_json_result(const ServiceModel& service, const OperationModel& operation,
                            const json& result, std::string_view request_id) {
  const bool has_result = operation.output != nullptr && result.is_object();
  return answer(service, 200, has_result ? write_json(result) : "{}", request_id);
}

Response encode_json_error(const ServiceModel& service, const aws::AwsError& error,
                           std::string_view request_id, bool query_mode) {
  const json body = {{"__type", service.error_prefix + error.code}, {"message", error.message}};
  auto response = answer(service, error.status, write_json(body), request_id);
  if (query_mode) {
    response.headers.push_back(
        {"x-amzn-query-error", fmt::format("{};{}", error.code_for_query(),
                                           error.is_sender_fault() ? "Sender" : "Receiver")});
  }
  return response;
}

}  // namespace loopgate::http
