// AWS JSON 1.0 and 1.1: the body is the document.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "aws/protocol/json_document.h"
#include "base/json.h"

namespace loopgate::aws {

namespace {

HttpResponse answer(const ServiceModel& service, int status, std::string body,
                    std::string_view request_id) {
  HttpResponse response;
  response.status = status;
  const auto version = service.json_version.empty() ? "1.0" : service.json_version;
  response.headers = {{"Content-Type", fmt::format("application/x-amz-json-{}", version)},
                      {"x-amzn-RequestId", std::string(request_id)}};
  response.body = std::move(body);
  return response;
}

// What no operation's model declares has other names in JSON than in Query (recorded on AWS,
// 2023-11-14).
std::string_view json_code(std::string_view query_code) {
  if (query_code == "InvalidParameterValue") return "InvalidParameterValueException";
  if (query_code == "MissingParameter") return "MissingRequiredParameterException";
  return query_code;
}

}  // namespace

Outcome<Document> decode_json_params(const OperationModel& operation, std::string_view body) {
  const auto input = operation.input();
  if (!input) return Document::object();
  return read_json_document(*input, body, JsonNames::kOwn);
}

HttpResponse encode_json_result(const ServiceModel& service, const OperationModel& operation,
                                const Document& result, std::string_view request_id) {
  const auto output = operation.output();
  const bool has_result = output && result.is_object();
  return answer(service, 200,
                has_result ? write_json_document(*output, result, JsonNames::kOwn) : "{}",
                request_id);
}

HttpResponse encode_json_error(const ServiceModel& service, const AwsError& error,
                               std::string_view request_id) {
  const auto code = service.speaks_query ? json_code(error.code) : error.code;
  Document body = {{"__type", std::string(service.error_prefix) + std::string(code)},
                   {"message", error.message}};
  if (error.members) body.update(*error.members);
  auto response = answer(service, error.status, write_json(body), request_id);
  // With and without `x-amzn-query-mode`: older clients read it without asking.
  if (service.speaks_query) {
    response.headers.push_back(
        {"x-amzn-query-error", fmt::format("{};{}", error.code_for_query(),
                                           error.is_sender_fault() ? "Sender" : "Receiver")});
  }
  return response;
}

}  // namespace loopgate::aws
