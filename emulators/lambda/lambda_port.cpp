#include "emulators/lambda/lambda_port.h"

#include <utility>

namespace loopgate::lambda {

namespace {

InvokeCall to_call(aws::InvokeRequest request) {
  InvokeCall call;
  call.function_arn = std::move(request.function_arn);
  call.payload = std::move(request.payload);
  call.type = request.async ? InvocationType::kEvent : InvocationType::kRequestResponse;
  call.tenant_id = std::move(request.tenant_id);
  call.ordered = true;
  return call;
}

}  // namespace

void EmbeddedLambda::invoke(aws::SessionPtr session, aws::InvokeRequest request,
                            aws::Completion<aws::InvokeResponse> done) {
  start(*session, to_call(std::move(request)), std::move(done));
}

void EmbeddedLambda::invoke_streaming(aws::SessionPtr session, aws::InvokeRequest request,
                                      std::function<void(std::string_view chunk)> on_chunk,
                                      aws::Completion<aws::InvokeResponse> done) {
  auto call = to_call(std::move(request));
  call.on_chunk = std::move(on_chunk);
  start(*session, std::move(call), std::move(done));
}

void EmbeddedLambda::start(const aws::Session& session, InvokeCall call,
                           aws::Completion<aws::InvokeResponse> done) {
  call.batch = batch_of_last_event();
  // A streaming call too is lambda:InvokeFunction.
  // https://docs.aws.amazon.com/lambda/latest/api/API_InvokeWithResponseStream.html
  if (auto allowed = authorizer_(session, "lambda:InvokeFunction", call.function_arn); !allowed) {
    return aws::complete<aws::InvokeResponse>(tasks_, std::move(done),
                                              aws::refuse(std::move(allowed.error())));
  }
  functions_.invoke(std::move(call),
                    [done = std::move(done)](aws::Outcome<InvocationOutcome> outcome) mutable {
                      if (!outcome) return done(aws::refuse(std::move(outcome.error())));
                      done(aws::InvokeResponse(std::move(*outcome)));
                    });
}

// The caller has said in the journal for which batch it calls, and called in the same breath.
std::uint64_t EmbeddedLambda::batch_of_last_event() const {
  const auto& journal = functions_.surroundings().journal;
  if (journal.last_seq() == 0) return 0;
  const auto last = journal.read(journal.last_seq() - 1, 1);
  const bool is_dispatch = !last.empty() && last.front().kind == EventKind::kDispatched;
  return is_dispatch ? last.front().batch : 0;
}

}  // namespace loopgate::lambda
