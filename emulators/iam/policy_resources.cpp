#include "emulators/iam/properties.h"
#include "emulators/iam/resources.h"

namespace loopgate::iam {
namespace {

// AWS::IAM::RolePolicy names one role, AWS::IAM::Policy a list.
std::vector<std::string> roles_of(const nlohmann::json& properties) {
  auto names = property_list(properties, "Roles");
  if (const auto one = property_text(properties, "RoleName"); !one.empty()) names.push_back(one);
  for (auto& name : names) name = role_name(name);
  return names;
}

void warn_of_users(const cfn::ResourceRequest& request, std::vector<std::string>& warnings) {
  for (const char* property : {"Users", "Groups"}) {
    if (!property_list(request.properties, property).empty()) {
      warnings.push_back(request.logical_id + ": " + property +
                         " are ignored; the sandbox has roles only.");
    }
  }
}

}  // namespace

std::vector<std::string_view> PolicyResource::attributes(std::string_view) const {
  return {"Id"};
}

std::vector<std::string_view> PolicyResource::properties(std::string_view type) const {
  if (type == "AWS::IAM::RolePolicy") return {"PolicyDocument", "PolicyName", "RoleName"};
  return {"Groups", "PolicyDocument", "PolicyName", "Roles", "Users"};
}

Status PolicyResource::validate(const cfn::ResourceRequest& request,
                                std::vector<std::string>& warnings) {
  warn_of_users(request, warnings);
  if (property_text(request.properties, "PolicyName").empty()) {
    return fail_at(request, "", "property PolicyName is required");
  }
  return check_document(request, "/PolicyDocument",
                        property_text(request.properties, "PolicyDocument"), PolicyKind::kIdentity);
}

// In all its roles, or in none.
Result<cfn::ResourceState> PolicyResource::put(const cfn::ResourceRequest& request) {
  const auto& account = request.stack->account;
  const auto name = property_text(request.properties, "PolicyName");
  const auto document = property_text(request.properties, "PolicyDocument");
  const auto roles = roles_of(request.properties);
  for (auto role = roles.begin(); role != roles.end(); ++role) {
    const auto done = roles_.put_role_policy(account, *role, name, document);
    if (done) continue;
    take_away(account, {roles.begin(), role}, name);
    return fail_at(request, "/Roles", done.error().message);
  }
  return cfn::ResourceState{name, {{"Id", name}}};
}

void PolicyResource::take_away(const std::string& account, const std::vector<std::string>& roles,
                               const std::string& name) {
  for (const auto& role : roles) (void)roles_.delete_role_policy(account, role, name);
}

void PolicyResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(put(request));
}

void PolicyResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(change_or_restore(request, [&](const auto& wanted) {
    take_away(wanted.stack->account, roles_of(wanted.old_properties),
              property_text(wanted.old_properties, "PolicyName"));
    return put(wanted);
  }));
}

void PolicyResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  const auto& properties =
      request.old_properties.empty() ? request.properties : request.old_properties;
  // A replacement under another name has already taken this one's policy away.
  take_away(request.stack->account, roles_of(properties), request.physical_id);
  done({});
}

std::vector<std::string_view> ManagedPolicyResource::attributes(std::string_view) const {
  return {"PolicyArn",       "PolicyId",     "DefaultVersionId",
          "AttachmentCount", "IsAttachable", "PermissionsBoundaryUsageCount",
          "CreateDate",      "UpdateDate"};
}

std::vector<std::string_view> ManagedPolicyResource::properties(std::string_view) const {
  return {"Description", "Groups", "ManagedPolicyName", "Path", "PolicyDocument", "Roles", "Users"};
}

Status ManagedPolicyResource::validate(const cfn::ResourceRequest& request,
                                       std::vector<std::string>& warnings) {
  warn_of_users(request, warnings);
  return check_document(request, "/PolicyDocument",
                        property_text(request.properties, "PolicyDocument"), PolicyKind::kIdentity);
}

namespace {

cfn::ResourceState state_of(const ManagedPolicy& policy, std::size_t attachments) {
  const auto created = to_iso8601(policy.created);
  return {policy.arn,
          {{"PolicyArn", policy.arn},
           {"PolicyId", policy.id},
           {"DefaultVersionId", "v1"},
           {"AttachmentCount", std::to_string(attachments)},
           {"IsAttachable", "true"},
           {"PermissionsBoundaryUsageCount", "0"},
           {"CreateDate", created},
           {"UpdateDate", created}}};
}

}  // namespace

Result<cfn::ResourceState> ManagedPolicyResource::make(const cfn::ResourceRequest& request) {
  auto name = property_text(request.properties, "ManagedPolicyName");
  if (name.empty()) name = generated_name(request, random_, kMaxPolicyNameCharacters);
  auto path = property_text(request.properties, "Path");
  if (path.empty()) path = "/";
  const auto policy = roles_.create_policy(request.stack->account, name, path,
                                           property_text(request.properties, "PolicyDocument"));
  if (!policy) return fail_at(request, "/ManagedPolicyName", policy.error().message);
  const auto arn = (*policy)->arn;
  if (auto attached = attach_to_roles(request, arn); !attached) {
    roles_.remove_policy(arn);
    return std::unexpected(attached.error());
  }
  return state_of(*roles_.policy(arn), roles_of(request.properties).size());
}

Status ManagedPolicyResource::attach_to_roles(const cfn::ResourceRequest& request,
                                              const std::string& arn) {
  for (const auto& role : roles_of(request.properties)) {
    const auto done = roles_.attach(request.stack->account, role, arn);
    if (!done) return fail_at(request, "/Roles", done.error().message);
  }
  return {};
}

void ManagedPolicyResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

void ManagedPolicyResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (changes(request, "ManagedPolicyName") || changes(request, "Path") ||
      !roles_.policy(request.physical_id)) {
    return done(make(request));
  }
  done(change_or_restore(request, [&](const auto& wanted) { return change(wanted); }));
}

Result<cfn::ResourceState> ManagedPolicyResource::change(const cfn::ResourceRequest& request) {
  const auto& arn = request.physical_id;
  const auto document = property_text(request.properties, "PolicyDocument");
  if (const auto updated = roles_.update_policy(arn, document); !updated) {
    return fail_at(request, "/PolicyDocument", updated.error().message);
  }
  const auto kept = roles_of(request.properties);
  for (const auto& role : roles_of(request.old_properties)) {
    if (std::ranges::find(kept, role) == kept.end()) {
      (void)roles_.detach(request.stack->account, role, arn);
    }
  }
  if (auto attached = attach_to_roles(request, arn); !attached) {
    return std::unexpected(attached.error());
  }
  return state_of(*roles_.policy(arn), kept.size());
}

void ManagedPolicyResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  roles_.remove_policy(request.physical_id);
  done({});
}

}  // namespace loopgate::iam
