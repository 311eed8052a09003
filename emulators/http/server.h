// HTTP/1.1 server on the loop (Boost.Beast, in connection.cpp alone): keep-alive, one write per
// response, TCP_NODELAY, limits on headers, body and time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "emulators/http/message.h"
#include "io/loop.h"

namespace loopgate::http {

struct ServerLimits {
  std::size_t header_bytes = 64 * 1024;
  std::size_t body_bytes = 64 * 1024 * 1024;
  std::chrono::seconds idle{120};  // between requests, and while one is being read
  std::size_t connections = 4096;
  std::size_t stream_backlog = 16 * 1024 * 1024;  // bytes that a slow reader of a stream may lag
};

// What has come of a request's body so far, before the handler gets all of it: for those who pass a
// chunked body on while it is written. `target` is the request's path.
using BodyObserver = std::function<void(std::string_view target, std::string_view so_far)>;

class Server {
 public:
  // Port 0 picks a free one. The handler runs on the loop.
  static Result<std::unique_ptr<Server>> listen(io::Loop& loop, const Endpoint& local,
                                                Handler handler, ServerLimits limits = {});
  virtual ~Server() = default;  // closes every connection
  virtual Endpoint local() const = 0;
  virtual void observe_bodies(BodyObserver observer) = 0;
};

}  // namespace loopgate::http
