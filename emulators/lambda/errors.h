// Errors in Lambda's words: of its API (AwsError), and of a function that failed (an error
// document, which travels as the payload of a successful call).
#pragma once

#include <string>
#include <string_view>

#include "aws/error.h"
#include "emulators/lambda/invocation.h"
#include "io/process.h"

namespace loopgate::lambda {

aws::AwsError function_not_found(std::string_view arn);
aws::AwsError function_exists(std::string_view name);
aws::AwsError alias_not_found(std::string_view arn);
aws::AwsError resource_not_found(
    std::string message = "The resource you requested does not exist.");
aws::AwsError resource_conflict(std::string message);
// A RevisionId that is another's. `getter`: what tells the latest, "GetFunction/GetAlias".
aws::AwsError precondition_failed(std::string_view getter = "GetFunction/GetAlias");
aws::AwsError too_large(std::string message);
aws::AwsError invalid_parameter(std::string message);
aws::AwsError invalid_request_content(std::string_view cause);
aws::AwsError payload_too_large(std::size_t limit);
aws::AwsError too_many_requests(std::string_view reason);

// {"errorType":…,"errorMessage":…}
std::string error_document(std::string_view type, std::string_view message);

InvocationOutcome failed(std::string request_id, std::string document);
InvocationOutcome timed_out(std::string request_id, Duration limit);
InvocationOutcome exited(std::string request_id, io::ExitStatus status);
InvocationOutcome response_too_large(std::string request_id);
// Code or interpreter is missing, the build failed: AWS would not have accepted the function.
InvocationOutcome cannot_start(std::string request_id, std::string_view why);

std::string timeout_text(Duration limit);      // "Task timed out after 3.00 seconds"
std::string exit_text(io::ExitStatus status);  // "Runtime exited with error: exit status 1"

// "ValueError: boom" of an error document, for people; the whole document when it has another form.
std::string summary(std::string_view document);

}  // namespace loopgate::lambda
