// The one HTTP entrance to the account: finds out who calls which operation of which service in
// which protocol, decodes, calls, and renders the result, or the error in the form that this
// client's SDK reads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guard.h"
#include "base/random.h"
#include "emulators/http/api.h"
#include "emulators/http/caller.h"
#include "emulators/http/deferred_exchange.h"
#include "emulators/http/dispatch.h"
#include "emulators/http/shape.h"

namespace loopgate::http {

class FrontDoor {
 public:
  // Every answer goes through `defer`. `random` makes request ids.
  FrontDoor(Random& random, CallerDefaults defaults, Defer defer);

  // Every request runs behind it; it outlives the front door.
  void guard_by(Guard& guard) { guard_ = &guard; }

  // Services outlive the front door.
  void add(ApiService& service);
  void add(RestService& service);
  // Null when there is none of this name ("sns").
  ApiService* service(std::string_view name) const;
  std::string service_names() const;
  const std::string& base_url() const { return defaults_.base_url; }  // of the door itself
  // Requests to `prefix` itself and below it ("/_loopgate/"). The longest one wins; they go before
  // services.
  void add_path(std::string prefix, Handler handler);

  void handle(Request request, std::shared_ptr<Exchange> exchange);

 private:
  enum class Protocol { kQuery, kJson };
  struct Route {
    Protocol protocol;
    std::string operation;
    std::string form;               // Query's parameters
    ApiService* service = nullptr;  // null: not emulated here
    std::string service_name;       // as the client named it, for messages
  };

  const Handler* path_handler(std::string_view path) const;
  std::optional<Route> route(const Request& request) const;
  Route route_json(const Request& request, std::string_view target) const;
  Route route_query(const Request& request, std::string form, std::string action) const;
  ApiService* find_by_name(std::string_view name) const;
  ApiService* find_for_query(const Request& request, const Route& route) const;
  void handle_path(const Handler& handler, Request request, std::shared_ptr<Exchange> exchange);
  void call(RestService& service, Request request, std::shared_ptr<Exchange> exchange);
  void call(const Request& request, const Route& route, std::shared_ptr<Exchange> exchange);
  Response refuse_route(const Route& route, std::string_view request_id) const;
  Response unknown_path(const Request& request) const;

  Random& random_;
  CallerDefaults defaults_;
  Defer defer_;
  Dispatcher dispatcher_{random_};
  Guard* guard_ = nullptr;
  std::vector<ApiService*> services_;
  std::vector<RestService*> rest_services_;
  std::vector<std::pair<std::string, Handler>> paths_;
};

}  // namespace loopgate::http
