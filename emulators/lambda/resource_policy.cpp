#include "emulators/lambda/resource_policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/json.h"

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

Json statement_of(const PermissionStatement& permission, const std::string& resource) {
  Json statement = {{"Sid", permission.id},
                    {"Effect", "Allow"},
                    {"Principal", principal_of(permission.principal)},
                    {"Action", permission.action},
                    {"Resource", resource}};
  if (!permission.source_account.empty()) {
    statement["Condition"]["StringEquals"] = {{"AWS:SourceAccount", permission.source_account}};
  }
  if (!permission.source_arn.empty()) {
    statement["Condition"]["ArnLike"] = {{"AWS:SourceArn", permission.source_arn}};
  }
  return statement;
}

}  // namespace

std::string resource_policy(const FunctionConfig& function, const std::string& resource) {
  auto statements = Json::array();
  for (const auto& each : function.permissions) statements.push_back(statement_of(each, resource));
  return write_json(
      Json{{"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", std::move(statements)}});
}

}  // namespace loopgate::lambda
