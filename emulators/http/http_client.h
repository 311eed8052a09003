// Requests that leave from inside the loop: HTTP deliveries, hooks. One connection each, no
// redirects. Where they may go is for the caller to decide.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "emulators/http/message.h"
#include "io/loop.h"

namespace loopgate::http {

struct Url {
  std::string host;  // without brackets
  std::string port = "80";
  std::string target = "/";  // path and query

  // "http://host[:port][/path][?query]". Other schemes, user names and line breaks are refused.
  static Result<Url> parse(std::string_view text);
  std::string authority() const;  // as in the Host header
};

struct HttpClientRequest {
  std::string method = "POST";
  std::string url;
  std::vector<Header> headers = {};  // Host and Content-Length are added
  std::string body = {};
  std::chrono::milliseconds timeout{15'000};      // of the whole exchange, in real time
  std::size_t response_limit = 16 * 1024 * 1024;  // bytes of the answer's body
};

// `done` is called exactly once, in a later turn.
void http_request(io::Loop& loop, HttpClientRequest request,
                  std::move_only_function<void(Result<Response>)> done);

}  // namespace loopgate::http
