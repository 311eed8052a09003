// What CreateEventSourceMapping and UpdateEventSourceMapping ask for, checked as far as that needs
// neither source nor function. AWS::Lambda::EventSourceMapping has the same properties.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "aws/error.h"
#include "emulators/lambda/sources/mapping.h"
#include "emulators/lambda/sources/source.h"

namespace loopgate::lambda {

// Sets what `params` name; the rest of `mapping` stays as it is. Not the function.
aws::Outcome<void> apply_request(const nlohmann::json& params, const EventSourceType& type,
                                 EventSourceMapping& mapping);

// The row of the source that is asked for, or why there is none.
aws::Outcome<const EventSourceType*> requested_source(const nlohmann::json& params);

}  // namespace loopgate::lambda
