// AddPermission, RemovePermission and GetPolicy: of the function, or of one version or alias.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "emulators/lambda/called.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/names.h"
#include "emulators/lambda/resource_policy.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

// A service of AWS, an account, an ARN of IAM, or everybody.
bool is_principal(std::string_view text) {
  const bool is_account =
      text.size() == 12 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  return text == "*" || is_account || text.starts_with("arn:") ||
         text.ends_with(".amazonaws.com") || text.ends_with(".amazon.com") ||
         text.ends_with(".amazonaws.com.cn");
}

// The revision of what a policy hangs on: the function, one version or one alias.
std::string policy_revision(Functions& functions, const FunctionConfig& function,
                            const std::string& qualifier) {
  const auto alias = function.companions.aliases.find(qualifier);
  if (alias != function.companions.aliases.end()) return alias->second.revision_id;
  const auto version = functions.resolve(function.arn() + ":" + qualifier);
  return qualifier.empty() || !version ? function.revision_id : version->revision_id;
}

// Stores a changed policy: what it hangs on has a new revision, and nothing else has.
aws::Outcome<void> store(Functions& functions, FunctionConfig config,
                         const std::string& qualifier) {
  const auto alias = config.companions.aliases.find(qualifier);
  if (alias != config.companions.aliases.end()) {
    alias->second.revision_id = functions.surroundings().random.uuid();
  }
  const auto version = names_alias(qualifier) || qualifier.empty()
                           ? nullptr
                           : functions.resolve(config.arn() + ":" + qualifier);
  if (const auto set = functions.update_companions(std::move(config)); !set) {
    return aws::refuse(set.error());
  }
  if (!version) return {};
  const auto renewed = functions.update_companions(*version);
  if (!renewed) return aws::refuse(renewed.error());
  return {};
}

PermissionStatement read_permission(const Json& params, const std::string& qualifier) {
  PermissionStatement permission;
  permission.id = http::text_param(params, "StatementId");
  permission.action = http::text_param(params, "Action");
  permission.principal = http::text_param(params, "Principal");
  permission.source_arn = http::text_param(params, "SourceArn");
  permission.source_account = http::text_param(params, "SourceAccount");
  permission.principal_org = http::text_param(params, "PrincipalOrgID");
  permission.url_auth_type = http::text_param(params, "FunctionUrlAuthType");
  permission.source_token = http::text_param(params, "EventSourceToken");
  permission.qualifier = qualifier;
  return permission;
}

bool has_policy(const FunctionConfig& function, const std::string& qualifier) {
  return std::ranges::any_of(function.companions.permissions,
                             [&](const auto& one) { return one.qualifier == qualifier; });
}

}  // namespace

http::ApiResult add_permission(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  if (meant->qualifier == kLatest) {
    return aws::refuse(
        invalid_parameter("We currently do not support adding policies for $LATEST."));
  }
  auto permission = read_permission(call.params, meant->qualifier);
  if (!is_principal(permission.principal)) {
    return aws::refuse(invalid_parameter(
        "The provided principal was invalid. Please check the principal and try again."));
  }
  const auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(function_not_found(meant->arn));
  if (!meant->qualifier.empty()) {
    if (const auto is = check_qualifier(functions, *meant); !is) return aws::refuse(is.error());
  }
  const auto& present = function->companions.permissions;
  const bool is_taken = std::ranges::any_of(present, [&](const auto& one) {
    return one.id == permission.id && one.qualifier == permission.qualifier;
  });
  if (is_taken) {
    return aws::refuse(resource_conflict(
        fmt::format("The statement id ({}) provided already exists. Please provide a new statement "
                    "id, or remove the existing statement.",
                    permission.id)));
  }
  const auto revision = policy_revision(functions, *function, meant->qualifier);
  if (const auto is = check_revision(call, revision); !is) return aws::refuse(is.error());
  auto statement = write_json(policy_statement(permission, meant->qualified()));
  auto config = *function;
  config.companions.permissions.push_back(std::move(permission));
  if (const auto stored = store(functions, std::move(config), meant->qualifier); !stored) {
    return aws::refuse(stored.error());
  }
  return Json{{"Statement", std::move(statement)}};
}

http::ApiResult remove_permission(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  const auto function = functions.find(meant->arn);
  if (!function) {
    return aws::refuse(
        resource_not_found(fmt::format("No policy found for: {}", meant->qualified())));
  }
  if (names_alias(meant->qualifier)) {
    if (const auto is = check_qualifier(functions, *meant); !is) return aws::refuse(is.error());
  }
  if (!has_policy(*function, meant->qualifier)) {
    return aws::refuse(resource_not_found("No policy is associated with the given resource."));
  }
  const auto id = http::text_param(call.params, "StatementId");
  auto config = *function;
  const auto removed = std::erase_if(config.companions.permissions, [&](const auto& one) {
    return one.id == id && one.qualifier == meant->qualifier;
  });
  if (removed == 0) {
    return aws::refuse(
        resource_not_found(fmt::format("Statement {} is not found in resource policy.", id)));
  }
  const auto revision = policy_revision(functions, *function, meant->qualifier);
  if (const auto is = check_revision(call, revision); !is) return aws::refuse(is.error());
  if (const auto stored = store(functions, std::move(config), meant->qualifier); !stored) {
    return aws::refuse(stored.error());
  }
  return Json::object();
}

http::ApiResult get_policy(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  const auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(function_not_found(meant->arn));
  auto policy = resource_policy(*function, meant->qualified());
  if (policy.empty()) return aws::refuse(resource_not_found());
  return Json{{"Policy", std::move(policy)},
              {"RevisionId", policy_revision(functions, *function, meant->qualifier)}};
}

}  // namespace loopgate::lambda
