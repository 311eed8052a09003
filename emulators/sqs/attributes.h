// What a message attribute may be.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
#pragma once

#include <string_view>

#include "aws/error.h"
#include "aws/ports.h"

namespace loopgate::sqs {

// Name, type and value. Errors: InvalidParameterValue.
aws::Outcome<void> check_attribute(const aws::MessageAttribute& attribute);

// A decimal number of at most 38 significant digits, its size 0 or between 10^-128 and 10^126.
bool is_number(std::string_view text);

}  // namespace loopgate::sqs
