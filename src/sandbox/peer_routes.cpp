#include "sandbox/peer_routes.h"

#include "base/json.h"
#include "base/version.h"
#include "sandbox/query.h"

namespace loopgate {

void PeerRoutes::add_to(http::FrontDoor& door) {
  door.add_path("/_localstack/health",
                [this](http::Request, auto exchange) { exchange->respond(health()); },
                {.is_page = true});
  door.add_path(
      "/_aws/sqs/messages",
      [this](http::Request request, auto exchange) { exchange->respond(messages(request.query)); },
      {.is_page = true});
}

http::Response PeerRoutes::health() const {
  nlohmann::ordered_json services;
  for (const auto name : sandbox_.service_names()) services[std::string(name)] = "running";
  const nlohmann::ordered_json body = {
      {"services", services}, {"edition", "loopgate"}, {"version", version()}};
  return http::Response::json(200, write_json(body) + "\n");
}

http::Response PeerRoutes::messages(std::string_view query) const {
  const auto found = sandbox_.peek_queue(query_parameter(query, "QueueUrl"));
  if (found) return http::Response::json(200, write_json(*found) + "\n");
  const nlohmann::json refusal = {{"error", found.error().message}};
  return http::Response::json(404, write_json(refusal) + "\n");
}

}  // namespace loopgate
