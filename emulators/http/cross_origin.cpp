#include "emulators/http/cross_origin.h"

#include <string>
#include <utility>

namespace loopgate::http {

namespace {

void add_headers(std::string_view origin, Response& response) {
  response.headers.push_back({"Access-Control-Allow-Origin", std::string(origin)});
  response.headers.push_back({"Access-Control-Expose-Headers", "*"});
  response.headers.push_back({"Vary", "Origin"});
}

class ReadableExchange final : public Exchange {
 public:
  ReadableExchange(std::string origin, std::shared_ptr<Exchange> exchange)
      : origin_(std::move(origin)), exchange_(std::move(exchange)) {}
  void respond(Response response) override {
    add_headers(origin_, response);
    exchange_->respond(std::move(response));
  }
  void begin_stream(Response head) override {
    add_headers(origin_, head);
    exchange_->begin_stream(std::move(head));
  }
  bool write(std::string_view chunk) override { return exchange_->write(chunk); }
  void end_stream() override { exchange_->end_stream(); }
  void on_drained(std::function<void()> callback) override {
    exchange_->on_drained(std::move(callback));
  }
  void on_closed(std::function<void()> callback) override {
    exchange_->on_closed(std::move(callback));
  }

 private:
  std::string origin_;
  std::shared_ptr<Exchange> exchange_;
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
