// AWS Query answers as JSON, which services give to who accepts nothing else: the elements of the
// XML answer as objects, what is absent as null. As recorded on AWS, 2024-05-07, and as every
// integration of API Gateway with SQS and SNS sees it.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "aws/protocol/json_document.h"
#include "aws/protocol/protocol.h"
#include "base/json.h"

namespace loopgate::aws {

namespace {

HttpResponse answer(int status, const nlohmann::ordered_json& body, std::string_view request_id) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"},
                      {"x-amzn-RequestId", std::string(request_id)}},
          .body = write_json(body)};
}

bool is_scalar(const Shape& shape) {
  return shape.type() != ShapeType::kStructure && shape.type() != ShapeType::kList &&
         shape.type() != ShapeType::kMap;
}

// A map that XML writes as a run of entries is a list of them.
nlohmann::ordered_json entries_of(const Shape& map, const nlohmann::ordered_json& value) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& [key, each] : value.items()) {
    out.push_back({{std::string(map.key_name()), key}, {std::string(map.value_name()), each}});
  }
  return out;
}

nlohmann::ordered_json dressed(const Shape& shape, nlohmann::ordered_json value) {
  if (shape.type() == ShapeType::kList && value.is_array()) {
    for (auto& element : value) element = dressed(shape.element(), std::move(element));
  }
  if (shape.type() == ShapeType::kMap && shape.is_flattened() && value.is_object()) {
    return entries_of(shape, value);
  }
  if (shape.type() != ShapeType::kStructure || !value.is_object()) return value;
  for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
    const auto member = shape.member(i);
    const std::string name(member.name());
    if (value.contains(name)) {
      const bool flattened = member.is_flattened() && member.shape().type() == ShapeType::kMap;
      auto& own = value[name];
      own = flattened ? entries_of(member.shape(), own) : dressed(member.shape(), std::move(own));
    } else if (is_scalar(member.shape())) {
      value[name] = nullptr;
    }
  }
  return value;
}

}  // namespace

HttpResponse encode_query_json_result(const ServiceModel& service, const OperationModel& operation,
                                      const Document& result, std::string_view request_id) {
  nlohmann::ordered_json response;
  if (const auto output = operation.output()) {
    const auto text = write_json_document(*output, result, JsonNames::kOwn);
    auto members = dressed(*output, read_ordered_json(text).value_or(nullptr));
    // SQS calls its lists otherwise here.
    for (const auto& [name, other] :
         {std::pair{"Messages", "messages"}, std::pair{"QueueUrls", "queueUrls"}}) {
      if (service.name != "sqs" || !members.contains(name)) continue;
      members[other] = std::move(members[name]);
      members.erase(name);
    }
    response[std::string(operation.result_wrapper())] = std::move(members);
  }
  response["ResponseMetadata"] = {{"RequestId", std::string(request_id)}};
  nlohmann::ordered_json body;
  body[fmt::format("{}Response", operation.name())] = std::move(response);
  return answer(200, body, request_id);
}

HttpResponse encode_query_json_error(const ServiceModel& service, const AwsError& error,
                                     std::string_view request_id) {
  nlohmann::ordered_json body;
  body["Error"] = {{"Code", error.code_for_query()},
                   {"Message", error.message_for_query()},
                   {"Type", error.is_sender_fault() ? "Sender" : "Receiver"}};
  if (service.name == "sqs") body["Error"]["Detail"] = nullptr;
  body["RequestId"] = std::string(request_id);
  return answer(error.status, body, request_id);
}

}  // namespace loopgate::aws
