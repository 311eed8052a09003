#include "emulators/http/front_door.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/text.h"
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

// For SDKs of the REST protocols (x-amzn-ErrorType, message), for our own verbs (error), and for
// people.
Response error_as_json(const aws::AwsError& error) {
  const json body{{"error", error.message}, {"message", error.message}};
  auto response = Response::json(error.status, write_json(body) + "\n");
  response.headers.push_back({"x-amzn-ErrorType", error.code});
  return response;
}

constexpr const char* kNotKept =
    "the change could not be stored and was undone; see the log of the sandbox";

// How the paths of our own say that they failed.
Response failed_path(const std::string& sentence) {
  return error_as_json(aws::internal_failure(sentence));
}

// "/123456789012/name": a queue's URL, to which SQS clients send.
bool is_queue_path(std::string_view path) {
  return path.size() > 14 && path[0] == '/' && path[13] == '/' &&
         is_account_id(path.substr(1, 12)) && path.find('/', 14) == std::string_view::npos;
}

bool takes_queue(const aws::OperationModel& operation) {
  const auto input = operation.input();
  return input && input->find("QueueUrl");
}

aws::AwsError not_for_this_endpoint(aws::Protocol protocol, std::string_view operation) {
  return aws::unknown_operation(
      protocol, fmt::format("The action {} is not valid for this endpoint.", shortened(operation)));
}

}  // namespace

Response RestService::render(const aws::AwsError& error) const {
  return error_as_json(error);
}

FrontDoor::FrontDoor(Random& random, CallerDefaults defaults, Defer defer, Admission admission)
    : random_(random),
      defaults_(std::move(defaults)),
      defer_(std::move(defer)),
      admission_(std::move(admission)) {}

void FrontDoor::add(ApiService& service) {
  services_.push_back(&service);
}
void FrontDoor::add(RestService& service) {
  rest_services_.push_back(&service);
}

void FrontDoor::add_path(std::string prefix, Handler handler, PathTraits traits) {
  paths_.push_back({std::move(prefix), std::move(handler), traits});
  std::ranges::stable_sort(paths_, std::ranges::greater{},
                           [](const Path& path) { return path.prefix.size(); });
}

void FrontDoor::handle(Request request, std::shared_ptr<Exchange> exchange) {
  const auto found = route(request);
  if (const auto refused = refuse_entry(request, found)) {
    return exchange->respond(render_error(found, *refused));
  }
  if (!found.has_own_cors()) {
    exchange = readable_by_origin(request, std::move(exchange));
    if (request.method == "OPTIONS") return exchange->respond(preflight(request));
  }
  dispatch(found, std::move(request), std::move(exchange));
}

std::optional<aws::AwsError> FrontDoor::refuse_entry(const Request& request,
                                                     const Route& route) const {
  if (auto refused = refuse_host(request, admission_)) return refused;
  if (auto refused = refuse_page(request, admission_, route.is_page())) return refused;
  // An image or a link is all that it takes to send one, and it may say nothing of its page.
  if (route.dialect == Dialect::kQuery && request.method == "GET" && is_from_browser(request)) {
    return aws::AwsError{"ForeignPage",
                         fmt::format("a browser may not call {} by GET, which any link or image "
                                     "can do: use POST",
                                     shortened(route.operation)),
                         403,
                         {}};
  }
  return std::nullopt;
}

BodyPlan FrontDoor::body_plan(const Request& head) const {
  const auto found = route(head);
  if (found.path != nullptr) return found.path->traits.body;
  return found.rest != nullptr ? found.rest->body_plan(head) : BodyPlan{};
}

void FrontDoor::dispatch(const Route& route, Request request, std::shared_ptr<Exchange> exchange) {
  if (route.path != nullptr) {
    return handle_path(route.path->handler, std::move(request), std::move(exchange));
  }
  if (route.rest != nullptr) return call(*route.rest, std::move(request), std::move(exchange));
  call(request, route, std::move(exchange));
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

// --- whose it is ---------------------------------------------------------------------------------

FrontDoor::Route FrontDoor::route(const Request& request) const {
  if (const Path* path = find_path(request.path)) return {.path = path};
  if (const auto target = request.header("X-Amz-Target"); !target.empty()) {
    return route_json(request, target);
  }
  const auto scope = credential_scope(request);
  auto signed_for = scope ? scope->service : std::string();
  if (RestService* rest = find_rest(request, signed_for)) return {.rest = rest};
  return route_query(request, std::move(signed_for));
}

const FrontDoor::Path* FrontDoor::find_path(std::string_view path) const {
  for (const auto& candidate : paths_) {
    const auto& prefix = candidate.prefix;
    if (!path.starts_with(prefix)) continue;
    const bool whole =
        path.size() == prefix.size() || prefix.ends_with('/') || path[prefix.size()] == '/';
    if (whole && (prefix != "/" || path == "/")) return &candidate;
  }
  return nullptr;
}

RestService* FrontDoor::find_rest(const Request& request, std::string_view signed_for) const {
  const auto find = [&](auto is_meant) {
    const auto found = std::ranges::find_if(rest_services_, [&](const RestService* service) {
      return is_meant(*service) && service->owns(request);
    });
    return found == rest_services_.end() ? nullptr : *found;
  };
  if (!signed_for.empty()) {
    return find([&](const RestService& service) { return service.name() == signed_for; });
  }
  const auto host = request.header("Host");
  if (auto* by_host = find(
          [&](const RestService& service) { return host_names_service(host, service.name()); })) {
    return by_host;
  }
  return find([](const RestService&) { return true; });
}

FrontDoor::Route FrontDoor::route_json(const Request& request, std::string_view target) const {
  const auto dot = target.rfind('.');
  const auto prefix = target.substr(0, dot);
  Route route{.dialect = Dialect::kJson, .service_name = std::string(prefix)};
  if (dot != std::string_view::npos) route.operation = target.substr(dot + 1);
  for (ApiService* service : services_) {
    const auto& model = service->model();
    if (!model.target_prefix.empty() && model.target_prefix == prefix) route.service = service;
  }
  if (const auto scope = credential_scope(request); scope && route.service == nullptr) {
    route.service_name = scope->service;
  }
  return route;
}

FrontDoor::Route FrontDoor::route_query(const Request& request, std::string signed_for) const {
  Route route{.service_name = std::move(signed_for)};
  const bool is_post = request.method == "POST";
  if (!is_post && request.method != "GET") return route;
  for (const std::string* form : {&request.body, &request.query}) {
    if (form == &request.body && !is_post) continue;
    auto action = form_value(*form, "Action");
    if (!action) continue;
    route.dialect = Dialect::kQuery;
    route.operation = *std::move(action);
    route.form = *form;
    route.service = find_for_query(request, route);
    route.answers_json = request.header("Accept").contains("application/json");
    break;
  }
  // The oldest clients name the queue by the path alone.
  if (is_queue(request, route) && !form_value(route.form, "QueueUrl")) {
    route.form += "&QueueUrl=" + identify_caller(request, defaults_).base_url + request.path;
  }
  return route;
}

// The path names a queue, as queues' URLs do.
bool FrontDoor::is_queue(const Request& request, const Route& route) const {
  return route.service != nullptr && route.service == find_by_name("sqs") &&
         is_queue_path(request.path);
}

namespace {

// "dynamodbstreams" of "DynamoDB Streams": as those call a service that signs with another's name.
std::string name_of_id(std::string_view id) {
  auto out = codec::lower(id);
  std::erase(out, ' ');
  return out;
}

}  // namespace

ApiService* FrontDoor::service(std::string_view name) const {
  if (auto* const found = find_by_name(name)) return found;
  for (ApiService* service : services_) {
    if (name_of_id(service->model().id) == name) return service;
  }
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

aws::Outcome<Caller> FrontDoor::identify(const Request& request, std::string_view action) const {
  auto caller = identify_caller(request, defaults_);
  if (access_ == nullptr) return caller;
  auto session = access_->identify(request, action);
  if (!session) return aws::refuse(std::move(session.error()));
  if (*session != nullptr) {
    caller.account = (*session)->account;
    caller.session = *std::move(session);
  }
  return caller;
}

void FrontDoor::call(const Request& request, const Route& route,
                     std::shared_ptr<Exchange> exchange) {
  if (route.service == nullptr || !route.service->has(route.operation)) {
    return exchange->respond(nothing_there(request, route));
  }
  const auto request_id = random_.uuid();
  const auto operation = *route.service->model().find(route.operation);
  const bool is_json = route.dialect == Dialect::kJson;
  if (!is_json && is_queue(request, route) && !takes_queue(operation)) {
    return exchange->respond(
        render_error(route, not_for_this_endpoint(aws::Protocol::kQuery, route.operation)));
  }
  const aws::Rendering rendering{.service = route.service->model(),
                                 .protocol = is_json ? aws::Protocol::kJson : aws::Protocol::kQuery,
                                 .request_id = request_id,
                                 .query_as_json = route.answers_json};
  auto params = is_json ? decode_json_params(operation, request.body)
                        : decode_query_params(operation, route.form);
  if (!params) return exchange->respond(rendering.error(params.error()));
  auto caller = identify(request, fmt::format("{}:{}", rendering.service.name, operation.name()));
  if (!caller) return exchange->respond(rendering.error(caller.error()));

  const auto failure = [rendering](const std::string& what) {
    return rendering.error(aws::internal_failure(what));
  };
  ApiCall api_call{.operation = std::string(operation.name()),
                   .params = *std::move(params),
                   .caller = *std::move(caller),
                   .request_id = request_id,
                   .trace_header = std::string(request.header("X-Amzn-Trace-Id"))};
  answer_guarded(
      guard_, {rendering.service.name, operation.name()},
      deferred(exchange, defer_, [failure] { return failure(kNotKept); }), failure,
      [&](std::shared_ptr<Exchange> answer) {
        api_call.exchange = answer;
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
  auto caller = identify(request);
  if (!caller) return exchange->respond(service.render(caller.error()));
  answer_guarded(guard_, {"the call", name},
                 deferred(std::move(exchange), defer_, [failure] { return failure(kNotKept); }),
                 failure, [&](auto answer) {
                   service.handle(std::move(request), *std::move(caller), std::move(answer));
                 });
}

// Of a request that nobody here answers: what was asked for, and what there is.
Response FrontDoor::nothing_there(const Request& request, const Route& route) {
  const bool is_json = route.dialect == Dialect::kJson;
  if (route.service != nullptr) {
    const auto& model = route.service->model();
    const auto protocol = is_json ? aws::Protocol::kJson : aws::Protocol::kQuery;
    return render_error(
        route, model.find(route.operation)
                   ? aws::unknown_operation(protocol, not_emulated(*route.service, route.operation))
                   : not_for_this_endpoint(protocol, route.operation));
  }
  if (route.dialect != Dialect::kPlain || !route.service_name.empty() ||
      request.path.starts_with("/service/")) {
    const auto target = request.header("X-Amz-Target");
    return refuse_unknown_service({.target_prefix = target.substr(0, target.rfind('.')),
                                   .signed_for = route.service_name,
                                   .version = form_value(route.form, "Version").value_or(""),
                                   .operation = route.operation,
                                   .method = request.method,
                                   .path = request.path,
                                   .query = request.query,
                                   .is_json = is_json},
                                  service_names(), random_.uuid());
  }
  if (is_queue_path(request.path) && find_by_name("sqs") != nullptr) {
    return {.status = 404, .body = "<UnknownOperationException/>\n"};  // as AWS, without a type
  }
  std::string paths;
  for (const auto& path : paths_) paths += (paths.empty() ? "" : ", ") + path.prefix;
  return error_as_json(
      {"UnknownOperationException",
       fmt::format("nothing answers {} {} here. Services: {}. Paths: {}.",
                   shortened(request.method), shortened(request.path), service_names(), paths),
       404,
       {}});
}

Response FrontDoor::render_error(const Route& route, const aws::AwsError& error) {
  if (route.rest != nullptr) return route.rest->render(error);
  if (route.dialect == Dialect::kPlain) return error_as_json(error);
  ServiceModel nobody{};
  nobody.json_version = "1.0";
  const bool is_json = route.dialect == Dialect::kJson;
  return aws::Rendering{.service = route.service == nullptr ? nobody : route.service->model(),
                        .protocol = is_json ? aws::Protocol::kJson : aws::Protocol::kQuery,
                        .request_id = random_.uuid(),
                        .query_as_json = route.answers_json}
      .error(error);
}

std::string FrontDoor::service_names() const {
  std::vector<std::string_view> names;
  for (const ApiService* service : services_) names.push_back(service->model().name);
  for (const RestService* service : rest_services_) names.push_back(service->name());
  std::ranges::sort(names);
  const auto twice = std::ranges::unique(names);
  names.erase(twice.begin(), twice.end());
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace loopgate::http
