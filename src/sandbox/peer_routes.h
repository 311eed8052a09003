// Routes that tools made for other emulators look for: readiness, and a look into a queue.
#pragma once

#include "emulators/http/front_door.h"
#include "sandbox.h"

namespace loopgate {

class PeerRoutes {
 public:
  explicit PeerRoutes(Sandbox& sandbox) : sandbox_(sandbox) {}
  // GET /_localstack/health and GET /_aws/sqs/messages?QueueUrl=…
  void add_to(http::FrontDoor& door);

 private:
  http::Response health() const;
  http::Response messages(std::string_view query) const;

  Sandbox& sandbox_;
};

}  // namespace loopgate
