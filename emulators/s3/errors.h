// S3's errors, in its own words, with the elements that each carries.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aws/error.h"

namespace loopgate::s3 {

using aws::AwsError;
using aws::Outcome;

AwsError no_such_bucket(std::string_view bucket);
AwsError no_such_key(std::string_view key);
AwsError no_such_version(std::string_view key, std::string_view version);
AwsError no_such_upload(std::string_view upload);
AwsError invalid_bucket_name(std::string_view bucket);
AwsError invalid_argument(std::string message, std::string_view name = {},
                          std::string_view value = {});
AwsError invalid_request(std::string message);
AwsError malformed_xml();
AwsError key_too_long(std::size_t size);
AwsError entity_too_large(std::uint64_t proposed, std::uint64_t most);
AwsError incomplete_body();
AwsError bad_digest(std::string_view which);
AwsError precondition_failed(std::string_view condition);
AwsError not_modified();
AwsError invalid_range(std::string_view range, std::uint64_t size);
AwsError method_not_allowed(std::string_view method, std::string_view resource_type);
AwsError not_implemented(std::string_view header);

}  // namespace loopgate::s3
