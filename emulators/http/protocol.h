// AWS Query and AWS JSON: parameters in, results and errors out. Both give and take the same JSON
// values, in the shape of the JSON protocol; a service never knows how it was called. Pure: no
// sockets, no clock. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
#pragma once

#include <expected>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "aws/error.h"
#include "emulators/http/message.h"
#include "emulators/http/shape.h"

namespace loopgate::http {

// Parameters by the operation's input shape. What is in the result has the type that its shape
// says, is valid UTF-8, and every required member is there. Unknown parameters are dropped, as AWS
// does. Errors: MissingParameter, InvalidParameterValue, MalformedInput.
std::expected<nlohmann::json, aws::AwsError> decode_query_params(const OperationModel& operation,
                                                                 std::string_view form_body);
// The same from a JSON body; an empty one is {}. Errors: MissingParameter, SerializationException.
std::expected<nlohmann::json, aws::AwsError> decode_json_params(const OperationModel& operation,
                                                                std::string_view body);

// Timestamps in `result` are seconds since 1970, or text that is written as it stands.
Response encode_query_result(const ServiceModel& service, const OperationModel& operation,
                             const nlohmann::json& result, std::string_view request_id);
Response encode_json_result(const ServiceModel& service, const OperationModel& operation,
                            const nlohmann::json& result, std::string_view request_id);

Response encode_query_error(const ServiceModel& service, const aws::AwsError& error,
                            std::string_view request_id);
// `query_mode`: the client said `x-amzn-query-mode: true` and reads the Query code from a header.
Response encode_json_error(const ServiceModel& service, const aws::AwsError& error,
                           std::string_view request_id, bool query_mode);

// The first parameter of that name in a form body or query string, decoded; nullopt when it is
// missing or its escapes are broken.
std::optional<std::string> form_value(std::string_view form, std::string_view name);

}  // namespace loopgate::http
