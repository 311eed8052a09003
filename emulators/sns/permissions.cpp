// https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html
// https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 9> kActions = {"GetTopicAttributes",
                                                      "SetTopicAttributes",
                                                      "AddPermission",
                                                      "RemovePermission",
                                                      "DeleteTopic",
                                                      "Subscribe",
                                                      "ListSubscriptionsByTopic",
                                                      "Publish",
                                                      "Receive"};

json one_or_list(std::vector<std::string> values) {
  return values.size() == 1 ? json(values.front()) : json(values);
}

// The statements as a list, whichever way they were written.
json policy_of(Topics& topics, const std::string& arn) {
  auto policy = read_json(topics.topic_attributes(arn).value()["Policy"]).value_or(nullptr);
  if (!policy.is_object()) policy = json::object();
  auto& statements = policy["Statement"];
  if (!statements.is_array()) {
    statements = statements.is_object() ? json::array({statements}) : json::array();
  }
  return policy;
}

// Neither an empty text nor an empty list.
bool is_given(const json& params, const char* name) {
  const auto found = params.find(name);
  if (found == params.end()) return false;
  return found->is_string() ? *found != "" : !found->empty();
}

bool has_label(const json& statement, const std::string& label) {
  return statement.is_object() && statement.value("Sid", json()) == label;
}

http::ApiResult set_policy(Topics& topics, const std::string& arn, const json& policy) {
  const auto text = write_json(policy);
  const auto set = topics.set_topic_attribute(arn, "Policy", text);
  if (!set) return aws::refuse(set.error());
  return json::object();
}

}  // namespace

http::ApiResult add_permission(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "TopicArn");
  const auto label = text_param(call.params, "Label");
  if (const auto topic = callers_topic(topics, call, arn); !topic) {
    return aws::refuse(topic.error());
  }
  for (const char* name : {"Label", "AWSAccountId", "ActionName"}) {
    if (!is_given(call.params, name)) {
      return aws::refuse(
          invalid_parameter(fmt::format("{} Reason: no value for required parameter", name)));
    }
  }
  auto policy = policy_of(topics, arn);
  for (const auto& statement : policy["Statement"]) {
    if (has_label(statement, label)) {
      return aws::refuse(invalid_parameter("Statement already exists"));
    }
  }
  std::vector<std::string> actions;
  for (const auto& action : call.params.value("ActionName", std::vector<std::string>())) {
    if (std::ranges::find(kActions, action) == kActions.end()) {
      return aws::refuse(invalid_parameter("Policy statement action out of service scope!"));
    }
    actions.push_back("SNS:" + action);
  }
  std::vector<std::string> principals;
  for (const auto& account : call.params.value("AWSAccountId", std::vector<std::string>())) {
    principals.push_back("arn:aws:iam::" + account + ":root");
  }
  policy["Statement"].push_back({{"Sid", label},
                                 {"Effect", "Allow"},
                                 {"Principal", {{"AWS", one_or_list(std::move(principals))}}},
                                 {"Action", one_or_list(std::move(actions))},
                                 {"Resource", arn}});
  return set_policy(topics, arn, policy);
}

http::ApiResult remove_permission(Topics& topics, const http::ApiCall& call) {
  const auto arn = text_param(call.params, "TopicArn");
  const auto label = text_param(call.params, "Label");
  if (const auto topic = callers_topic(topics, call, arn); !topic) {
    return aws::refuse(topic.error());
  }
  auto policy = policy_of(topics, arn);
  json kept = json::array();
  for (const auto& statement : policy["Statement"]) {
    if (!has_label(statement, label)) kept.push_back(statement);
  }
  policy["Statement"] = std::move(kept);
  return set_policy(topics, arn, policy);
}

}  // namespace loopgate::sns
