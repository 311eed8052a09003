// CreateRole, GetRole, ListRoles, DeleteRole.
#include "codec/percent.h"
#include "emulators/iam/errors.h"
#include "emulators/iam/limits.h"
#include "emulators/iam/operations.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;

json describe(const Role& role) {
  json out = {{"Path", role.path},
              {"RoleName", role.name},
              {"RoleId", role.id},
              {"Arn", role.arn},
              {"CreateDate", to_iso8601(role.created)},
              {"AssumeRolePolicyDocument", codec::percent_encode(role.trust_document)},
              {"MaxSessionDuration", role.max_session_seconds}};
  if (!role.description.empty()) out["Description"] = role.description;
  return out;
}

}  // namespace

http::ApiResult create_role(Roles& roles, const http::ApiCall& call) {
  CreateRoleRequest request;
  request.account = call.caller.account;
  request.name = text_param(call.params, "RoleName");
  request.path = call.params.value("Path", std::string("/"));
  request.trust_document = text_param(call.params, "AssumeRolePolicyDocument");
  request.description = text_param(call.params, "Description");
  request.max_session_seconds = call.params.value("MaxSessionDuration", std::int64_t{3600});
  const auto role = roles.create_role(request);
  if (!role) return aws::refuse(role.error());
  return json{{"Role", describe(**role)}};
}

http::ApiResult get_role(Roles& roles, const http::ApiCall& call) {
  const auto role = roles.role(call.caller.account, text_param(call.params, "RoleName"));
  if (!role) return aws::refuse(role.error());
  return json{{"Role", describe(**role)}};
}

// A page's marker is the last key on it.
http::ApiResult list_roles(Roles& roles, const http::ApiCall& call) {
  const auto prefix = call.params.value("PathPrefix", std::string("/"));
  json result = {{"Roles", json::array()}, {"IsTruncated", false}};
  std::string last;
  const auto& all = roles.roles();
  for (auto it = all.upper_bound(text_param(call.params, "Marker")); it != all.end(); ++it) {
    const auto& role = it->second;
    if (role.account != call.caller.account || !role.path.starts_with(prefix)) continue;
    if (result["Roles"].size() == kPageSize) {
      result["IsTruncated"] = true;
      result["Marker"] = last;
      break;
    }
    result["Roles"].push_back(describe(role));
    last = it->first;
  }
  return result;
}

http::ApiResult delete_role(Roles& roles, const http::ApiCall& call) {
  const auto done = roles.delete_role(call.caller.account, text_param(call.params, "RoleName"));
  if (!done) return aws::refuse(done.error());
  return json::object();
}

}  // namespace loopgate::iam
