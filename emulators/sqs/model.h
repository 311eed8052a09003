// The shapes of SQS's operations.
#pragma once

#include "emulators/http/shape.h"

namespace loopgate::sqs {

// Without an operation that is not in the table of service.cpp.
const http::ServiceModel& service_model();

}  // namespace loopgate::sqs
