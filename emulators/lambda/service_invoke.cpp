// Invoke and InvokeWithResponseStream.

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/event_stream.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

http::Response to_response(InvocationOutcome outcome) {
  http::Response response;
  response.status = outcome.status;
  response.body = std::move(outcome.payload);
  response.headers = {{"x-amzn-RequestId", outcome.request_id},
                      {"X-Amz-Executed-Version", outcome.executed_version}};
  if (!response.body.empty()) response.headers.push_back({"Content-Type", "application/json"});
  if (!outcome.function_error.empty()) {
    response.headers.push_back({"X-Amz-Function-Error", outcome.function_error});
  }
  if (!outcome.log_tail.empty()) {
    response.headers.push_back(
        {"X-Amz-Log-Result", codec::base64_encode(as_bytes(outcome.log_tail))});
  }
  return response;
}

// One answer of a stream: its head leaves with the first chunk, so that a call that is refused can
// still be answered by its status.
class StreamedAnswer {
 public:
  explicit StreamedAnswer(std::shared_ptr<http::Exchange> exchange)
      : exchange_(std::move(exchange)) {}

  void chunk(std::string_view payload) {
    begin();
    exchange_->write(payload_chunk(payload));
  }
  void end(const aws::Outcome<InvocationOutcome>& outcome) {
    if (!outcome && !begun_) return exchange_->respond(render_error(outcome.error()));
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
                    {"X-Amz-Executed-Version", "$LATEST"}};
    exchange_->begin_stream(std::move(head));
  }

  std::shared_ptr<http::Exchange> exchange_;
  bool begun_ = false;
};

}  // namespace

aws::Outcome<InvokeCall> LambdaService::read_call(Call& call) const {
  InvokeCall result;
  result.function_arn = call.arn;
  const auto type = call.request.header("X-Amz-Invocation-Type");
  if (type == "Event") {
    result.type = InvocationType::kEvent;
  } else if (type == "DryRun") {
    result.type = InvocationType::kDryRun;
  } else if (!type.empty() && type != "RequestResponse") {
    return aws::refuse(
        invalid_parameter("InvocationType must be RequestResponse, Event or DryRun"));
  }
  const auto& body = call.request.body;
  if (body.size() > kMaxSyncPayload) return aws::refuse(payload_too_large(kMaxSyncPayload));
  if (const auto checked = check_json(body); !body.empty() && !checked) {
    return aws::refuse(
        invalid_request_content("the payload is not JSON: " + checked.error().message));
  }
  if (const auto context = call.request.header("X-Amz-Client-Context"); !context.empty()) {
    const auto text = codec::base64_decode_text(context);
    const auto json = text ? read_json(*text).value_or(nullptr) : nlohmann::json();
    if (!json.is_object()) {
      return aws::refuse(invalid_request_content("the client context is no JSON in base64"));
    }
    // Written anew in ASCII: it travels in a header.
    result.client_context = write_json(json, JsonText::kAscii);
  }
  result.payload = std::move(call.request.body);
  result.wants_log_tail = call.request.header("X-Amz-Log-Type") == "Tail";
  result.tenant_id = call.request.header("X-Amz-Tenant-Id");
  return result;
}

aws::Outcome<void> LambdaService::invoke(Call& call, const ExchangePtr& exchange) {
  auto invocation = read_call(call);
  if (!invocation) return aws::refuse(invocation.error());
  functions_.invoke(std::move(*invocation), [exchange](aws::Outcome<InvocationOutcome> outcome) {
    exchange->respond(outcome ? to_response(std::move(*outcome)) : render_error(outcome.error()));
  });
  return {};
}

aws::Outcome<void> LambdaService::invoke_streaming(Call& call, const ExchangePtr& exchange) {
  auto invocation = read_call(call);
  if (!invocation) return aws::refuse(invocation.error());
  auto answer = std::make_shared<StreamedAnswer>(exchange);
  if (invocation->type == InvocationType::kRequestResponse) {
    invocation->on_chunk = [answer](std::string_view chunk) { answer->chunk(chunk); };
  }
  functions_.invoke(
      std::move(*invocation),
      [answer](const aws::Outcome<InvocationOutcome>& outcome) { answer->end(outcome); });
  return {};
}

}  // namespace loopgate::lambda
