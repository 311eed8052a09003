// The REST protocols as a caller writes and reads them.
#pragma once

#include "aws/protocol/protocol.h"

namespace loopgate::aws {

Outcome<HttpRequest> encode_rest_request(const OperationModel& operation, const Document& params);
Outcome<Document> decode_rest_result(const OperationModel& operation, const HttpResponse& response);

}  // namespace loopgate::aws
