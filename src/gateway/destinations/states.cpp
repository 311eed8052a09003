#include "gateway/destinations/states.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "aws/arn.h"

namespace loopgate::gateway {

namespace {

using nlohmann::json;

// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
constexpr std::size_t kMaxInput = 262'144;

constexpr std::array<ErrorMeaning, 2> kErrors = {{
    {"InvalidExecutionInput", Reason::kPayloadTooLarge},
    {"ExecutionLimitExceeded", Reason::kFunctionThrottled},
}};

class StatesDelivery final : public Delivery {
 public:
  using Delivery::Delivery;

  void deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) override;

 private:
  struct Execution {
    std::string input;
    Members members;
  };

  static std::vector<Execution> split(Batch& batch, Members& too_large);
  void start_all(const aws::SessionPtr& session, const std::string& arn, const BatchPtr& batch);
  void start(const aws::SessionPtr& session, const std::string& arn, const BatchPtr& batch,
             Execution execution);
  void answered(const BatchPtr& batch, const Members& members, const aws::Outcome<json>& answer);
  void call(const aws::SessionPtr& session, const std::string& arn, std::string operation,
            json params, std::function<void(DeliverySink&, const aws::Outcome<json>&)> then);

  std::optional<bool> express_;  // unknown before the machine was described
};

std::vector<StatesDelivery::Execution> StatesDelivery::split(Batch& batch, Members& too_large) {
  std::vector<Execution> out;
  if (batch.text.size() + kMessagesClose.size() <= kMaxInput) {
    out.push_back({std::move(batch.text), members_of(batch)});
  } else {
    for (std::uint32_t i = 0; i < batch.entries.size(); ++i) {
      const auto text = batch.text_of(batch.entries[i]);
      const auto alone = kMessagesOpen.size() + text.size() + kMessagesClose.size();
      if (alone > kMaxInput) {
        too_large.push_back(i);
        continue;
      }
      if (out.empty() ||
          out.back().input.size() + 1 + text.size() + kMessagesClose.size() > kMaxInput) {
        out.push_back({std::string(kMessagesOpen), {}});
      }
      auto& execution = out.back();
      if (!execution.members.empty()) execution.input += ',';
      execution.input += text;
      execution.members.push_back(i);
    }
  }
  for (auto& execution : out) execution.input += kMessagesClose;
  return out;
}

void StatesDelivery::call(const aws::SessionPtr& session, const std::string& arn,
                          std::string operation, json params,
                          std::function<void(DeliverySink&, const aws::Outcome<json>&)> then) {
  const auto parsed = aws::Arn::parse(arn);
  context_.ports.api.call(
      session, {parsed ? parsed->region : "", "states", std::move(operation)}, std::move(params),
      [self = shared_from_this(), this, then = std::move(then)](const aws::Outcome<json>& answer) {
        if (const auto owner = owner_()) then(*owner, answer);
      });
}

void StatesDelivery::deliver(aws::SessionPtr session, const std::string& arn, BatchPtr batch) {
  if (express_) return start_all(session, arn, batch);
  call(session, arn, "DescribeStateMachine", {{"stateMachineArn", arn}},
       [this, session, arn, batch](DeliverySink& owner, const aws::Outcome<json>& answer) {
         if (answer) {
           express_ = answer->value("type", "") == "EXPRESS";
           return start_all(session, arn, batch);
         }
         owner.failed(*batch, members_of(*batch), failure_of(answer.error(), kErrors));
         owner.finished(batch);
       });
}

void StatesDelivery::start_all(const aws::SessionPtr& session, const std::string& arn,
                               const BatchPtr& batch) {
  const auto owner = owner_();
  if (owner == nullptr) return;
  Members too_large;
  auto executions = split(*batch, too_large);
  if (!too_large.empty()) {
    owner->failed(*batch, too_large,
                  {Reason::kPayloadTooLarge, "Step Functions takes an input of 256 KiB"});
  }
  batch->calls_left = static_cast<int>(executions.size());
  if (executions.empty()) return owner->finished(batch);
  for (auto& execution : executions) start(session, arn, batch, std::move(execution));
}

void StatesDelivery::start(const aws::SessionPtr& session, const std::string& arn,
                           const BatchPtr& batch, Execution execution) {
  const auto owner = owner_();
  if (owner == nullptr) return;
  owner->dispatched(*batch, execution.members.size(), execution.input.size(), {});
  json params = {{"stateMachineArn", arn}, {"input", std::move(execution.input)}};
  call(session, arn, *express_ ? "StartSyncExecution" : "StartExecution", std::move(params),
       [this, batch, members = std::move(execution.members)](DeliverySink& owner,
                                                             const aws::Outcome<json>& answer) {
         // Another machine has taken its name: it is described anew.
         if (!answer && answer.error().code == "StateMachineTypeNotSupported") express_.reset();
         answered(batch, members, answer);
         if (--batch->calls_left == 0) owner.finished(batch);
       });
}

void StatesDelivery::answered(const BatchPtr& batch, const Members& members,
                              const aws::Outcome<json>& answer) {
  const auto owner = owner_();
  if (owner == nullptr) return;
  if (!answer) return owner->failed(*batch, members, failure_of(answer.error(), kErrors));
  const auto status = answer->value("status", "SUCCEEDED");
  if (status != "SUCCEEDED") {
    return owner->failed(
        *batch, members,
        {Reason::kDestinationError,
         fmt::format("the execution ended as {}: {}: {}", status,
                     answer->value("error", "no error name"), answer->value("cause", "no cause"))});
  }
  const auto output = answer->find("output");
  if (output == answer->end() || !output->is_string()) {
    return owner->delivered(*batch, members, {});
  }
  tell_answer(*owner, *batch, members, output->get_ref<const std::string&>());
}

class StatesArguments final : public ServiceArguments {
 public:
  std::string refusal_of(const std::string& arn) const override {
    const auto parsed = aws::Arn::parse(arn);
    if (parsed && parsed->resource.starts_with("stateMachine:")) return {};
    return "a Step Functions destination is a state machine: arn:aws:states:…:stateMachine:NAME";
  }
  std::shared_ptr<Delivery> connect(Context& context, Delivery::Owner owner,
                                    const DestinationIdentity&) const override {
    return std::make_shared<StatesDelivery>(context, std::move(owner));
  }
};

}  // namespace

ServiceArgumentsPtr read_states_arguments(Properties&) {
  return std::make_shared<StatesArguments>();
}

}  // namespace loopgate::gateway
