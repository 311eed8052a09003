#include "emulators/http/front_door.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "emulators/http/cross_origin.h"
#include "emulators/http/guarded.h"
#include "emulators/http/protocol.h"
#include "emulators/http/unknown_service.h"

namespace loopgate::http {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxEchoed = 200;  // of what the client sent, in messages

std::string shortened(std::string_view text) {
  return std::string(text.substr(0, kMaxEchoed));
}

Response message_as_json(int status, const std::string& message) {
  const json body{{"message", message}};
  return Response::json(status, write_json(body));
}

constexpr const char* kNotKept =
    "the change could not be stored and was undone; see the log of the sandbox";

// How the paths of our own say that they failed.
Response failed_path(const std::string& sentence) {
  return Response::json(500, write_json(json{{"error", sentence}, {"message", sentence}}));
}

// "/123456789012/name": a queue's URL, to which SQS clients send.
bool is_queue_path(std::string_view path) {
  return path.size() > 14 && path[0] == '/' && path[13] == '/' &&
         is_account_id(path.substr(1, 12)) && path.find('/', 14) == std::string_view::npos;
}

}  // namespace

Response RestService::render(const aws::AwsError& error) const {
  return message_as_json(error.status, error.message);
}

FrontDoor::FrontDoor(Random& random, CallerDefaults defaults, Defer defer)
    : random_(random), defaults_(std::move(defaults)), defer_(std::move(defer)) {}

void FrontDoor::add(ApiService& service) {
  services_.push_back(&service);
}
void FrontDoor::add(RestService& service) {
  rest_services_.push_back(&service);
}

void FrontDoor::add_path(std::string prefix, Handler handler) {
  paths_.emplace_back(std::move(prefix), std::move(handler));
  std::ranges::stable_sort(paths_, std::ranges::greater{},
                           [](const auto& path) { return path.first.size(); });
}

void FrontDoor::handle(Request request, std::shared_ptr<Exchange> exchange) {
  if (!origin_is_allowed(request)) return exchange->respond(foreign_origin());
  exchange = readable_by_origin(request, std::move(exchange));
  if (request.method == "OPTIONS") return exchange->respond(preflight(request));

  if (const Handler* handler = path_handler(request.path)) {
    return handle_path(*handler, std::move(request), std::move(exchange));
  }
  for (RestService* service : rest_services_) {
    if (service->owns(request)) return call(*service, std::move(request), std::move(exchange));
  }
  if (const auto found = route(request)) return call(request, *found, std::move(exchange));
  exchange->respond(unknown_path(request));
}

void FrontDoor::handle_path(const Handler& handler, Request request,
                            std::shared_ptr<Exchange> exchange) {
  const auto name = request.method + " " + shortened(request.path);
  answer_guarded(
      guard_, {"the path", name},
      deferred(std::move(exchange), defer_, [] { return failed_path(kNotKept); }),
      [](const std::string& thrown) { return failed_path("internal error: " + thrown); },
      [&](auto answer) { handler(std::move(request), std::move(answer)); });
}

const Handler* FrontDoor::path_handler(std::string_view path) const {
  for (const auto& [prefix, handler] : paths_) {
    if (!path.starts_with(prefix)) continue;
    const bool whole =
        path.size() == prefix.size() || prefix.ends_with('/') || path[prefix.size()] == '/';
    if (whole && (prefix != "/" || path == "/")) return &handler;
  }
  return nullptr;
}

// --- which operation -----------------------------------------------------------------------------

std::optional<FrontDoor::Route> FrontDoor::route(const Request& request) const {
  if (const auto target = request.header("X-Amz-Target"); !target.empty()) {
    return route_json(request, target);
  }
  if (request.method != "POST" && request.method != "GET") return std::nullopt;
  for (const std::string* form : {&request.body, &request.query}) {
    if (form == &request.body && request.method == "GET") continue;
    if (auto action = form_value(*form, "Action"))
      return route_query(request, *form, *std::move(action));
  }
  return std::nullopt;
}

FrontDoor::Route FrontDoor::route_json(const Request& request, std::string_view target) const {
  const auto dot = target.rfind('.');
  const auto prefix = target.substr(0, dot);
  Route route{.protocol = Protocol::kJson,
              .operation = dot == std::string_view::npos ? std::string()
                                                         : std::string(target.substr(dot + 1)),
              .form = {},
              .service = nullptr,
              .service_name = std::string(prefix)};
  for (ApiService* service : services_) {
    const auto& model = service->model();
    if (!model.target_prefix.empty() && model.target_prefix == prefix) route.service = service;
  }
  if (const auto scope = credential_scope(request); scope && route.service == nullptr) {
    route.service_name = scope->service;
  }
  return route;
}

FrontDoor::Route FrontDoor::route_query(const Request& request, std::string form,
                                        std::string action) const {
  Route route{.protocol = Protocol::kQuery,
              .operation = std::move(action),
              .form = std::move(form),
              .service = nullptr,
              .service_name = {}};
  if (const auto scope = credential_scope(request)) route.service_name = scope->service;
  route.service = find_for_query(request, route);
  // The oldest clients name the queue by the path alone.
  if (is_queue_path(request.path) && !form_value(route.form, "QueueUrl")) {
    route.form += "&QueueUrl=" + identify_caller(request, defaults_).base_url + request.path;
  }
  return route;
}

ApiService* FrontDoor::service(std::string_view name) const {
  if (auto* const found = find_by_name(name)) return found;
  for (RestService* service : rest_services_) {
    if (service->name() == name) return service->operations();
  }
  return nullptr;
}

ApiService* FrontDoor::find_by_name(std::string_view name) const {
  const auto found = std::ranges::find_if(
      services_, [name](const ApiService* service) { return service->model().name == name; });
  return found == services_.end() ? nullptr : *found;
}

// By what is said most exactly: the signature, the API's version, the host, the path; at last the
// action.
ApiService* FrontDoor::find_for_query(const Request& request, const Route& route) const {
  if (!route.service_name.empty()) return find_by_name(route.service_name);
  if (const auto version = form_value(route.form, "Version")) {
    for (ApiService* service : services_) {
      if (service->model().version == *version) return service;
    }
  }
  for (ApiService* service : services_) {
    if (host_names_service(request.header("Host"), service->model().name)) return service;
  }
  if (is_queue_path(request.path)) return find_by_name("sqs");
  for (ApiService* service : services_) {
    if (service->model().find(route.operation)) return service;
  }
  return nullptr;
}

// --- the call ------------------------------------------------------------------------------------

void FrontDoor::call(const Request& request, const Route& route,
                     std::shared_ptr<Exchange> exchange) {
  const auto request_id = random_.uuid();
  if (route.service == nullptr || !route.service->has(route.operation)) {
    return exchange->respond(refuse_route(route, request_id));
  }
  const auto operation = *route.service->model().find(route.operation);
  const bool is_json = route.protocol == Protocol::kJson;
  const aws::Rendering rendering{.service = route.service->model(),
                                 .protocol = is_json ? aws::Protocol::kJson : aws::Protocol::kQuery,
                                 .request_id = request_id,
                                 .query_mode = request.header("x-amzn-query-mode") == "true"};
  auto params = is_json ? decode_json_params(operation, request.body)
                        : decode_query_params(operation, route.form);
  if (!params) return exchange->respond(rendering.error(params.error()));

  const auto failure = [rendering](const std::string& what) {
    return rendering.error(aws::internal_failure(what));
  };
  ApiCall api_call{.operation = std::string(operation.name()),
                   .params = *std::move(params),
                   .caller = identify_caller(request, defaults_),
                   .request_id = request_id};
  answer_guarded(
      guard_, {rendering.service.name, operation.name()},
      deferred(exchange, defer_, [failure] { return failure(kNotKept); }), failure,
      [&](std::shared_ptr<Exchange> answer) {
        ApiReply reply = [rendering, operation, answer](ApiResult result) {
          answer->respond(result ? rendering.result(operation, *result)
                                 : rendering.error(result.error()));
        };
        if (auto abandon = dispatcher_.call(*route.service, operation, rendering.protocol,
                                            std::move(api_call), std::move(reply))) {
          exchange->on_closed(std::move(abandon));
        }
      });
}

void FrontDoor::call(RestService& service, Request request, std::shared_ptr<Exchange> exchange) {
  const auto name = request.method + " " + shortened(request.path);
  const auto failure = [&service](const std::string& what) {
    return service.render(aws::internal_failure(what));
  };
  auto caller = identify_caller(request, defaults_);
  answer_guarded(guard_, {"the call", name},
                 deferred(std::move(exchange), defer_, [failure] { return failure(kNotKept); }),
                 failure, [&](auto answer) {
                   service.handle(std::move(request), std::move(caller), std::move(answer));
                 });
}

Response FrontDoor::refuse_route(const Route& route, std::string_view request_id) const {
  const bool is_json = route.protocol == Protocol::kJson;
  if (route.service == nullptr) {
    return refuse_unknown_service({.target_prefix = is_json ? route.service_name : "",
                                   .signed_for = route.service_name,
                                   .version = form_value(route.form, "Version").value_or(""),
                                   .operation = route.operation,
                                   .is_json = is_json},
                                  service_names(), request_id);
  }
  const auto& model = route.service->model();
  const auto message =
      model.find(route.operation)
          ? not_emulated(*route.service, route.operation)
          : fmt::format("The action {} is not valid for this endpoint. {} has here: {}.",
                        shortened(route.operation), model.id, operation_names(*route.service));
  const aws::Rendering rendering{.service = model,
                                 .protocol = is_json ? aws::Protocol::kJson : aws::Protocol::kQuery,
                                 .request_id = std::string(request_id)};
  return rendering.error(aws::unknown_operation(rendering.protocol, message));
}

Response FrontDoor::unknown_path(const Request& request) const {
  const auto scope = credential_scope(request);
  if (scope || request.path.starts_with("/service/")) {
    return refuse_unknown_service({.signed_for = scope ? scope->service : std::string_view(),
                                   .method = request.method,
                                   .path = request.path,
                                   .query = request.query},
                                  service_names(), random_.uuid());
  }
  std::string paths;
  for (const auto& path : paths_) paths += (paths.empty() ? "" : ", ") + path.first;
  return message_as_json(
      404, fmt::format("nothing answers {} {} here. Services: {}. Paths: {}.",
                       shortened(request.method), shortened(request.path), service_names(), paths));
}

std::string FrontDoor::service_names() const {
  std::vector<std::string_view> names;
  for (const ApiService* service : services_) names.push_back(service->model().name);
  for (const RestService* service : rest_services_) names.push_back(service->name());
  std::ranges::sort(names);
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace loopgate::http
