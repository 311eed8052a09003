// The operations of IAM on roles and their policies.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "emulators/http/api.h"
#include "emulators/iam/roles.h"

namespace loopgate::iam {

http::ApiResult create_role(Roles& roles, const http::ApiCall& call);
http::ApiResult get_role(Roles& roles, const http::ApiCall& call);
http::ApiResult list_roles(Roles& roles, const http::ApiCall& call);
http::ApiResult delete_role(Roles& roles, const http::ApiCall& call);
http::ApiResult put_role_policy(Roles& roles, const http::ApiCall& call);
http::ApiResult get_role_policy(Roles& roles, const http::ApiCall& call);
http::ApiResult delete_role_policy(Roles& roles, const http::ApiCall& call);
http::ApiResult list_role_policies(Roles& roles, const http::ApiCall& call);
http::ApiResult attach_role_policy(Roles& roles, const http::ApiCall& call);
http::ApiResult detach_role_policy(Roles& roles, const http::ApiCall& call);
http::ApiResult list_attached_role_policies(Roles& roles, const http::ApiCall& call);

using http::text_param;

}  // namespace loopgate::iam
