// What a message attribute may be.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
#pragma once

#include "aws/error.h"
#include "aws/ports.h"

namespace loopgate::sqs {

// Name, type and value. Errors: InvalidParameterValue.
aws::Outcome<void> check_attribute(const aws::MessageAttribute& attribute);

}  // namespace loopgate::sqs
