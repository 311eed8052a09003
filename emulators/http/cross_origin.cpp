#include "emulators/http/cross_origin.h"

#include <string>
#include <utility>

#include "emulators/http/forwarding_exchange.h"

namespace loopgate::http {

namespace {

void add_headers(std::string_view origin, Response& response) {
  response.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
  response.headers.push_back({"Access-Control-Expose-Headers", "*"});
  response.headers.push_back({"Vary", "Origin"});
}

class ReadableExchange final : public ForwardingExchange {
 public:
  ReadableExchange(std::string origin, std::shared_ptr<Exchange> exchange)
      : ForwardingExchange(std::move(exchange)), origin_(std::move(origin)) {}
  void respond(Response response) override {
    add_headers(origin_, response);
    inner_->respond(std::move(response));
  }
  void begin_stream(Response head) override {
    add_headers(origin_, head);
    inner_->begin_stream(std::move(head));
  }

 private:
  std::string origin_;
};

}  // namespace

Response preflight(const Request& request) {
  Response response{204, {}, ""};
  response.headers.push_back(
      {"Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"});
  // "*" does not cover Authorization: what was asked for is named.
  if (const auto asked = request.header("Access-Control-Request-Headers"); !asked.empty()) {
    response.headers.push_back({"Access-Control-Allow-Headers", std::string(asked)});
  }
  // From a page of the internet to this machine (https://wicg.github.io/private-network-access/).
  if (request.header("Access-Control-Request-Private-Network") == "true") {
    response.headers.push_back({"Access-Control-Allow-Private-Network", "true"});
  }
  response.headers.push_back({"Access-Control-Max-Age", "600"});
  return response;
}

std::shared_ptr<Exchange> readable_by_origin(const Request& request,
                                             std::shared_ptr<Exchange> exchange) {
  const auto origin = request.header("Origin");
  if (origin.empty()) return exchange;
  return std::make_shared<ReadableExchange>(std::string(origin), std::move(exchange));
}

}  // namespace loopgate::http
