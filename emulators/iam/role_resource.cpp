#include <charconv>

#include "emulators/iam/aws_managed.h"
#include "emulators/iam/properties.h"
#include "emulators/iam/resources.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;

json inline_list(const json& properties) {
  const auto list = properties.value("Policies", json::array());
  return list.is_array() ? list : json::array();
}

cfn::ResourceState state_of(const Role& role) {
  return {role.name, {{"Arn", role.arn}, {"RoleId", role.id}}};
}

CreateRoleRequest role_request(const cfn::ResourceRequest& request, std::string name) {
  CreateRoleRequest out;
  out.account = request.stack->account;
  out.name = std::move(name);
  if (const auto path = property_text(request.properties, "Path"); !path.empty()) out.path = path;
  out.trust_document = property_text(request.properties, "AssumeRolePolicyDocument");
  out.description = property_text(request.properties, "Description");
  const auto seconds = property_text(request.properties, "MaxSessionDuration");
  if (!seconds.empty()) {
    out.max_session_seconds = 0;  // what is not a number is refused as out of range
    std::from_chars(seconds.data(), seconds.data() + seconds.size(), out.max_session_seconds);
  }
  return out;
}

}  // namespace

std::vector<std::string_view> RoleResource::attributes(std::string_view) const {
  return {"Arn", "RoleId"};
}

std::vector<std::string_view> RoleResource::properties(std::string_view) const {
  return {"AssumeRolePolicyDocument",
          "Description",
          "ManagedPolicyArns",
          "MaxSessionDuration",
          "Path",
          "PermissionsBoundary",
          "Policies",
          "RoleName",
          "Tags"};
}

Status RoleResource::validate(const cfn::ResourceRequest& request,
                              std::vector<std::string>& warnings) {
  const auto trust = property_text(request.properties, "AssumeRolePolicyDocument");
  if (trust.empty()) {
    return fail_at(request, "", "property AssumeRolePolicyDocument is required");
  }
  if (auto checked =
          check_document(request, "/AssumeRolePolicyDocument", trust, PolicyKind::kTrust);
      !checked) {
    return checked;
  }
  const auto policies = inline_list(request.properties);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const auto pointer = "/Policies/" + std::to_string(i);
    if (property_text(policies[i], "PolicyName").empty()) {
      return fail_at(request, pointer, "PolicyName is required");
    }
    if (auto checked =
            check_document(request, pointer + "/PolicyDocument",
                           property_text(policies[i], "PolicyDocument"), PolicyKind::kIdentity);
        !checked) {
      return checked;
    }
  }
  for (const auto& arn : property_list(request.properties, "ManagedPolicyArns")) {
    if (is_aws_managed_arn(arn) && !find_aws_managed(arn)) {
      warnings.push_back(request.logical_id + ": the sandbox does not know the managed policy " +
                         arn + "; it grants nothing here.");
    }
  }
  return {};
}

Result<cfn::ResourceState> RoleResource::make(const cfn::ResourceRequest& request) {
  auto name = property_text(request.properties, "RoleName");
  if (name.empty()) name = generated_name(request, random_, kMaxNameCharacters);
  const auto role = roles_.create_role(role_request(request, name));
  if (!role) return fail_at(request, "/RoleName", role.error().message);
  if (auto put = put_policies(request, name); !put) {
    roles_.remove_role(request.stack->account, name);
    return std::unexpected(put.error());
  }
  return state_of(**roles_.role(request.stack->account, name));
}

Status RoleResource::put_policies(const cfn::ResourceRequest& request, const std::string& name) {
  const auto& account = request.stack->account;
  const auto policies = inline_list(request.properties);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const auto done =
        roles_.put_role_policy(account, name, property_text(policies[i], "PolicyName"),
                               property_text(policies[i], "PolicyDocument"));
    if (!done) {
      return fail_at(request, "/Policies/" + std::to_string(i), done.error().message);
    }
  }
  for (const auto& arn : property_list(request.properties, "ManagedPolicyArns")) {
    if (const auto done = roles_.attach(account, name, arn); !done) {
      return fail_at(request, "/ManagedPolicyArns", done.error().message);
    }
  }
  return {};
}

void RoleResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

void RoleResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (changes(request, "RoleName") || changes(request, "Path") ||
      !roles_.role(request.stack->account, request.physical_id)) {
    return done(make(request));
  }
  done(change_or_restore(request, [&](const auto& wanted) { return change(wanted); }));
}

Result<cfn::ResourceState> RoleResource::change(const cfn::ResourceRequest& request) {
  const auto& account = request.stack->account;
  const auto& name = request.physical_id;
  if (const auto updated = roles_.update_role(account, name, role_request(request, name));
      !updated) {
    return fail_at(request, "/AssumeRolePolicyDocument", updated.error().message);
  }
  // Only what this resource put there goes; what others added stays.
  for (const auto& old : inline_list(request.old_properties)) {
    (void)roles_.delete_role_policy(account, name, property_text(old, "PolicyName"));
  }
  for (const auto& arn : property_list(request.old_properties, "ManagedPolicyArns")) {
    (void)roles_.detach(account, name, arn);
  }
  if (auto put = put_policies(request, name); !put) return std::unexpected(put.error());
  return state_of(**roles_.role(account, name));
}

void RoleResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  roles_.remove_role(request.stack->account, request.physical_id);
  done({});
}

}  // namespace loopgate::iam
