// The one HTTP entrance to the account: decides who may come in, finds out who calls which
// operation of which service in which protocol, decodes, calls, and renders the result, or the
// error in the form that this client's SDK reads.
//
// A request belongs to, in this order: a reserved path ("/_loopgate/…"); the service of its
// X-Amz-Target; the service that its signature names; a REST service by host, then by path; the
// service of its Query parameters. What it carries more does not move it: an S3 object may be named
// like a queue.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/guard.h"
#include "base/random.h"
#include "emulators/http/admission.h"
#include "emulators/http/api.h"
#include "emulators/http/caller.h"
#include "emulators/http/deferred_exchange.h"
#include "emulators/http/dispatch.h"
#include "emulators/http/shape.h"

namespace loopgate::http {

// What there is to know of a path beside who answers it.
struct PathTraits {
  bool is_page = false;       // its GETs change nothing and are to be looked at: see refuse_page
  bool has_own_cors = false;  // see RestService::has_own_cors
  BodyPlan body = {};
};

class FrontDoor {
 public:
  // Every answer goes through `defer`. `random` makes request ids.
  FrontDoor(Random& random, CallerDefaults defaults, Defer defer, Admission admission = {});

  // Every request runs behind it; it outlives the front door.
  void guard_by(Guard& guard) { guard_ = &guard; }
  // Who calls, and whether they may; it outlives the front door. None: everybody may.
  void ask(Access& access) {
    access_ = &access;
    dispatcher_.ask(access);
  }

  // Services outlive the front door.
  void add(ApiService& service);
  void add(RestService& service);
  // Null when there is none of this name ("sns").
  ApiService* service(std::string_view name) const;
  std::string service_names() const;
  const std::string& base_url() const { return defaults_.base_url; }  // of the door itself
  // Requests to `prefix` itself and below it ("/_loopgate/"). The longest one wins; they go before
  // services.
  void add_path(std::string prefix, Handler handler, PathTraits traits = {});

  // For a request of which only the head has come.
  BodyPlan body_plan(const Request& head) const;
  void handle(Request request, std::shared_ptr<Exchange> exchange);

 private:
  struct Path {
    std::string prefix;
    Handler handler;
    PathTraits traits;
  };
  // In which form the client reads an error.
  enum class Dialect { kPlain, kJson, kQuery };
  // Where a request goes: to one of three, or, with none of them, nowhere.
  struct Route {
    const Path* path = nullptr;
    RestService* rest = nullptr;
    ApiService* service = nullptr;
    Dialect dialect = Dialect::kPlain;
    std::string service_name = {};  // as its signature or target names it; may be empty
    std::string operation = {};     // of JSON and Query
    std::string form = {};          // Query's parameters
    bool answers_json = false;      // of Query: the client accepts JSON alone

    bool is_page() const { return path != nullptr && path->traits.is_page; }
    bool has_own_cors() const {
      return path != nullptr ? path->traits.has_own_cors : rest != nullptr && rest->has_own_cors();
    }
  };

  Route route(const Request& request) const;
  Route route_json(const Request& request, std::string_view target) const;
  Route route_query(const Request& request, std::string signed_for) const;
  const Path* find_path(std::string_view path) const;
  RestService* find_rest(const Request& request, std::string_view signed_for) const;
  ApiService* find_by_name(std::string_view name) const;
  bool is_queue(const Request& request, const Route& route) const;
  ApiService* find_for_query(const Request& request, const Route& route) const;

  std::optional<aws::AwsError> refuse_entry(const Request& request, const Route& route) const;
  void dispatch(const Route& route, Request request, std::shared_ptr<Exchange> exchange);
  void handle_path(const Handler& handler, Request request, std::shared_ptr<Exchange> exchange);
  void call(RestService& service, Request request, std::shared_ptr<Exchange> exchange);
  void call(const Request& request, const Route& route, std::shared_ptr<Exchange> exchange);
  aws::Outcome<Caller> identify(const Request& request, std::string_view action = {}) const;
  Response nothing_there(const Request& request, const Route& route);
  Response render_error(const Route& route, const aws::AwsError& error);

  Random& random_;
  CallerDefaults defaults_;
  Defer defer_;
  Dispatcher dispatcher_{random_};
  Admission admission_;
  Guard* guard_ = nullptr;
  Access* access_ = nullptr;
  std::vector<ApiService*> services_;
  std::vector<RestService*> rest_services_;
  std::vector<Path> paths_;
};

}  // namespace loopgate::http
