// The Query protocol's forms, as a caller writes them.
#pragma once

#include <string>

#include "aws/protocol/protocol.h"

namespace loopgate::aws {

// "Action=SendMessage&Version=2012-11-05&…"
std::string encode_query_params(const OperationModel& operation, const Document& params);

}  // namespace loopgate::aws
