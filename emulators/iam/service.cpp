#include "emulators/iam/service.h"

#include "aws/shapes/services.h"
#include "emulators/iam/operations.h"

namespace loopgate::iam {

namespace {

constexpr http::Operation<Roles> kOperations[] = {
    {"CreateRole", create_role},
    {"GetRole", get_role},
    {"ListRoles", list_roles},
    {"DeleteRole", delete_role},
    {"PutRolePolicy", put_role_policy},
    {"GetRolePolicy", get_role_policy},
    {"DeleteRolePolicy", delete_role_policy},
    {"ListRolePolicies", list_role_policies},
    {"AttachRolePolicy", attach_role_policy},
    {"DetachRolePolicy", detach_role_policy},
    {"ListAttachedRolePolicies", list_attached_role_policies},
};

}  // namespace

IamService::IamService(Roles& roles)
    : TableService(aws::shapes::kIam, kOperations, roles), roles_(roles) {}

http::Permission IamService::permission_for(const http::ApiCall& call) const {
  const auto action = "iam:" + call.operation;
  const auto name = http::text_param(call.params, "RoleName");
  if (name.empty()) return {action, "*"};
  // By its path, too, when there is such a role.
  if (const auto role = roles_.role(call.caller.account, name)) return {action, (*role)->arn};
  return {action, "arn:aws:iam::" + call.caller.account + ":role/" + name};
}

}  // namespace loopgate::iam
