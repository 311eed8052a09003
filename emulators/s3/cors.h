// Which pages of other origins a bucket's rules let read it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "aws/protocol/message.h"

namespace loopgate::s3 {

// The headers that answer a page of `origin` which uses `method`, by the first rule that fits; none
// when none does. `asked`: of a preflight, Access-Control-Request-Headers, all of which the rule
// must allow.
std::vector<aws::Header> cors_headers(const nlohmann::json& configuration, std::string_view origin,
                                      std::string_view method, std::string_view asked,
                                      bool is_preflight);

}  // namespace loopgate::s3
