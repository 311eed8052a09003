#include "sandbox/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "aws/arn.h"
#include "emulators/iam/policy.h"

namespace loopgate {

namespace {

constexpr std::string_view kSnsSenderId = "AIDAISMY7JYY5F7RTT6AO";  // SNS's own, as AWS shows it

}  // namespace

aws::Outcome<void> QueueDelivery::deliver_to_queue(
    const std::string& queue_arn, const std::string& body,
    const std::vector<aws::MessageAttribute>& attributes, const std::string& group_id,
    const std::string& deduplication_id) {
  const auto sent =
      queues_.deliver(queue_arn, {body, attributes, group_id, deduplication_id}, kSnsSenderId);
  if (!sent) return aws::refuse(sent.error());
  return {};
}

Account::Account(Surroundings surroundings)
    : surroundings_(std::move(surroundings)),
      api_(
          surroundings_.tasks, surroundings_.random,
          [this](const auto&... arguments) { return surroundings_.authorize(arguments...); },
          surroundings_.endpoint) {
  surroundings_.authorize = [this](const aws::Session& session, std::string_view action,
                                   const std::string& resource_arn) {
    return iam_->roles().authorize(session, action, resource_arn);
  };
}

// Those that know others go first.
Account::~Account() {
  while (!modules_.empty()) modules_.pop_back();
}

Result<std::unique_ptr<Account>> Account::create(Surroundings surroundings) {
  std::unique_ptr<Account> account(new Account(std::move(surroundings)));
  if (auto status = account->open(); !status) return std::unexpected(status.error());
  return account;
}

void Account::add(std::unique_ptr<Module> module) {
  api_.add(module->operations());
  modules_.push_back(std::move(module));
}

// A service is one line here, after those that it is given.
Status Account::open() {
  iam_ = make<iam::IamModule>();
  sts_ = make<sts::StsModule>(iam_->roles());
  logs_ = make<logs::LogsModule>();
  auto queues = sqs::SqsModule::open(surroundings_);
  if (!queues) return std::unexpected(queues.error());
  sqs_ = queues->get();
  add(std::move(*queues));
  delivery_ = std::make_unique<QueueDelivery>(sqs_->queues());
  sns_ = make<sns::SnsModule>(*delivery_);
  lambda_ = make<lambda::LambdaModule>(
      logs_->logs(), [this](const std::string& target_arn, std::string payload,
                            std::vector<aws::MessageAttribute> attributes) {
        deliver_record(target_arn, std::move(payload), std::move(attributes));
      });
  sns_->topics().set_lambda(&lambda_->port());
  sns_->topics().set_queue_accepts([this](const std::string& queue, const std::string& topic) {
    return queue_accepts(queue, topic);
  });
  return {};
}

aws::Ports Account::ports() {
  return {sts_->port(), lambda_->port(), sqs_->port(), sns_->port(), logs_->port()};
}

std::vector<cfn::ResourceType*> Account::resource_types() {
  std::vector<cfn::ResourceType*> out;
  for (const auto& module : modules_) {
    for (auto* type : module->resource_types()) out.push_back(type);
  }
  return out;
}

void Account::add_services(http::FrontDoor& door) {
  for (const auto& module : modules_) module->add_to(door);
}

std::vector<std::string_view> Account::service_names() const {
  std::vector<std::string_view> names;
  for (const auto& module : modules_) names.push_back(module->name());
  std::ranges::sort(names);
  return names;
}

// The last first, as they were made: a function's end still writes its log.
Status Account::reset() {
  std::string left;
  for (const auto& module : std::views::reverse(modules_)) {
    if (const auto status = module->reset(); !status) {
      left += fmt::format("{}{}", left.empty() ? "" : "; ", status.error().message);
    }
  }
  if (!left.empty()) return fail("could not be deleted: " + left);
  return {};
}

void Account::forget() {
  for (const auto& module : std::views::reverse(modules_)) module->forget();
}

bool Account::queue_accepts(const std::string& queue_arn, const std::string& topic_arn) {
  const auto key = sqs::QueueKey::from_arn(queue_arn);
  if (!key || key->account == surroundings_.service_account) return true;
  const auto text = sqs_->queues().policy(*key);
  if (!text) return true;  // no such queue: the delivery itself says so
  const auto policy = iam::Policy::parse(*text, iam::PolicyKind::kResource);
  if (!policy) return false;
  iam::AccessRequest request;
  request.action = "sqs:SendMessage";
  request.resource = queue_arn;
  request.principal = iam::Principal::aws_service("sns.amazonaws.com");
  request.context["aws:sourcearn"] = {topic_arn};
  if (const auto topic = aws::Arn::parse(topic_arn))
    request.context["aws:sourceaccount"] = {topic->account};
  return policy->evaluate(request).verdict == iam::Verdict::kAllow;
}

void Account::deliver_record(const std::string& target_arn, std::string payload,
                             std::vector<aws::MessageAttribute> attributes) {
  const auto arn = aws::Arn::parse(target_arn);
  const std::string service = arn ? arn->service : "";
  std::string problem = "its service is not emulated";
  if (service == "sqs") {
    const auto sent =
        sqs_->queues().deliver(target_arn, {std::move(payload), std::move(attributes), {}, {}},
                               surroundings_.service_account);
    if (sent) return;
    problem = sent.error().message;
  } else if (service == "sns") {
    sns::PublishRequest request;
    request.topic_arn = target_arn;
    request.message = std::move(payload);
    request.attributes = std::move(attributes);
    const auto published = sns_->topics().publish(request);
    if (published) return;
    problem = published.error().message;
  } else if (service == "lambda") {
    lambda::InvokeCall call;
    call.function_arn = target_arn;
    call.payload = std::move(payload);
    call.type = lambda::InvocationType::kEvent;
    return lambda_->functions().invoke(std::move(call), [](auto) {});
  }
  surroundings_.journal.warn(
      fmt::format("the failed invocation could not be sent to {}: {}", target_arn, problem));
}

}  // namespace loopgate
