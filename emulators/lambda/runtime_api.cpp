#include "emulators/lambda/runtime_api.h"

#include <fmt/format.h>

#include "emulators/lambda/errors.h"
#include "emulators/lambda/limits.h"

namespace loopgate::lambda {

namespace {

constexpr std::string_view kPrefix = "/2018-06-01/runtime/";
constexpr std::string_view kInvocation = "invocation/";

}  // namespace

RuntimeCall parse_runtime_call(std::string_view method, std::string_view path) {
  using Kind = RuntimeCall::Kind;
  if (!path.starts_with(kPrefix)) return {};
  path.remove_prefix(kPrefix.size());
  if (method == "GET") {
    return path == "invocation/next" ? RuntimeCall{Kind::kNext, {}} : RuntimeCall{};
  }
  if (method != "POST") return {};
  if (path == "init/error") return {Kind::kInitError, {}};
  if (!path.starts_with(kInvocation)) return {};
  path.remove_prefix(kInvocation.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || slash == 0) return {};
  const auto verb = path.substr(slash + 1);
  const std::string id(path.substr(0, slash));
  if (verb == "response") return {Kind::kResponse, id};
  if (verb == "error") return {Kind::kError, id};
  return {};
}

http::Response next_invocation(const Invocation& invocation, WallTime deadline,
                               std::string_view trace_id) {
  http::Response response;
  response.status = 200;
  response.headers = {
      {"Content-Type", "application/json"},
      {"Lambda-Runtime-Aws-Request-Id", invocation.request_id},
      {"Lambda-Runtime-Deadline-Ms", std::to_string(to_millis(deadline))},
      {"Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn},
      {"Lambda-Runtime-Trace-Id", std::string(trace_id)},
  };
  if (!invocation.tenant_id.empty()) {
    response.headers.push_back({"Lambda-Runtime-Aws-Tenant-Id", invocation.tenant_id});
  }
  if (!invocation.client_context.empty()) {
    response.headers.push_back({"Lambda-Runtime-Client-Context", invocation.client_context});
  }
  response.body = invocation.payload;
  return response;
}

http::Response accepted() {
  return http::Response::json(202, R"({"status":"OK"})");
}

http::Response refused_id(std::string_view request_id) {
  return http::Response::json(
      400, error_document("InvalidRequestID", fmt::format("Invalid request ID: {}", request_id)));
}

http::Response too_large() {
  return http::Response::json(
      413, error_document(
               "RequestEntityTooLarge",
               fmt::format("Exceeded maximum allowed payload size ({} bytes).", kMaxResponse)));
}

http::Response internal_failure(std::string_view what) {
  return http::Response::json(500, error_document("InternalServerError", what));
}

http::Response unknown_route() {
  return http::Response::json(404, error_document("NotFound", "no such route of the Runtime API"));
}

}  // namespace loopgate::lambda
