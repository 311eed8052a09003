// AWS's protocols by shape, both directions: Query, JSON 1.0 and 1.1, REST-JSON and REST-XML. What
// they carry are documents, JSON values keyed by AWS's own member names, the same for every
// protocol: a service never knows how it was called, nor a caller what the service speaks.
// In a document
//   a timestamp is a number of seconds since 1970, or text that is written as it stands,
//   a blob is base64 text, except when it is a whole body (a payload): then the bytes as they are,
//   what is null or unknown is not there.
// Pure: no sockets, no clock.
// https://smithy.io/2.0/aws/protocols/index.html
#pragma once

#include <expected>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "aws/error.h"
#include "aws/protocol/message.h"
#include "aws/shapes/shape.h"

namespace loopgate::aws {

using Document = nlohmann::json;

// --- the service's side ---

// Parameters by the operation's input shape: what is in the result has the type that its shape
// says and is valid UTF-8. Which members are required, and how long they may be, is the validator's
// (validate.h). Unknown parameters are dropped, as AWS does.
// Errors: InvalidParameterValue, MalformedInput, MissingParameter.
Outcome<Document> decode_query_params(const OperationModel& operation, std::string_view form);
// The same from a JSON body; an empty one is {}. Errors: SerializationException.
Outcome<Document> decode_json_params(const OperationModel& operation, std::string_view body);
// The same from path, query, headers and body. `labels`: what the path named, decoded (route.h).
using Labels = std::map<std::string, std::string, std::less<>>;
Outcome<Document> decode_rest_params(const OperationModel& operation, const Labels& labels,
                                     const RequestView& request);

// How one answer is written.
struct Rendering {
  const ServiceModel& service;
  Protocol protocol;  // kQuery for the Query protocol of a service that has another one besides
  std::string request_id = {};
  bool query_as_json = false;  // of kQuery: the client accepts JSON

  // `operation` is one of `service`.
  HttpResponse result(const OperationModel& operation, const Document& result) const;
  HttpResponse error(const AwsError& error) const;
};

HttpResponse encode_query_result(const ServiceModel& service, const OperationModel& operation,
                                 const Document& result, std::string_view request_id);
HttpResponse encode_query_json_result(const ServiceModel& service, const OperationModel& operation,
                                      const Document& result, std::string_view request_id);
HttpResponse encode_json_result(const ServiceModel& service, const OperationModel& operation,
                                const Document& result, std::string_view request_id);
HttpResponse encode_rest_result(const ServiceModel& service, const OperationModel& operation,
                                const Document& result, std::string_view request_id);

HttpResponse encode_query_error(const ServiceModel& service, const AwsError& error,
                                std::string_view request_id);
HttpResponse encode_query_json_error(const ServiceModel& service, const AwsError& error,
                                     std::string_view request_id);
// A service that also speaks Query tells its code besides, in a header.
HttpResponse encode_json_error(const ServiceModel& service, const AwsError& error,
                               std::string_view request_id);
HttpResponse encode_rest_json_error(const AwsError& error, std::string_view request_id);
HttpResponse encode_rest_xml_error(const ServiceModel& service, const AwsError& error,
                                   std::string_view request_id);
HttpResponse encode_ec2_error(const AwsError& error, std::string_view request_id);
HttpResponse encode_cbor_error(const AwsError& error, std::string_view request_id);

// What a client of that protocol reads when there is no such operation.
AwsError unknown_operation(Protocol protocol, std::string message);

// --- the caller's side ---

// The request, without host, date and signature. `params` may lack what is optional; what the shape
// does not know is left out. Errors: a path without its label.
Outcome<HttpRequest> encode_request(const OperationModel& operation, const Document& params);
// What the service said. An answer that cannot be read is a SerializationException of status 502.
Outcome<Document> decode_response(const OperationModel& operation, const HttpResponse& response);

// The first parameter of that name in a form body or query string, decoded; nullopt when it is
// missing or its escapes are broken.
std::optional<std::string> form_value(std::string_view form, std::string_view name);

}  // namespace loopgate::aws
