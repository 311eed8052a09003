// How each dialect says that a call failed, and how a caller reads it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "aws/protocol/json_document.h"
#include "aws/protocol/protocol.h"
#include "aws/protocol/query.h"
#include "aws/protocol/rest.h"
#include "aws/protocol/xml_reader.h"
#include "aws/protocol/xml_writer.h"
#include "base/json.h"

namespace loopgate::aws {

namespace {

constexpr std::string_view kXmlDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

HttpResponse xml_answer(int status, std::string body, std::string_view request_id) {
  return {status,
          {{"Content-Type", "application/xml"}, {"x-amzn-RequestId", std::string(request_id)}},
          std::move(body)};
}

// "com.amazonaws.sqs#QueueDoesNotExist:http://…" → "QueueDoesNotExist"
std::string bare_code(std::string_view text) {
  text = text.substr(0, text.find(':'));
  const auto hash = text.find('#');
  return std::string(hash == std::string_view::npos ? text : text.substr(hash + 1));
}

std::string text_member(const Document& document, std::initializer_list<const char*> names) {
  if (!document.is_object()) return {};
  for (const auto* name : names) {
    const auto found = document.find(name);
    if (found != document.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

AwsError read_json_error(const HttpResponse& response) {
  const auto document = read_json(response.body).value_or(Document());
  std::string code(header_value(response.headers, "x-amzn-ErrorType"));
  if (code.empty()) code = text_member(document, {"__type", "code", "Code"});
  AwsError error{bare_code(code),
                 text_member(document, {"message", "Message", "errorMessage"}),
                 response.status,
                 {}};
  const auto query = header_value(response.headers, "x-amzn-query-error");
  error.query_code = query.substr(0, query.find(';'));
  return error;
}

AwsError read_error(const OperationModel& operation, const HttpResponse& response) {
  AwsError error;
  const auto protocol = operation.service().protocol;
  if (protocol == Protocol::kJson || protocol == Protocol::kRestJson) {
    error = read_json_error(response);
  } else if (const auto xml = read_xml_error(response.body)) {
    error = {xml->code, xml->message, response.status, {}};
  }
  error.status = response.status;
  // What answers in no dialect at all (a proxy, say) is named by its status.
  if (error.code.empty()) error.code = fmt::format("{}", response.status);
  if (error.message.empty()) {
    error.message =
        fmt::format("{} answered with status {}", operation.service().id, response.status);
  }
  return error;
}

// Those that are text: S3's errors have no others.
void append_members(std::string& body, const Document& members) {
  for (const auto& [name, value] : members.items()) {
    if (value.is_string()) append_xml_element(body, name, value.get_ref<const std::string&>());
  }
}

}  // namespace

// What Lambda's clients read: the code in a header, the sentence under either spelling.
HttpResponse encode_rest_json_error(const AwsError& error, std::string_view request_id) {
  Document body = {{"Type", error.is_sender_fault() ? "User" : "Service"},
                   {"Message", error.message},
                   {"message", error.message}};
  if (error.members) body.update(*error.members);
  auto response = HttpResponse::json(error.status, write_json(body));
  response.headers.push_back({"x-amzn-RequestId", std::string(request_id)});
  response.headers.push_back({"x-amzn-ErrorType", error.code});
  return response;
}

// S3 alone has no element around <Error>.
// https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html
HttpResponse encode_rest_xml_error(const ServiceModel& service, const AwsError& error,
                                   std::string_view request_id) {
  const bool is_wrapped = service.name != "s3";
  std::string body(kXmlDeclaration);
  if (is_wrapped) open_xml_element(body, "ErrorResponse", "", service.xml_namespace);
  body += "<Error>";
  if (is_wrapped) append_xml_element(body, "Type", error.is_sender_fault() ? "Sender" : "Receiver");
  append_xml_element(body, "Code", error.code);
  append_xml_element(body, "Message", error.message);
  if (error.members) append_members(body, *error.members);
  if (!is_wrapped) append_xml_element(body, "RequestId", request_id);
  body += "</Error>";
  if (is_wrapped) {
    append_xml_element(body, "RequestId", request_id);
    body += "</ErrorResponse>";
  }
  return xml_answer(error.status, std::move(body), request_id);
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
HttpResponse encode_ec2_error(const AwsError& error, std::string_view request_id) {
  std::string body(kXmlDeclaration);
  body += "<Response><Errors><Error>";
  append_xml_element(body, "Code", error.code_for_query());
  append_xml_element(body, "Message", error.message);
  body += "</Error></Errors>";
  append_xml_element(body, "RequestID", request_id);
  body += "</Response>";
  return xml_answer(error.status, std::move(body), request_id);
}

// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
HttpResponse encode_cbor_error(const AwsError& error, std::string_view request_id) {
  Document body = {{"__type", error.code}, {"message", error.message}};
  if (error.members) body.update(*error.members);
  const auto bytes = Document::to_cbor(body);
  return {error.status,
          {{"Content-Type", "application/cbor"},
           {"smithy-protocol", "rpc-v2-cbor"},
           {"x-amzn-RequestId", std::string(request_id)}},
          std::string(bytes.begin(), bytes.end())};
}

HttpResponse Rendering::result(const OperationModel& operation, const Document& result) const {
  switch (protocol) {
    case Protocol::kQuery:
      if (query_as_json) {
        return encode_query_json_result(service, operation, result, request_id);
      }
      [[fallthrough]];
    case Protocol::kEc2:
      return encode_query_result(service, operation, result, request_id);
    case Protocol::kRestJson:
    case Protocol::kRestXml:
      return encode_rest_result(service, operation, result, request_id);
    case Protocol::kJson:
    case Protocol::kCbor:
      break;
  }
  return encode_json_result(service, operation, result, request_id);
}

HttpResponse Rendering::error(const AwsError& error) const {
  switch (protocol) {
    case Protocol::kQuery:
      if (query_as_json) return encode_query_json_error(service, error, request_id);
      return encode_query_error(service, error, request_id);
    case Protocol::kEc2:
      return encode_ec2_error(error, request_id);
    case Protocol::kRestJson:
      return encode_rest_json_error(error, request_id);
    case Protocol::kRestXml:
      return encode_rest_xml_error(service, error, request_id);
    case Protocol::kCbor:
      return encode_cbor_error(error, request_id);
    case Protocol::kJson:
      break;
  }
  return encode_json_error(service, error, request_id);
}

AwsError unknown_operation(Protocol protocol, std::string message) {
  switch (protocol) {
    case Protocol::kQuery:
    case Protocol::kEc2:
      return {"InvalidAction", std::move(message), 400, {}};
    case Protocol::kRestXml:
      return {"NotImplemented", std::move(message), 501, {}};  // S3's own
    case Protocol::kRestJson:
      return {"UnknownOperationException", std::move(message), 404, {}};
    case Protocol::kJson:
    case Protocol::kCbor:
      break;
  }
  return {"UnknownOperationException", std::move(message), 400, {}};
}

Outcome<HttpRequest> encode_request(const OperationModel& operation, const Document& params) {
  const auto& service = operation.service();
  HttpRequest request;
  if (service.protocol == Protocol::kQuery) {
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
    request.body = encode_query_params(operation, params);
    return request;
  }
  if (service.protocol == Protocol::kJson) {
    const auto input = operation.input();
    request.headers = {
        {"Content-Type", fmt::format("application/x-amz-json-{}", service.json_version)},
        {"X-Amz-Target", fmt::format("{}.{}", service.target_prefix, operation.name())}};
    request.body = input ? write_json_document(*input, params, JsonNames::kOwn) : "{}";
    return request;
  }
  return encode_rest_request(operation, params);
}

Outcome<Document> decode_response(const OperationModel& operation, const HttpResponse& response) {
  const auto& service = operation.service();
  if (response.status >= 300) return refuse(read_error(operation, response));
  const auto output = operation.output();
  if (!output) return Document::object();
  auto result = service.protocol == Protocol::kJson
                    ? read_json_document(*output, response.body, JsonNames::kOwn)
                : service.protocol == Protocol::kQuery
                    ? read_xml_document(*output, response.body, operation.result_wrapper())
                    : decode_rest_result(operation, response);
  if (result) return result;
  return refuse({"SerializationException",
                 fmt::format("the answer of {} {} cannot be read: {}", service.id, operation.name(),
                             result.error().message),
                 502,
                 {}});
}

}  // namespace loopgate::aws
