#include "sandbox/account.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "aws/arn.h"
#include "emulators/iam/policy.h"
#include "emulators/targets/http_target.h"

namespace loopgate {

Account::Account(Surroundings surroundings)
    : surroundings_(std::move(surroundings)),
      dispatcher_(
          surroundings_.clock, surroundings_.journal,
          {.policy = [this](const auto&... arguments) { return policy_allows(arguments...); },
           .session =
               [this](const auto&... arguments) { return surroundings_.authorize(arguments...); },
           .pass_services = surroundings_.allow_service_delivery}),
      api_(surroundings_.tasks, surroundings_.random,
           [this](const auto&... arguments) { return surroundings_.authorize(arguments...); }) {
  surroundings_.authorize = [this](const aws::Session& session, std::string_view action,
                                   const std::string& resource_arn) {
    return iam_->access().authorize(session, action, resource_arn);
  };
  surroundings_.credentials = [this](const aws::Session& session, std::string_view label) {
    const auto* role = iam_->roles().role_by_arn(session.role_arn);
    return iam_->credentials().issue(session, role == nullptr ? "" : role->id, label);
  };
  surroundings_.check_policy = iam::check_resource_policy;
}

// Those that know others go first.
Account::~Account() {
  while (!modules_.empty()) modules_.pop_back();
}

void Account::add(std::unique_ptr<Module> module) {
  if (auto target = module->target()) dispatcher_.add(std::move(*target));
  modules_.push_back(std::move(module));
}

Result<std::unique_ptr<Account>> Account::create(Surroundings surroundings) {
  std::unique_ptr<Account> account(new Account(std::move(surroundings)));
  if (auto status = account->open(); !status) return std::unexpected(status.error());
  return account;
}

// A service is one line here, after those that it is given.
Status Account::open() {
  dispatcher_.add(targets::http_target(surroundings_.http));
  iam_ =
      make<iam::IamModule>([this](const std::string& arn) { return dispatcher_.policy_of(arn); });
  surroundings_.access = &iam_->access();
  sts_ = make<sts::StsModule>(*iam_);
  logs_ = make<logs::LogsModule>();
  auto queues = sqs::SqsModule::open(surroundings_);
  if (!queues) return std::unexpected(queues.error());
  sqs_ = queues->get();
  add(std::move(*queues));
  sns_ = make<sns::SnsModule>(dispatcher_);
  auto& tables = *make<dynamodb::DynamoDbModule>();
  streams_ = std::make_unique<TableStreams>(tables.streams());
  lambda_ = make<lambda::LambdaModule>(
      logs_->logs(),
      [this](const std::string& target_arn, std::string payload,
             std::vector<aws::MessageAttribute> attributes) {
        deliver_record(target_arn, std::move(payload), std::move(attributes));
      },
      api_, *streams_);
  states_ = make<states::StatesModule>(
      states::Neighbours{sts_->port(), lambda_->port(), logs_->port(), api_});
  make<scheduler::SchedulerModule>(scheduler::Neighbours{
      dispatcher_, api_, [this](const auto&... arguments) { return assume_for(arguments...); }});
  return {};
}

aws::Ports Account::ports() {
  return {sts_->port(), lambda_->port(), sqs_->port(), sns_->port(), logs_->port(), api_};
}

std::vector<cfn::ResourceType*> Account::resource_types() {
  std::vector<cfn::ResourceType*> out;
  for (const auto& module : modules_) {
    for (auto* type : module->resource_types()) out.push_back(type);
  }
  return out;
}

void Account::add_services(http::FrontDoor& door) {
  api_.serve_from(door);
  door.ask(iam_->access());
  for (const auto& module : modules_) module->add_to(door);
}

std::vector<std::string_view> Account::service_names() const {
  std::vector<std::string_view> names;
  for (const auto& module : modules_) names.push_back(module->name());
  std::ranges::sort(names);
  return names;
}

// The last first, as they were made: a function's end still writes its log.
Status Account::reset(const aws::AccountScope& scope) {
  std::string left;
  for (const auto& module : std::views::reverse(modules_)) {
    if (const auto status = module->reset(scope); !status) {
      left += fmt::format("{}{}", left.empty() ? "" : "; ", status.error().message);
    }
  }
  if (!left.empty()) return fail("could not be deleted: " + left);
  return {};
}

void Account::forget(const aws::AccountScope& scope) {
  dispatcher_.forget();
  for (const auto& module : std::views::reverse(modules_)) module->forget(scope);
}

bool Account::policy_allows(const std::string& text, std::string_view action,
                            const std::string& arn, const targets::Sender& sender) {
  const auto* policy = iam_->roles().resource_policy(text);
  if (policy == nullptr) return false;
  iam::AccessRequest request;
  request.action = action;
  request.resource = arn;
  request.principal = iam::Principal::aws_service(sender.principal);
  request.context["aws:sourcearn"] = {sender.source_arn};
  if (const auto source = aws::Arn::parse(sender.source_arn))
    request.context["aws:sourceaccount"] = {source->account};
  return policy->evaluate(request).verdict == iam::Verdict::kAllow;
}

aws::Outcome<aws::SessionPtr> Account::assume_for(const std::string& role_arn,
                                                  const std::string& principal,
                                                  const std::string& source_arn,
                                                  const std::string& session_name) {
  constexpr std::chrono::hours kSession{1};
  iam::Context context;
  context["aws:sourcearn"] = {source_arn};
  context["aws:sourceaccount"] = {std::string(aws::account_of(source_arn))};
  const auto role = iam_->roles().check_trust(role_arn, principal, context);
  if (!role) return aws::refuse(role.error());
  return std::make_shared<const aws::Session>(aws::Session{(*role)->account, role_arn, session_name,
                                                           surroundings_.clock.wall() + kSession});
}

void Account::deliver_record(const std::string& target_arn, std::string payload,
                             std::vector<aws::MessageAttribute> attributes) {
  dispatcher_.dispatch({.what = "the failed invocation could not be sent",
                        .arn = target_arn,
                        .payload = {std::move(payload), std::move(attributes)},
                        .sender = {.sender_id = surroundings_.service_account}});
}

}  // namespace loopgate
