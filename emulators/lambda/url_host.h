// The host under which a function's URL is reached: "ID.lambda-url.REGION.localhost", which names
// the machine itself, on the port of the front door.
#pragma once

#include <string>
#include <string_view>

#include "emulators/lambda/functions.h"

namespace loopgate::lambda {

inline constexpr std::size_t kUrlIdDigits = 32;

// "http://ID.lambda-url.us-west-2.localhost:4566/"
std::string function_url(Functions& functions, const std::string& arn, const UrlConfig& url);

// The qualified ARN of the function whose URL has this Host; empty when it is none's.
std::string function_of_host(Functions& functions, std::string_view host);
bool is_function_host(std::string_view host);

}  // namespace loopgate::lambda
