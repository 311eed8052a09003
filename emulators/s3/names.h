#pragma once

#include <string>
#include <string_view>

namespace loopgate::s3 {

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
bool is_bucket_name(std::string_view name);

std::string bucket_arn(std::string_view bucket);                        // arn:aws:s3:::bucket
std::string object_arn(std::string_view bucket, std::string_view key);  // arn:aws:s3:::bucket/key

// The bucket that a host names before the endpoint's own: "photos" of "photos.localhost:4566",
// "photos.s3.us-west-2.localhost" and "photos.s3.us-west-2.amazonaws.com"; "a.b" of
// "a.b.s3.localhost". Empty when it names none, like "s3.localhost".
std::string_view bucket_of_host(std::string_view host);

}  // namespace loopgate::s3
