#include "sandbox/account.h"

#include "aws/arn.h"
#include "emulators/iam/policy.h"
#include "emulators/lambda/companion_resources.h"
#include "emulators/lambda/target.h"
#include "emulators/sns/target.h"
#include "emulators/sqs/target.h"

namespace loopgate {

Result<std::unique_ptr<Account>> Account::create(Outside outside) {
  auto queues = sqs::Queues::open(outside.store, outside.clock, outside.tasks, outside.random,
                                  outside.journal);
  if (!queues) return std::unexpected(queues.error());
  return std::unique_ptr<Account>(new Account(std::move(outside), std::move(*queues)));
}

Account::Account(Outside outside, std::unique_ptr<sqs::Queues> queues)
    : outside_(std::move(outside)),
      queues_(std::move(queues)),
      roles_(outside_.store, outside_.clock, outside_.random, outside_.journal),
      logs_(outside_.store, outside_.clock),
      dispatcher_(
          outside_.clock, outside_.random, outside_.journal,
          {.policy = policy_allows,
           .session = [this](const auto&... arguments) { return authorize(arguments...); }}),
      topics_(outside_.store, outside_.clock, outside_.random, outside_.journal, dispatcher_),
      functions_({.loop = outside_.loop,
                  .clock = outside_.clock,
                  .tasks = outside_.tasks,
                  .random = outside_.random,
                  .journal = outside_.journal,
                  .store = outside_.store,
                  .logs = logs_,
                  .folder = outside_.folder,
                  .endpoint = outside_.endpoint,
                  .ordered_results = outside_.simulated},
                 [this](const std::string& target_arn, std::string payload,
                        std::vector<aws::MessageAttribute> attributes) {
                   deliver_record(target_arn, std::move(payload), std::move(attributes));
                 }),
      sts_port_(roles_, outside_.clock, outside_.tasks),
      lambda_port_(functions_, outside_.tasks,
                   [this](const auto&... arguments) { return authorize(arguments...); }),
      sqs_port_(*queues_, outside_.tasks,
                [this](const auto&... arguments) { return authorize(arguments...); }),
      sns_port_(topics_, outside_.tasks,
                [this](const auto&... arguments) { return authorize(arguments...); }),
      logs_port_(logs_, outside_.tasks,
                 [this](const auto&... arguments) { return authorize(arguments...); }),
      api_(outside_.tasks, [this](const auto&... arguments) { return authorize(arguments...); }),
      iam_service_(roles_),
      sts_service_(roles_, outside_.clock, outside_.random),
      sqs_service_(*queues_),
      sns_service_(topics_),
      logs_api_(logs_),
      lambda_api_(functions_) {
  // A target is one line here.
  dispatcher_.add(sqs::queue_target(*queues_));
  dispatcher_.add(sns::topic_target(topics_));
  dispatcher_.add(lambda::function_target(functions_));
  types_.push_back(std::make_unique<iam::RoleResource>(roles_, outside_.random));
  types_.push_back(std::make_unique<iam::PolicyResource>(roles_));
  types_.push_back(std::make_unique<iam::ManagedPolicyResource>(roles_, outside_.random));
  types_.push_back(std::make_unique<sqs::QueueResource>(*queues_, outside_.endpoint));
  types_.push_back(std::make_unique<sqs::QueuePolicyResource>(*queues_));
  types_.push_back(std::make_unique<sns::TopicResource>(topics_, outside_.random));
  types_.push_back(std::make_unique<sns::SubscriptionResource>(topics_));
  types_.push_back(std::make_unique<sns::TopicPolicyResource>(topics_));
  types_.push_back(std::make_unique<logs::LogGroupResource>(logs_, outside_.random));
  types_.push_back(std::make_unique<lambda::FunctionResource>(functions_));
  types_.push_back(std::make_unique<lambda::CompanionResource>(functions_));
}

std::vector<cfn::ResourceType*> Account::resource_types() {
  std::vector<cfn::ResourceType*> out;
  for (const auto& type : types_) out.push_back(type.get());
  return out;
}

void Account::add_services(http::FrontDoor& door) {
  api_.serve_from(door);
  door.add(iam_service_);
  door.add(sts_service_);
  door.add(sqs_service_);
  door.add(sns_service_);
  door.add(logs_api_);
  door.add(lambda_api_);
}

aws::Outcome<void> Account::authorize(const aws::Session& session, std::string_view action,
                                      const std::string& resource) {
  return roles_.authorize(session, action, resource);
}

bool Account::policy_allows(const std::string& text, std::string_view action,
                            const std::string& arn, const targets::Sender& sender) {
  const auto policy = iam::Policy::parse(text, iam::PolicyKind::kResource);
  if (!policy) return false;
  iam::AccessRequest request;
  request.action = action;
  request.resource = arn;
  request.principal = iam::Principal::aws_service(sender.principal);
  request.context["aws:sourcearn"] = {sender.source_arn};
  if (const auto source = aws::Arn::parse(sender.source_arn))
    request.context["aws:sourceaccount"] = {source->account};
  return policy->evaluate(request).verdict == iam::Verdict::kAllow;
}

void Account::deliver_record(const std::string& target_arn, std::string payload,
                             std::vector<aws::MessageAttribute> attributes) {
  dispatcher_.dispatch({.what = "the failed invocation could not be sent",
                        .arn = target_arn,
                        .payload = {std::move(payload), std::move(attributes)},
                        .sender = {.sender_id = outside_.service_account}});
}

void Account::clear() {
  for (const auto& queue : queues_->all()) {
    if (queue.account != outside_.service_account) (void)queues_->remove(queue);
  }
  std::vector<std::string> topics, subscriptions;
  for (const auto& [arn, topic] : topics_.table().topics()) topics.push_back(arn);
  for (const auto& arn : topics) topics_.delete_topic(arn);
  for (const auto& [arn, subscription] : topics_.table().subscriptions())
    subscriptions.push_back(arn);
  for (const auto& arn : subscriptions) topics_.unsubscribe(arn);
  for (const auto& function : functions_.list()) (void)functions_.remove(function->arn());
  std::vector<std::pair<std::string, std::string>> roles;
  for (const auto& [key, role] : roles_.roles()) roles.emplace_back(role.account, role.name);
  for (const auto& [account, name] : roles) roles_.remove_role(account, name);
  logs_.delete_all();
}

}  // namespace loopgate
