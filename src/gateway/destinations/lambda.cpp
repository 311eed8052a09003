#include "gateway/destinations/lambda.h"

#include <array>
#include <map>

#include "gateway/destinations/argument_expression.h"

namespace loopgate::gateway {

namespace {

// https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
constexpr std::size_t kMaxPayload = 6'291'456;
constexpr std::size_t kMaxAsyncPayload = 1'048'576;

constexpr std::array<ErrorMeaning, 4> kErrors = {{
    {"TooManyRequestsException", Reason::kFunctionThrottled},
    {"ThrottlingException", Reason::kFunctionThrottled},
    {"RequestTooLargeException", Reason::kPayloadTooLarge},
    {"RequestEntityTooLargeException", Reason::kPayloadTooLarge},
}};

struct LambdaCall {
  bool async = false;
  bool streaming = false;
  std::string tenant_id;
  ArgumentExpression tenant;
};

class LambdaDelivery final : public Delivery {
 public:
  LambdaDelivery(Context& context, Owner owner, LambdaCall arguments)
      : Delivery(context, std::move(owner)), arguments_(std::move(arguments)) {}

  std::size_t keys_per_packet() const override { return arguments_.tenant.is_given() ? 1 : 0; }
  std::string read_keys(const RequestPacket& packet, std::span<std::string> keys) const override {
    keys[0] = arguments_.tenant.evaluate(packet.payload);
    return keys[0].empty() ? "TenantIdExpression picks nothing: TenantId counts" : "";
  }
  void deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) override;

 private:
  struct Invocation {
    std::string payload;
    std::string tenant;
    Members members;
  };

  std::vector<Invocation> split(Batch& batch) const;
  void invoke(const aws::SessionPtr& session, const std::string& arn, const BatchPtr& batch,
              Invocation invocation);
  void invoke_streaming(const aws::SessionPtr& session, aws::InvokeRequest request,
                        const BatchPtr& batch, Members members);
  // False when the function did not run to its end; tells so.
  static bool has_run(DeliverySink& owner, const Batch& batch, const Members& members,
                      const aws::Outcome<aws::InvokeResponse>& outcome);
  static void finish_call(DeliverySink& owner, const BatchPtr& batch);

  LambdaCall arguments_;
};

// In order of the first packet of each invocation.
std::vector<LambdaDelivery::Invocation> LambdaDelivery::split(Batch& batch) const {
  const std::size_t most = arguments_.async ? kMaxAsyncPayload : kMaxPayload;
  std::vector<Invocation> out;
  if (batch.keys.empty() && batch.text.size() + kMessagesClose.size() <= most) {
    out.push_back({std::move(batch.text), arguments_.tenant_id, members_of(batch)});
    out.back().payload += kMessagesClose;
    return out;
  }
  std::map<std::string, std::size_t> open;  // tenant → its invocation that still has room
  for (std::uint32_t i = 0; i < batch.entries.size(); ++i) {
    const auto text = batch.text_of(batch.entries[i]);
    const std::string& own = batch.keys.empty() ? arguments_.tenant_id : batch.keys_of(i)[0];
    const std::string& tenant = own.empty() ? arguments_.tenant_id : own;
    const auto found = open.find(tenant);
    const bool fits =
        found != open.end() &&
        out[found->second].payload.size() + 1 + text.size() + kMessagesClose.size() <= most;
    if (!fits) {
      open[tenant] = out.size();
      out.push_back({std::string(kMessagesOpen), tenant, {}});
    }
    auto& invocation = out[open[tenant]];
    if (!invocation.members.empty()) invocation.payload += ',';
    invocation.payload += text;
    invocation.members.push_back(i);
  }
  for (auto& invocation : out) invocation.payload += kMessagesClose;
  return out;
}

void LambdaDelivery::deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) {
  auto invocations = split(*batch);
  batch->calls_left = static_cast<int>(invocations.size());
  for (auto& invocation : invocations) invoke(session, arn, batch, std::move(invocation));
}

void LambdaDelivery::invoke(const aws::SessionPtr& session, const std::string& arn,
                            const BatchPtr& batch, Invocation invocation) {
  const auto owner = owner_();
  if (owner == nullptr) return;
  owner->dispatched(*batch, invocation.members.size(), invocation.payload.size(), {});
  aws::InvokeRequest request;
  request.function_arn = arn;
  request.payload = std::move(invocation.payload);
  request.async = arguments_.async;
  request.tenant_id = std::move(invocation.tenant);
  if (arguments_.streaming) {
    invoke_streaming(session, std::move(request), batch, std::move(invocation.members));
    return;
  }
  context_.ports.lambda.invoke(
      session, std::move(request),
      [self = shared_from_this(), this, batch,
       members = std::move(invocation.members)](aws::Outcome<aws::InvokeResponse> outcome) {
        const auto owner = owner_();
        if (owner == nullptr) return;
        if (has_run(*owner, *batch, members, outcome)) {
          arguments_.async ? owner->delivered(*batch, members, {})
                           : tell_answer(*owner, *batch, members, outcome->payload);
        }
        finish_call(*owner, batch);
      });
}

void LambdaDelivery::invoke_streaming(const aws::SessionPtr& session, aws::InvokeRequest request,
                                      const BatchPtr& batch, Members members) {
  auto stream =
      std::make_shared<ReplyStream>([self = shared_from_this(), this, batch](const Reply& reply) {
        if (const auto owner = owner_(); owner != nullptr) owner->replied(*batch, reply);
      });
  context_.ports.lambda.invoke_streaming(
      session, std::move(request), [stream](std::string_view chunk) { stream->push(chunk); },
      [self = shared_from_this(), this, batch, stream,
       members = std::move(members)](aws::Outcome<aws::InvokeResponse> outcome) {
        const auto owner = owner_();
        if (owner == nullptr) return;
        if (has_run(*owner, *batch, members, outcome)) {
          owner->delivered(*batch, members, {});
          if (const auto problem = stream->finish()) owner->answer_malformed(*batch, *problem);
        }
        finish_call(*owner, batch);
      });
}

bool LambdaDelivery::has_run(DeliverySink& owner, const Batch& batch, const Members& members,
                             const aws::Outcome<aws::InvokeResponse>& outcome) {
  if (!outcome) {
    owner.failed(batch, members, failure_of(outcome.error(), kErrors));
    return false;
  }
  if (!outcome->function_error.empty()) {
    owner.failed(batch, members, function_failure(outcome->payload));
    return false;
  }
  return true;
}

void LambdaDelivery::finish_call(DeliverySink& owner, const BatchPtr& batch) {
  if (--batch->calls_left == 0) owner.finished(batch);
}

class LambdaArguments final : public ServiceArguments {
 public:
  explicit LambdaArguments(LambdaCall call) : call_(std::move(call)) {}

  bool leaves_answers() const override { return call_.async; }
  std::shared_ptr<Delivery> connect(Context& context, Delivery::Owner owner,
                                    const DestinationIdentity&) const override {
    return std::make_shared<LambdaDelivery>(context, std::move(owner), call_);
  }

 private:
  LambdaCall call_;
};

}  // namespace

ServiceArgumentsPtr read_lambda_arguments(Properties& arguments) {
  LambdaCall call;
  call.async = arguments.boolean("UseAsyncInvoke").value_or(false);
  call.streaming = arguments.boolean("UseResponseStreaming").value_or(false);
  if (call.async && call.streaming) {
    arguments.fail(
        "UseResponseStreaming",
        "cannot be true together with UseAsyncInvoke: an asynchronous invocation never answers");
  }
  call.tenant_id = arguments.text("TenantId").value_or("");
  call.tenant = ArgumentExpression::read(arguments, "TenantId");
  return std::make_shared<LambdaArguments>(std::move(call));
}

}  // namespace loopgate::gateway
