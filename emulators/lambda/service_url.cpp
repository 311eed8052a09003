// What a function's URL answers. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html

#include "emulators/lambda/called.h"
#include "emulators/lambda/service.h"
#include "emulators/lambda/url_event.h"
#include "emulators/lambda/url_host.h"

namespace loopgate::lambda {

namespace {

http::Response refused(int status, std::string_view message) {
  return http::Response::json(status, R"({"Message":")" + std::string(message) + R"("})");
}

}  // namespace

void LambdaService::serve_url(const http::Request& request,
                              const std::shared_ptr<http::Exchange>& exchange) {
  const auto target = target_of_host(functions_, request.header("Host"));
  if (!target.function) return exchange->respond(refused(404, "There is no such function URL."));
  // A signature is not verified here, as nowhere in the sandbox: it has to be there.
  const auto& url = target.function->companions.urls.at(target.qualifier);
  const bool is_signed = url.auth_type == "AWS_IAM" && !request.header("Authorization").empty();
  if (!is_signed && !is_public(target)) {
    return exchange->respond(
        refused(403,
                "Forbidden. For troubleshooting Function URL authorization issues, see: "
                "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"));
  }
  InvokeCall call;
  call.function_arn = CalledFunction{target.function->arn(), target.qualifier}.qualified();
  call.request_id = functions_.surroundings().random.uuid();
  call.payload = url_event({.request = request,
                            .url_id = url.id,
                            .request_id = call.request_id,
                            .now = functions_.surroundings().clock.wall()});
  functions_.invoke(std::move(call), [exchange](aws::Outcome<InvocationOutcome> outcome) {
    if (!outcome) {
      return exchange->respond(refused(outcome.error().status, outcome.error().message));
    }
    if (!outcome->function_error.empty()) {
      return exchange->respond(refused(502, "Internal Server Error"));
    }
    exchange->respond(url_response(outcome->payload));
  });
}

}  // namespace loopgate::lambda
