#include "emulators/iam/service.h"

#include <algorithm>

#include "base/check.h"
#include "emulators/iam/operations.h"

namespace loopgate::iam {
namespace {

using http::boolean_shape;
using http::integer_shape;
using http::list_of;
using http::optional;
using http::required;
using http::ShapePtr;
using http::string_shape;
using http::structure;

struct Entry {
  http::OperationModel model;
  Operation run;
};

ShapePtr role_shape() {
  return structure({optional("Path", string_shape()), optional("RoleName", string_shape()),
                    optional("RoleId", string_shape()), optional("Arn", string_shape()),
                    optional("CreateDate", http::timestamp_shape()),
                    optional("AssumeRolePolicyDocument", string_shape()),
                    optional("Description", string_shape()),
                    optional("MaxSessionDuration", integer_shape())});
}

ShapePtr of_role() {
  return structure({required("RoleName", string_shape())});
}

ShapePtr named_policy() {
  return structure({required("RoleName", string_shape()), required("PolicyName", string_shape())});
}

ShapePtr attachment() {
  return structure({required("RoleName", string_shape()), required("PolicyArn", string_shape())});
}

ShapePtr page(const char* name, ShapePtr element) {
  return structure({optional(name, list_of(std::move(element))),
                    optional("IsTruncated", boolean_shape()), optional("Marker", string_shape())});
}

std::vector<Entry> make_operations() {
  return {
      {{"CreateRole",
        structure({required("RoleName", string_shape()), optional("Path", string_shape()),
                   required("AssumeRolePolicyDocument", string_shape()),
                   optional("Description", string_shape()),
                   optional("MaxSessionDuration", integer_shape())}),
        structure({optional("Role", role_shape())})},
       create_role},
      {{"GetRole", of_role(), structure({optional("Role", role_shape())})}, get_role},
      {{"ListRoles",
        structure({optional("PathPrefix", string_shape()), optional("Marker", string_shape()),
                   optional("MaxItems", integer_shape())}),
        page("Roles", role_shape())},
       list_roles},
      {{"DeleteRole", of_role(), nullptr}, delete_role},
      {{"PutRolePolicy",
        structure({required("RoleName", string_shape()), required("PolicyName", string_shape()),
                   required("PolicyDocument", string_shape())}),
        nullptr},
       put_role_policy},
      {{"GetRolePolicy", named_policy(),
        structure({optional("RoleName", string_shape()), optional("PolicyName", string_shape()),
                   optional("PolicyDocument", string_shape())})},
       get_role_policy},
      {{"DeleteRolePolicy", named_policy(), nullptr}, delete_role_policy},
      {{"ListRolePolicies", of_role(), page("PolicyNames", string_shape())}, list_role_policies},
      {{"AttachRolePolicy", attachment(), nullptr}, attach_role_policy},
      {{"DetachRolePolicy", attachment(), nullptr}, detach_role_policy},
      {{"ListAttachedRolePolicies", of_role(),
        page("AttachedPolicies", structure({optional("PolicyName", string_shape()),
                                            optional("PolicyArn", string_shape())}))},
       list_attached_role_policies},
  };
}

const std::vector<Entry>& operations() {
  static const auto kOperations = make_operations();
  return kOperations;
}

}  // namespace

const http::ServiceModel& IamService::model() const {
  static const http::ServiceModel kModel = [] {
    http::ServiceModel model;
    model.name = "iam";
    model.version = "2010-05-08";
    model.xml_namespace = "https://iam.amazonaws.com/doc/2010-05-08/";
    for (const auto& entry : operations()) model.operations.push_back(entry.model);
    return model;
  }();
  return kModel;
}

std::function<void()> IamService::call(http::ApiCall call, http::ApiReply reply) {
  const auto& all = operations();
  const auto found = std::ranges::find_if(
      all, [&](const Entry& entry) { return entry.model.name == call.operation; });
  LOOPGATE_CHECK(found != all.end());  // the front door asks for what the model has
  reply(found->run(roles_, call));
  return nullptr;
}

}  // namespace loopgate::iam
