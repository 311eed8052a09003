// Invoke and InvokeWithResponseStream.

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/lambda/called.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/event_stream.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

nlohmann::json to_result(InvocationOutcome outcome) {
  nlohmann::json result = {{"StatusCode", outcome.status},
                           {"ExecutedVersion", outcome.executed_version},
                           {"Payload", std::move(outcome.payload)}};
  if (!outcome.function_error.empty()) result["FunctionError"] = outcome.function_error;
  if (!outcome.log_tail.empty()) {
    result["LogResult"] = codec::base64_encode(as_bytes(outcome.log_tail));
  }
  return result;
}

// One answer of a stream: its head leaves with the first chunk, so that a call that is refused can
// still be answered by its status.
class StreamedAnswer {
 public:
  using Render = std::function<http::Response(const aws::AwsError&)>;

  StreamedAnswer(std::shared_ptr<http::Exchange> exchange, std::string version, Render render)
      : exchange_(std::move(exchange)), version_(std::move(version)), render_(std::move(render)) {}

  void chunk(std::string_view payload) {
    begin();
    exchange_->write(payload_chunk(payload));
  }
  void end(const aws::Outcome<InvocationOutcome>& outcome) {
    if (!outcome && !begun_) return exchange_->respond(render_(outcome.error()));
    begin();
    if (outcome) exchange_->write(invoke_complete(*outcome));
    exchange_->end_stream();
  }

 private:
  void begin() {
    if (begun_) return;
    begun_ = true;
    http::Response head;
    head.headers = {{"Content-Type", "application/vnd.amazon.eventstream"},
                    {"X-Amz-Executed-Version", version_}};
    exchange_->begin_stream(std::move(head));
  }

  std::shared_ptr<http::Exchange> exchange_;
  std::string version_;
  Render render_;
  bool begun_ = false;
};

}  // namespace

aws::Outcome<InvokeCall> read_invocation(http::ApiCall& call) {
  InvokeCall result;
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  result.function_arn = meant->qualified();
  result.request_id = call.request_id;
  const auto type = http::text_param(call.params, "InvocationType");
  if (type == "Event") result.type = InvocationType::kEvent;
  if (type == "DryRun") result.type = InvocationType::kDryRun;
  auto payload = http::text_param(call.params, "Payload");
  if (payload.size() > kMaxSyncPayload) return aws::refuse(payload_too_large(kMaxSyncPayload));
  if (const auto checked = check_json(payload); !payload.empty() && !checked) {
    return aws::refuse(
        invalid_request_content("the payload is not JSON: " + checked.error().message));
  }
  if (const auto context = http::text_param(call.params, "ClientContext"); !context.empty()) {
    const auto text = codec::base64_decode_text(context);
    const auto json = text ? read_json(*text).value_or(nlohmann::json()) : nlohmann::json();
    if (!json.is_object()) {
      return aws::refuse(invalid_request_content("the client context is not JSON in base64"));
    }
    // Written anew in ASCII: it travels in a header.
    result.client_context = write_json(json, JsonText::kAscii);
  }
  result.payload = std::move(payload);
  result.wants_log_tail = http::text_param(call.params, "LogType") == "Tail";
  result.tenant_id = http::text_param(call.params, "TenantId");
  return result;
}

std::function<void()> invoke(Functions& functions, http::ApiCall call, http::ApiReply reply) {
  auto invocation = read_invocation(call);
  if (!invocation) return reply(aws::refuse(invocation.error())), nullptr;
  functions.invoke(std::move(*invocation),
                   [reply = std::move(reply)](aws::Outcome<InvocationOutcome> outcome) mutable {
                     if (!outcome) return reply(aws::refuse(outcome.error()));
                     reply(to_result(std::move(*outcome)));
                   });
  return nullptr;
}

aws::Outcome<void> LambdaService::invoke_streaming(
    const aws::RestRoute& route, const http::Request& request, http::Caller caller,
    const std::shared_ptr<http::Exchange>& exchange) {
  auto call = calls_.read(route, request, std::move(caller));
  if (!call) return aws::refuse(call.error());
  auto invocation = read_invocation(*call);
  if (!invocation) return aws::refuse(invocation.error());
  const auto function = functions_.resolve(invocation->function_arn);
  auto answer = std::make_shared<StreamedAnswer>(
      exchange, function ? function->version : std::string(kLatest),
      [this](const aws::AwsError& error) { return calls_.render(error); });
  if (invocation->type == InvocationType::kRequestResponse) {
    invocation->on_chunk = [answer](std::string_view chunk) { answer->chunk(chunk); };
  }
  functions_.invoke(
      std::move(*invocation),
      [answer](const aws::Outcome<InvocationOutcome>& outcome) { answer->end(outcome); });
  return {};
}

}  // namespace loopgate::lambda
