// The head of an HTTP/1.1 answer as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "emulators/http/message.h"

namespace loopgate::http {

struct Framing {
  bool keep_alive = true;
  bool http_1_0 = false;  // of the request: keep-alive must be said, chunks are unknown
  enum class Body { kLength, kChunked, kUntilClose };
  Body body = Body::kLength;
  // Of kLength, where the body itself is not in the response: of a stream, or for HEAD.
  std::optional<std::uint64_t> length = {};
};

// What a response says in a header Content-Length of its own: that its body, which comes as a
// stream or which HEAD leaves out, has so many bytes.
std::optional<std::uint64_t> announced_length(const Response& response);

// What every answer bears, unless it says its own: when it was made, and by which id logs and
// people find it (of any of AWS's headers for that, x-amzn-RequestId).
struct Stamp {
  std::string_view date;
  std::string_view request_id;
};

// RFC 9112: status line and headers with the empty line. Line breaks within names and values are
// taken out. What frames the body (Content-Length, Transfer-Encoding, Connection) is ours: headers
// of `response` that say otherwise are left out.
std::string response_head(const Response& response, const Framing& framing, const Stamp& stamp);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 §5.6.7).
std::string http_date(WallTime time);

// RFC 9110 §6.4.1: 1xx, 204 and 304 have none.
bool may_have_body(int status);

std::string_view reason_phrase(int status);

}  // namespace loopgate::http
