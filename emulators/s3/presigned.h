// URLs that somebody has signed for others to use until a moment.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
#pragma once

#include <string_view>

#include "base/time.h"
#include "emulators/s3/errors.h"

namespace loopgate::s3 {

// AccessDenied when its time is over, AuthorizationQueryParametersError when it was signed for
// longer than a week; nothing for a query that is not signed.
Outcome<void> check_presigned(std::string_view query, WallTime now);

}  // namespace loopgate::s3
