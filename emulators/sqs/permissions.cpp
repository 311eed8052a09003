// Statements of a queue's policy by label.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html
#include <algorithm>
#include <array>

#include "base/json.h"
#include "emulators/http/caller.h"
#include "emulators/sqs/errors.h"
#include "emulators/sqs/limits.h"
#include "emulators/sqs/operations.h"
#include "emulators/sqs/settings.h"
#include "emulators/sqs/wire.h"

namespace loopgate::sqs {

namespace {

using nlohmann::json;

// What others than the owner can be permitted to do.
constexpr std::array<std::string_view, 9> kActions = {
    "*",           "ChangeMessageVisibility",    "DeleteMessage", "GetQueueAttributes",
    "GetQueueUrl", "ListDeadLetterSourceQueues", "PurgeQueue",    "ReceiveMessage",
    "SendMessage"};

json read_policy(const Queues& queues, const QueueKey& key) {
  auto policy = read_json(queues.policy(key).value_or("")).value_or(nullptr);
  if (!policy.is_object()) {
    policy = {{"Version", "2008-10-17"}, {"Id", key.arn() + "/SQSDefaultPolicy"}};
  }
  auto& statements = policy["Statement"];
  if (statements.is_object()) statements = json::array({statements});
  if (!statements.is_array()) statements = json::array();
  return policy;
}

bool has_label(const json& statement, const std::string& label) {
  return statement.is_object() && statement.value("Sid", json()) == label;
}

http::ApiResult save(Queues& queues, const QueueKey& key, const json& policy) {
  const auto text = policy["Statement"].empty() ? std::string() : write_json(policy);
  if (const auto set = queues.set_attributes(key, {{"Policy", text}}); !set)
    return aws::refuse(set.error());
  return json::object();
}

}  // namespace

http::ApiResult add_permission(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  const auto label = text_param(call.params, "Label");
  if (!is_plain_name(label)) {
    return aws::refuse(invalid_parameter_value(
        label, "Label",
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"));
  }
  auto policy = read_policy(queues, *key);
  auto& statements = policy["Statement"];
  if (std::ranges::any_of(statements, [&](const json& s) { return has_label(s, label); })) {
    return aws::refuse(invalid_parameter_value(label, "Label", "Already exists."));
  }
  const auto accounts = list_param(call.params, "AWSAccountIds");
  const auto names = list_param(call.params, "Actions");
  if (accounts.empty()) return aws::refuse(missing_parameter("AWSAccountIds"));
  if (names.empty()) return aws::refuse(missing_parameter("Actions"));
  if (statements.size() >= kMaxPolicyStatements || names.size() > kMaxPolicyActions) {
    return aws::refuse(
        over_limit("A policy has at most 20 statements, a permission at most 7 actions."));
  }
  json principals = json::array();
  for (const auto& account : accounts) {
    if (!http::is_account_id(account)) {
      return aws::refuse(
          invalid_parameter_value("[" + account + "]", "PrincipalId", "Unable to verify."));
    }
    principals.push_back("arn:aws:iam::" + account + ":root");
  }
  json actions = json::array();
  for (const auto& name : names) {
    if (std::ranges::find(kActions, name) == kActions.end()) {
      return aws::refuse(invalid_parameter_value(
          "SQS:" + name, "ActionName", "Only the queue owner is allowed to invoke this action."));
    }
    actions.push_back("SQS:" + name);
  }
  const auto one_or_all = [](const json& list) { return list.size() == 1 ? list.front() : list; };
  statements.push_back({{"Sid", label},
                        {"Effect", "Allow"},
                        {"Principal", {{"AWS", one_or_all(principals)}}},
                        {"Action", one_or_all(actions)},
                        {"Resource", key->arn()}});
  return save(queues, *key, policy);
}

http::ApiResult remove_permission(Queues& queues, const http::ApiCall& call) {
  const auto key = called_queue(queues, call);
  if (!key) return aws::refuse(key.error());
  const auto label = text_param(call.params, "Label");
  auto policy = read_policy(queues, *key);
  json kept = json::array();
  for (const auto& statement : policy["Statement"]) {
    if (!has_label(statement, label)) kept.push_back(statement);
  }
  if (kept.size() == policy["Statement"].size()) {
    return aws::refuse(invalid_parameter_value(label, "Label", "can't find label."));
  }
  policy["Statement"] = std::move(kept);
  return save(queues, *key, policy);
}

}  // namespace loopgate::sqs
