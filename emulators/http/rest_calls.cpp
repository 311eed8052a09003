#include "emulators/http/rest_calls.h"

#include <fmt/format.h>

namespace loopgate::http {

namespace {

std::string_view first_segment(std::string_view path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  return path.substr(0, path.find_first_of("/?"));
}

}  // namespace

bool RestCalls::owns(const Request& request) const {
  const auto wanted = first_segment(request.path);
  const auto& model = service_.model();
  for (const auto& row : model.operations) {
    const auto first = first_segment(model.at(row.uri));
    if (!first.empty() && first == wanted) return true;
  }
  return false;
}

aws::Rendering RestCalls::rendering(std::string request_id) const {
  return {.service = service_.model(),
          .protocol = service_.model().protocol,
          .request_id = std::move(request_id)};
}

Response RestCalls::render(const aws::AwsError& error) const {
  return rendering(random_.uuid()).error(error);
}

aws::Outcome<ApiCall> RestCalls::read(const aws::RestRoute& route, const Request& request,
                                      Caller caller) {
  auto params = aws::decode_rest_params(route.operation, route.labels, request.view());
  if (!params) return aws::refuse(params.error());
  ApiCall call{.operation = std::string(route.operation.name()),
               .params = *std::move(params),
               .caller = std::move(caller),
               .request_id = random_.uuid()};
  if (auto checked = dispatcher_.check(service_, route.operation, service_.model().protocol, call);
      !checked) {
    return aws::refuse(checked.error());
  }
  return call;
}

void RestCalls::handle(const Request& request, Caller caller,
                       const std::shared_ptr<Exchange>& exchange) {
  const auto route = aws::route_rest(service_.model(), request.view());
  if (!route || !service_.has(route->operation.name())) {
    const auto message =
        route ? not_emulated(service_, route->operation.name())
              : fmt::format("{} {} is not an operation of {}.", request.method.substr(0, kMaxShown),
                            request.path.substr(0, kMaxShown), service_.model().id);
    return exchange->respond(render(aws::unknown_operation(service_.model().protocol, message)));
  }
  auto call = read(*route, request, std::move(caller));
  if (!call) return exchange->respond(render(call.error()));
  const auto answer = rendering(call->request_id);
  auto abandon = service_.call(*std::move(call), [exchange, operation = route->operation,
                                                  answer](ApiResult result) {
    exchange->respond(result ? answer.result(operation, *result) : answer.error(result.error()));
  });
  if (abandon) exchange->on_closed(std::move(abandon));
}

}  // namespace loopgate::http
