// Inline policies of a role, and the managed ones attached to it.
#include "codec/percent.h"
#include "emulators/iam/errors.h"
#include "emulators/iam/operations.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;

http::ApiResult answer(const aws::Outcome<void>& done) {
  if (!done) return aws::refuse(done.error());
  return json::object();
}

}  // namespace

http::ApiResult put_role_policy(Roles& roles, const http::ApiCall& call) {
  return answer(roles.put_role_policy(call.caller.account, text_param(call.params, "RoleName"),
                                      text_param(call.params, "PolicyName"),
                                      text_param(call.params, "PolicyDocument")));
}

http::ApiResult get_role_policy(Roles& roles, const http::ApiCall& call) {
  const auto name = text_param(call.params, "PolicyName");
  const auto role = roles.role(call.caller.account, text_param(call.params, "RoleName"));
  if (!role) return aws::refuse(role.error());
  const auto found = (*role)->inline_policies.find(name);
  if (found == (*role)->inline_policies.end()) return aws::refuse(no_such_role_policy(name));
  return json{{"RoleName", (*role)->name},
              {"PolicyName", name},
              {"PolicyDocument", codec::percent_encode(found->second.document)}};
}

http::ApiResult delete_role_policy(Roles& roles, const http::ApiCall& call) {
  return answer(roles.delete_role_policy(call.caller.account, text_param(call.params, "RoleName"),
                                         text_param(call.params, "PolicyName")));
}

http::ApiResult list_role_policies(Roles& roles, const http::ApiCall& call) {
  const auto role = roles.role(call.caller.account, text_param(call.params, "RoleName"));
  if (!role) return aws::refuse(role.error());
  json names = json::array();
  for (const auto& [name, policy] : (*role)->inline_policies) names.push_back(name);
  return json{{"PolicyNames", std::move(names)}, {"IsTruncated", false}};
}

http::ApiResult attach_role_policy(Roles& roles, const http::ApiCall& call) {
  return answer(roles.attach(call.caller.account, text_param(call.params, "RoleName"),
                             text_param(call.params, "PolicyArn")));
}

http::ApiResult detach_role_policy(Roles& roles, const http::ApiCall& call) {
  return answer(roles.detach(call.caller.account, text_param(call.params, "RoleName"),
                             text_param(call.params, "PolicyArn")));
}

http::ApiResult list_attached_role_policies(Roles& roles, const http::ApiCall& call) {
  const auto role = roles.role(call.caller.account, text_param(call.params, "RoleName"));
  if (!role) return aws::refuse(role.error());
  json attached = json::array();
  for (const auto& arn : (*role)->attached) {
    attached.push_back({{"PolicyName", arn.substr(arn.rfind('/') + 1)}, {"PolicyArn", arn}});
  }
  return json{{"AttachedPolicies", std::move(attached)}, {"IsTruncated", false}};
}

}  // namespace loopgate::iam
