// A request to a function's URL as the event that the function gets, and what it answers as HTTP.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "emulators/http/message.h"

namespace loopgate::lambda {

struct UrlRequest {
  const http::Request& request;
  std::string url_id;
  std::string request_id;
  WallTime now;
};

// JSON, in payload format 2.0.
std::string url_event(const UrlRequest& request);

// A document with a statusCode is a response with headers, cookies and body; anything else is the
// body.
http::Response url_response(std::string_view payload);

}  // namespace loopgate::lambda
