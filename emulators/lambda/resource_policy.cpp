#include "emulators/lambda/resource_policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/json.h"
#include "emulators/lambda/names.h"

namespace loopgate::lambda {
namespace {

using Json = nlohmann::json;

bool is_account(std::string_view text) {
  return text.size() == 12 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Json principal_of(const std::string& given) {
  if (given == "*") return given;
  if (is_account(given)) return {{"AWS", "arn:aws:iam::" + given + ":root"}};
  if (given.starts_with("arn:")) return {{"AWS", given}};
  return {{"Service", given}};
}

}  // namespace

Json policy_statement(const PermissionStatement& permission, std::string_view resource) {
  Json statement = {{"Sid", permission.id},
                    {"Effect", "Allow"},
                    {"Principal", principal_of(permission.principal)},
                    {"Action", permission.action},
                    {"Resource", resource}};
  for (const auto& [key, value] : {std::pair{"AWS:SourceAccount", &permission.source_account},
                                   {"aws:PrincipalOrgID", &permission.principal_org},
                                   {"lambda:FunctionUrlAuthType", &permission.url_auth_type},
                                   {"lambda:EventSourceToken", &permission.source_token}}) {
    if (!value->empty()) statement["Condition"]["StringEquals"][key] = *value;
  }
  if (!permission.source_arn.empty()) {
    statement["Condition"]["ArnLike"] = {{"AWS:SourceArn", permission.source_arn}};
  }
  return statement;
}

std::string resource_policy(const FunctionConfig& function, std::string_view resource) {
  auto qualifier = qualifier_of(resource);
  if (qualifier == kLatest) qualifier = {};
  auto statements = Json::array();
  for (const auto& each : function.companions.permissions) {
    if (each.qualifier == qualifier) statements.push_back(policy_statement(each, resource));
  }
  if (statements.empty()) return {};
  return write_json(
      Json{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", std::move(statements)}});
}

}  // namespace loopgate::lambda
