// A service of a REST protocol as the front door sees it: which requests are its own, and the way
// from one to the operation and back, by the bindings of its shapes.
#pragma once

#include <memory>

#include "aws/protocol/route.h"
#include "emulators/http/api.h"
#include "emulators/http/dispatch.h"

namespace loopgate::http {

class RestCalls {
 public:
  // All outlive this; `access` may be null.
  RestCalls(ApiService& service, Random& random, Access* access = nullptr)
      : service_(service), random_(random), dispatcher_(random, access) {}

  // Whether the path begins with a word that paths of the service's operations begin with.
  bool owns(const Request& request) const;
  void handle(const Request& request, Caller caller, const std::shared_ptr<Exchange>& exchange);
  // The parameters of a request of `route`, checked, for what is answered by hand (streams).
  aws::Outcome<ApiCall> read(const aws::RestRoute& route, const Request& request, Caller caller);
  Response render(const aws::AwsError& error) const;

 private:
  aws::Rendering rendering(std::string request_id) const;

  ApiService& service_;
  Random& random_;
  Dispatcher dispatcher_;
};

}  // namespace loopgate::http
