// AWS Query answers: XML by the operation's output shape.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "aws/protocol/protocol.h"
#include "aws/protocol/xml_writer.h"

namespace loopgate::aws {

namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\"?>\n";

HttpResponse answer(int status, std::string body, std::string_view request_id) {
  HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "text/xml"}, {"x-amzn-RequestId", std::string(request_id)}};
  response.body = std::move(body);
  return response;
}

}  // namespace

HttpResponse encode_query_result(const ServiceModel& service, const OperationModel& operation,
                                 const Document& result, std::string_view request_id) {
  const auto root = fmt::format("{}Response", operation.name());
  std::string body(kDeclaration);
  open_xml_element(body, root, "", service.xml_namespace);
  if (const auto output = operation.output()) {
    body.append("<").append(operation.result_wrapper()).append(">");
    append_xml_members(body, *output, result);
    body.append("</").append(operation.result_wrapper()).append(">");
  }
  body += "<ResponseMetadata>";
  append_xml_element(body, "RequestId", request_id);
  body.append("</ResponseMetadata></").append(root).append(">");
  return answer(200, std::move(body), request_id);
}

HttpResponse encode_query_error(const ServiceModel& service, const AwsError& error,
                                std::string_view request_id) {
  std::string body(kDeclaration);
  open_xml_element(body, "ErrorResponse", "", service.xml_namespace);
  body += "<Error>";
  append_xml_element(body, "Type", error.is_sender_fault() ? "Sender" : "Receiver");
  append_xml_element(body, "Code", error.code_for_query());
  append_xml_element(body, "Message", error.message);
  body += "<Detail/></Error>";
  append_xml_element(body, "RequestId", request_id);
  body += "</ErrorResponse>";
  return answer(error.status, std::move(body), request_id);
}

}  // namespace loopgate::aws
