// The errors of SQS with AWS's sentences. `code` is the JSON protocol's, `query_code` that of Query
// where it differs.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
#pragma once

#include <cstdint>
#include <string_view>

#include "aws/error.h"

namespace loopgate::sqs {

aws::AwsError queue_does_not_exist();
aws::AwsError queue_name_exists(std::string_view attribute);
aws::AwsError purge_in_progress(std::string_view queue);
aws::AwsError invalid_address(std::string_view address);
aws::AwsError unknown_attribute(std::string_view name);
aws::AwsError only_for_fifo(std::string_view attribute);
aws::AwsError two_encryptions();
aws::AwsError invalid_attribute_value(std::string_view name, std::string_view reason);
aws::AwsError missing_parameter(std::string_view name);
aws::AwsError invalid_parameter(std::string_view message);
aws::AwsError invalid_parameter_value(std::string_view value, std::string_view parameter,
                                      std::string_view reason);
aws::AwsError invalid_fifo_id(std::string_view id, std::string_view parameter);
aws::AwsError no_deduplication_id();
aws::AwsError invalid_for_queue_type(std::string_view parameter);
aws::AwsError invalid_message_contents();
aws::AwsError receipt_handle_is_invalid(std::string_view handle);
aws::AwsError message_not_in_flight();
aws::AwsError over_limit(std::string_view message);
// Of move tasks.
aws::AwsError no_arn(std::string_view parameter);
aws::AwsError no_such_resource(std::string_view parameter);
aws::AwsError no_such_task();
aws::AwsError too_many_moves();
aws::AwsError out_of_range(std::string_view parameter, std::int64_t least, std::int64_t most);

aws::AwsError empty_batch(std::string_view entry_type);
aws::AwsError too_many_entries(std::size_t count);
aws::AwsError entry_ids_not_distinct(std::string_view id);
aws::AwsError invalid_entry_id();
aws::AwsError batch_too_long(std::size_t bytes);

}  // namespace loopgate::sqs
