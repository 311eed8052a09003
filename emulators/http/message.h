// HTTP as the front door hands it on: whole requests, and an exchange that may answer later.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/protocol/message.h"
#include "base/ip_address.h"

namespace loopgate::http {

using aws::Header;
using Response = aws::HttpResponse;

class BodyFile;  // body_file.h

// Where the body of a request goes while it comes, and how much of it is taken.
struct BodyPlan {
  std::optional<std::uint64_t> limit = {};  // bytes; the server's own when it is missing
  bool to_file = false;                     // Request::body_file instead of Request::body
};

struct Request {
  std::string method = {};
  std::string path = {};   // percent-encoding kept
  std::string query = {};  // after '?', percent-encoding kept
  std::vector<Header> headers = {};
  std::string body = {};
  // Instead of `body`, for routes whose plan says so; never null for those.
  std::shared_ptr<BodyFile> body_file = {};
  Endpoint from = {};

  // Case-insensitive; empty when it is missing.
  std::string_view header(std::string_view name) const { return aws::header_value(headers, name); }
  aws::RequestView view() const { return {method, path, query, headers, body}; }
};

// One request being answered. May be kept; the first call of `respond` or `begin_stream` decides.
// Dropping it unanswered answers 500.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual void respond(Response response) = 0;
  // A body that comes in pieces, chunked unless the head has a Content-Length: then it is as long
  // as that, or broken off. `head.body` is ignored.
  virtual void begin_stream(Response head) = 0;
  // False when the client has gone or lags by more than the server's limit.
  virtual bool write(std::string_view chunk) = 0;
  virtual void end_stream() = 0;
  // Called from the loop whenever the head of a begun stream, or all that was written to it since,
  // has been taken by the kernel: whoever has much to say writes a piece at each call, and waits
  // for as long as its reader takes. Set before `begin_stream`.
  virtual void on_drained(std::function<void()> callback) = 0;
  // The client went away before the answer was complete.
  virtual void on_closed(std::function<void()> callback) = 0;
  // Whether the client is still there, looked at now: it may have gone in this very turn.
  virtual bool is_awaited() const { return true; }
  // The client broke its connection off without having read all of the answer. Set before
  // `respond`.
  virtual void on_unread(std::function<void()>) {}
};

using Handler = std::function<void(Request, std::shared_ptr<Exchange>)>;

}  // namespace loopgate::http
