#include "sandbox/account.h"

#include <fmt/format.h>

#include "aws/arn.h"
#include "emulators/iam/policy.h"
#include "emulators/lambda/companion_resources.h"

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
      delivery_(*queues_),
      topics_(outside_.store, outside_.clock, outside_.random, outside_.journal, delivery_),
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
      logs_port_(
          logs_, outside_.tasks,
          [this](const auto&... arguments) { return authorize(arguments...); },
          [this](const aws::Session&) { return outside_.regions.front(); }),
      iam_service_(roles_),
      sts_service_(roles_, outside_.clock, outside_.random),
      sqs_service_(*queues_),
      sns_service_(topics_),
      logs_api_(logs_),
      lambda_api_(functions_),
      api_(
          outside_.tasks, outside_.random,
          [this](const auto&... arguments) { return authorize(arguments...); }, outside_.endpoint) {
  for (http::ApiService* service : std::initializer_list<http::ApiService*>{
           &iam_service_, &sts_service_, &sqs_service_, &sns_service_, &logs_api_,
           &lambda_api_.service()}) {
    api_.add(*service);
  }
  topics_.set_lambda(&lambda_port_);
  topics_.set_queue_accepts([this](const std::string& queue, const std::string& topic) {
    return queue_accepts(queue, topic);
  });
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

bool Account::queue_accepts(const std::string& queue_arn, const std::string& topic_arn) {
  const auto key = sqs::QueueKey::from_arn(queue_arn);
  if (!key || key->account == outside_.service_account) return true;
  const auto text = queues_->policy(*key);
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
    const auto sent = queues_->deliver(
        target_arn, {std::move(payload), std::move(attributes), {}, {}}, outside_.service_account);
    if (sent) return;
    problem = sent.error().message;
  } else if (service == "sns") {
    sns::PublishRequest request;
    request.topic_arn = target_arn;
    request.message = std::move(payload);
    request.attributes = std::move(attributes);
    const auto published = topics_.publish(request);
    if (published) return;
    problem = published.error().message;
  } else if (service == "lambda") {
    lambda::InvokeCall call;
    call.function_arn = target_arn;
    call.payload = std::move(payload);
    call.type = lambda::InvocationType::kEvent;
    return functions_.invoke(std::move(call), [](auto) {});
  }
  outside_.journal.warn(
      fmt::format("the failed invocation could not be sent to {}: {}", target_arn, problem));
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
