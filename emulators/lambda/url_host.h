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

struct UrlTarget {
  FunctionPtr function;   // $LATEST's configuration; null when the host is none's
  std::string qualifier;  // the alias; may be empty
};
UrlTarget target_of_host(Functions& functions, std::string_view host);
// Whether everybody may call it: its AuthType is NONE, and its policy says so.
bool is_public(const UrlTarget& target);
bool is_function_host(std::string_view host);

}  // namespace loopgate::lambda
