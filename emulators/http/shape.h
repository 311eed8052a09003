// The shapes of the services' operations, in the front door's words.
#pragma once

#include "aws/shapes/shape.h"

namespace loopgate::http {

using aws::OperationModel;
using aws::ServiceModel;

}  // namespace loopgate::http
