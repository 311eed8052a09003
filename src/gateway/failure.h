// What went wrong with a call, as a reason of the table and a sentence for the journal.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "aws/error.h"
#include "base/reason.h"

namespace loopgate::gateway {

struct Failure {
  Reason reason = Reason::kDestinationError;
  std::string text;
};

// What a service means by one of its error codes.
struct ErrorMeaning {
  std::string_view code;
  Reason reason;
};

// An AWS call that was refused, by the service's own codes or else by those that all services have.
Failure failure_of(const aws::AwsError& error, std::span<const ErrorMeaning> of_service = {});
// A role that was not assumed.
Failure role_failure(const std::string& role_arn, const aws::AwsError& error);
// A function that answered with an X-Amz-Function-Error: its error document tells time-outs,
// crashes and errors of the code apart.
// https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html
Failure function_failure(std::string_view error_document);

}  // namespace loopgate::gateway
