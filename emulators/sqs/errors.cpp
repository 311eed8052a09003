#include "emulators/sqs/errors.h"

#include <fmt/format.h>

#include "emulators/sqs/limits.h"

namespace loopgate::sqs {

using aws::AwsError;

AwsError queue_does_not_exist() {
  return {"QueueDoesNotExist", "The specified queue does not exist.", 400,
          "AWS.SimpleQueueService.NonExistentQueue",
          "The specified queue does not exist for this wsdl version."};
}

AwsError queue_name_exists(std::string_view attribute) {
  return {"QueueNameExists",
          fmt::format(
              "A queue already exists with the same name and a different value for attribute {}",
              attribute),
          400, "QueueAlreadyExists"};
}

AwsError purge_in_progress(std::string_view queue) {
  return {"PurgeQueueInProgress",
          fmt::format("Only one PurgeQueue operation on {} is allowed every 60 seconds.", queue),
          403, "AWS.SimpleQueueService.PurgeQueueInProgress"};
}

AwsError invalid_address(std::string_view address) {
  return {"InvalidAddress",
          fmt::format("The address {} is not valid for this endpoint.", address.substr(0, 200)),
          404,
          {}};
}

AwsError unknown_attribute(std::string_view name) {
  return {
      "InvalidAttributeName", fmt::format("Unknown Attribute {}.", name.substr(0, 200)), 400, {}};
}

AwsError only_for_fifo(std::string_view name) {
  return {"InvalidAttributeName",
          fmt::format("You can specify the {} only when FifoQueue is set to true.", name),
          400,
          {}};
}

AwsError two_encryptions() {
  return {"InvalidAttributeName",
          "You can use one type of server-side encryption (SSE) at one time. You can either enable "
          "KMS SSE or SQS SSE.",
          400,
          {}};
}

AwsError invalid_attribute_value(std::string_view name, std::string_view reason) {
  return {"InvalidAttributeValue",
          fmt::format("Invalid value for the parameter {}.{}{}", name,
                      reason.empty() ? "" : " Reason: ", reason),
          400,
          {}};
}

AwsError missing_parameter(std::string_view name) {
  return {
      "MissingParameter", fmt::format("The request must contain the parameter {}.", name), 400, {}};
}

AwsError invalid_parameter(std::string_view message) {
  return {"InvalidParameterValue", std::string(message), 400, {}};
}

AwsError invalid_parameter_value(std::string_view value, std::string_view parameter,
                                 std::string_view reason) {
  return invalid_parameter(fmt::format("Value {} for parameter {} is invalid. Reason: {}",
                                       value.substr(0, 500), parameter, reason));
}

AwsError invalid_fifo_id(std::string_view id, std::string_view parameter) {
  return invalid_parameter_value(
      id, parameter,
      fmt::format("{} can only include alphanumeric and punctuation characters. 1 to 128 in "
                  "length.",
                  parameter));
}

AwsError no_deduplication_id() {
  return invalid_parameter(
      "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
      "provided explicitly");
}

AwsError invalid_for_queue_type(std::string_view parameter) {
  return invalid_parameter(fmt::format(
      "The request includes a parameter that is not valid for this queue type: {}", parameter));
}

AwsError invalid_message_contents() {
  return {"InvalidMessageContents",
          "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF "
          "| #xE000 "
          "to #xFFFD | #x10000 to #x10FFFF",
          400,
          {}};
}

AwsError receipt_handle_is_invalid(std::string_view handle) {
  return {"ReceiptHandleIsInvalid",
          fmt::format("The input receipt handle \"{}\" is not a valid receipt handle.",
                      handle.substr(0, 500)),
          404,
          {}};
}

AwsError message_not_in_flight() {
  return {"MessageNotInflight", "The specified message is not in flight.", 400,
          "AWS.SimpleQueueService.MessageNotInflight"};
}

AwsError over_limit(std::string_view message) {
  return {"OverLimit", std::string(message), 403, {}};
}

AwsError no_arn(std::string_view parameter) {
  return invalid_parameter(
      fmt::format("You must use this format to specify the {}: "
                  "arn:<partition>:<service>:<region>:<account-id>:<resource-id>",
                  parameter));
}

AwsError no_such_resource(std::string_view parameter) {
  return {
      "ResourceNotFoundException",
      fmt::format("The resource that you specified for the {} parameter doesn't exist.", parameter),
      404,
      {}};
}

AwsError no_such_task() {
  return {"ResourceNotFoundException", "Task does not exist.", 404, {}};
}

AwsError too_many_moves() {
  return {"RequestThrottled",
          fmt::format("An account can have at most {} active message move tasks.", kMaxActiveMoves),
          403,
          {}};
}

AwsError out_of_range(std::string_view parameter, std::int64_t least, std::int64_t most) {
  return invalid_parameter(
      fmt::format("Value for parameter {} is invalid. Reason: You must enter a number that's "
                  "between {} and {}.",
                  parameter, least, most));
}

AwsError empty_batch(std::string_view entry_type) {
  return {"EmptyBatchRequest",
          fmt::format("There should be at least one {} in the request.", entry_type), 400,
          "AWS.SimpleQueueService.EmptyBatchRequest"};
}

AwsError too_many_entries(std::size_t count) {
  return {"TooManyEntriesInBatchRequest",
          fmt::format("Maximum number of entries per request are {}. You have sent {}.",
                      kMaxBatchEntries, count),
          400, "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"};
}

AwsError entry_ids_not_distinct(std::string_view id) {
  return {"BatchEntryIdsNotDistinct", fmt::format("Id {} repeated.", id), 400,
          "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"};
}

AwsError invalid_entry_id() {
  return {"InvalidBatchEntryId",
          "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It "
          "can be at "
          "most 80 letters long.",
          400, "AWS.SimpleQueueService.InvalidBatchEntryId"};
}

AwsError batch_too_long(std::size_t bytes) {
  return {"BatchRequestTooLong",
          fmt::format("Batch requests cannot be longer than {} bytes. You have sent {} bytes.",
                      kMaxMessageBytes, bytes),
          400, "AWS.SimpleQueueService.BatchRequestTooLong"};
}

}  // namespace loopgate::sqs
