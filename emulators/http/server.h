// HTTP/1.1 server on the loop (Boost.Beast, in connection.cpp alone): keep-alive, one write per
// response, TCP_NODELAY, limits on headers, body and time. What is ambiguous HTTP is refused before
// it is read (head_check.h, connection.cpp), and every answer bears a Date and a request id.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "emulators/http/message.h"
#include "io/loop.h"

namespace loopgate::http {

struct ServerLimits {
  std::size_t header_bytes = 64 * 1024;
  std::size_t body_bytes = 64 * 1024 * 1024;
  std::chrono::seconds idle{120};  // between requests, and while one is being read
  std::size_t connections = 4096;  // at most half of the descriptors that the process may have
  std::size_t stream_backlog = 16 * 1024 * 1024;  // bytes that a slow reader of a stream may lag
  // A request has this long to come, and longer by what it brings at this rate: one that trickles
  // ends. Rate 0: as long as it likes (but see `idle`).
  std::chrono::seconds receive_grace{20};
  std::size_t receive_rate = 500;  // bytes a second
};

// What has come of a request's body so far, before the handler gets all of it: for those who pass a
// chunked body on while it is written. `target` is the request's path.
using BodyObserver = std::function<void(std::string_view target, std::string_view so_far)>;

// Where the body of a request goes, by its head.
using BodyPlanner = std::function<BodyPlan(const Request& head)>;

class Server {
 public:
  // Port 0 picks a free one. The handler runs on the loop. At the limit of connections the one that
  // has kept silent longest, with no request of its being answered, gives way to a new one.
  static Result<std::unique_ptr<Server>> listen(io::Loop& loop, const Endpoint& local,
                                                Handler handler, ServerLimits limits = {});
  virtual ~Server() = default;  // closes every connection
  virtual Endpoint local() const = 0;
  virtual void observe_bodies(BodyObserver observer) = 0;
  // `folder` is for the bodies that go to files, and for nothing else: it is emptied now.
  virtual void plan_bodies(std::string folder, BodyPlanner planner) = 0;
};

}  // namespace loopgate::http
