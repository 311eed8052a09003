#pragma once

#include "emulators/http/shape.h"

namespace loopgate::cloudformation {

// Every operation with its input and output.
std::vector<http::OperationModel> operation_models();

}  // namespace loopgate::cloudformation
