// Keeping roles and policies; who may do what is decided in roles_authorize.cpp.
#include "emulators/iam/roles.h"

#include <algorithm>

#include "emulators/iam/aws_managed.h"
#include "emulators/iam/errors.h"
#include "emulators/iam/limits.h"

namespace loopgate::iam {
namespace {

std::string key_of(const std::string& account, const std::string& name) {
  return account + "/" + name;
}

bool is_name(std::string_view name, std::size_t limit) {
  return !name.empty() && name.size() <= limit && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("+=,.@_-").find(c) != std::string_view::npos;
  });
}

bool is_path(std::string_view path) {
  return path.starts_with('/') && path.ends_with('/') && path.size() <= 512 &&
         std::ranges::all_of(path, [](char c) { return c > ' ' && c <= '~'; });
}

aws::AwsError bad_name(const std::string& field, const std::string& name) {
  return aws::validation_error("The specified value for " + field + " is invalid: " + name +
                               ". It must contain only alphanumeric characters and/or the "
                               "following: +=,.@_-");
}

store::Store& migrated(store::Store& store) {
  // A database that cannot take its tables fails at the first turn, with its own sentence.
  (void)store.migrate("iam", {"CREATE TABLE iam_roles (arn TEXT PRIMARY KEY,"
                              " document TEXT NOT NULL) WITHOUT ROWID",
                              "CREATE TABLE iam_policies (arn TEXT PRIMARY KEY,"
                              " document TEXT NOT NULL) WITHOUT ROWID"});
  return store;
}

// White space does not count against IAM's quotas.
std::size_t counted_size(std::string_view document) {
  return static_cast<std::size_t>(std::ranges::count_if(document, [](char c) {
    return std::string_view(" \t\r\n").find(c) == std::string_view::npos;
  }));
}

}  // namespace

Roles::Roles(store::Store& store, Clock& clock, Random& random, Journal& journal)
    : store_(migrated(store)),
      clock_(clock),
      random_(random),
      journal_(journal),
      put_role_(store.prepare("INSERT OR REPLACE INTO iam_roles VALUES (?1, ?2)")),
      delete_role_(store.prepare("DELETE FROM iam_roles WHERE arn = ?1")),
      put_policy_(store.prepare("INSERT OR REPLACE INTO iam_policies VALUES (?1, ?2)")),
      delete_policy_(store.prepare("DELETE FROM iam_policies WHERE arn = ?1")) {
  load();
  store_.on_rollback([this] { load(); });
}

aws::Outcome<void> Roles::check_role(const CreateRoleRequest& request, Role& role) const {
  if (request.trust_document.size() > kMaxTrustPolicyBytes) {
    return aws::refuse(limit_exceeded("Cannot exceed quota for ACLSizePerRole: 4096"));
  }
  auto trust = Policy::parse(request.trust_document, PolicyKind::kTrust);
  if (!trust) return aws::refuse(trust.error());
  if (request.max_session_seconds < 3600 || request.max_session_seconds > kMaxSession.count()) {
    return aws::refuse(
        aws::validation_error("Value at 'maxSessionDuration' failed to satisfy constraint: Member "
                              "must have value between "
                              "3600 and 43200"));
  }
  role.trust = std::move(*trust);
  role.trust_document = request.trust_document;
  role.description = request.description.substr(0, 1000);
  role.max_session_seconds = request.max_session_seconds;
  return {};
}

aws::Outcome<const Role*> Roles::create_role(const CreateRoleRequest& request) {
  if (!is_name(request.name, kMaxNameCharacters)) {
    return aws::refuse(bad_name("roleName", request.name));
  }
  if (!is_path(request.path)) return aws::refuse(aws::validation_error("The path is invalid."));
  if (find(request.account, request.name)) return aws::refuse(role_exists(request.name));
  if (roles_.size() >= kMaxRoles) {
    return aws::refuse(limit_exceeded("Cannot exceed quota for RolesPerAccount: 5000"));
  }
  Role role;
  if (auto checked = check_role(request, role); !checked) return aws::refuse(checked.error());
  role.account = request.account;
  role.name = request.name;
  role.path = request.path;
  role.arn = "arn:aws:iam::" + request.account + ":role" + request.path + request.name;
  role.id = "AROA" + random_.upper_alnum(17);
  role.created = clock_.wall();
  save(role);
  const auto key = key_of(role.account, role.name);
  return &roles_.insert_or_assign(key, std::move(role)).first->second;
}

aws::Outcome<void> Roles::update_role(const std::string& account, const std::string& name,
                                      const CreateRoleRequest& request) {
  auto* role = find(account, name);
  if (!role) return aws::refuse(no_such_role(name));
  if (auto checked = check_role(request, *role); !checked) return checked;
  save(*role);
  return {};
}

aws::Outcome<void> Roles::delete_role(const std::string& account, const std::string& name) {
  const auto* role = find(account, name);
  if (!role) return aws::refuse(no_such_role(name));
  if (!role->inline_policies.empty()) return aws::refuse(delete_conflict("delete policies first."));
  if (!role->attached.empty()) {
    return aws::refuse(delete_conflict("detach all policies first."));
  }
  remove_role(account, name);
  return {};
}

void Roles::remove_role(const std::string& account, const std::string& name) {
  const auto found = roles_.find(key_of(account, name));
  if (found == roles_.end()) return;
  delete_role_.bind(1, std::string_view(found->second.arn)).run();
  roles_.erase(found);
}

aws::Outcome<const Role*> Roles::role(const std::string& account, const std::string& name) const {
  const auto found = roles_.find(key_of(account, name));
  if (found == roles_.end()) return aws::refuse(no_such_role(name));
  return &found->second;
}

const Role* Roles::role_by_arn(const std::string& arn) const {
  constexpr std::string_view kPrefix = "arn:aws:iam::";
  if (!arn.starts_with(kPrefix)) return nullptr;
  const auto colon = arn.find(':', kPrefix.size());
  if (colon == std::string::npos) return nullptr;
  const auto found = roles_.find(
      key_of(arn.substr(kPrefix.size(), colon - kPrefix.size()), arn.substr(arn.rfind('/') + 1)));
  return found == roles_.end() || found->second.arn != arn ? nullptr : &found->second;
}

Role* Roles::find(const std::string& account, const std::string& name) {
  const auto found = roles_.find(key_of(account, name));
  return found == roles_.end() ? nullptr : &found->second;
}

aws::Outcome<void> Roles::put_role_policy(const std::string& account, const std::string& role_name,
                                          const std::string& name, const std::string& document) {
  auto* role = find(account, role_name);
  if (!role) return aws::refuse(no_such_role(role_name));
  if (!is_name(name, kMaxPolicyNameCharacters)) return aws::refuse(bad_name("policyName", name));
  auto policy = Policy::parse(document, PolicyKind::kIdentity);
  if (!policy) return aws::refuse(policy.error());
  std::size_t size = counted_size(document);
  for (const auto& [other, existing] : role->inline_policies) {
    if (other != name) size += counted_size(existing.document);
  }
  if (size > kMaxPolicyBytes) {
    return aws::refuse(
        limit_exceeded("Maximum policy size of 10240 bytes exceeded for role " + role_name));
  }
  role->inline_policies[name] = {document, std::move(*policy)};
  save(*role);
  return {};
}

aws::Outcome<void> Roles::delete_role_policy(const std::string& account,
                                             const std::string& role_name,
                                             const std::string& name) {
  auto* role = find(account, role_name);
  if (!role) return aws::refuse(no_such_role(role_name));
  if (role->inline_policies.erase(name) == 0) return aws::refuse(no_such_role_policy(name));
  save(*role);
  return {};
}

aws::Outcome<void> Roles::attach(const std::string& account, const std::string& role_name,
                                 const std::string& policy_arn) {
  auto* role = find(account, role_name);
  if (!role) return aws::refuse(no_such_role(role_name));
  if (!is_aws_managed_arn(policy_arn) && !policies_.contains(policy_arn)) {
    return aws::refuse(no_such_policy(policy_arn));
  }
  if (is_aws_managed_arn(policy_arn) && !find_aws_managed(policy_arn)) {
    journal_.warn("IAM: the sandbox does not know the managed policy " + policy_arn +
                  "; it grants nothing to role " + role_name + " here.");
  }
  if (std::ranges::find(role->attached, policy_arn) != role->attached.end()) return {};
  if (role->attached.size() >= kMaxAttachedPolicies) {
    return aws::refuse(limit_exceeded("Cannot exceed quota for PoliciesPerRole: 20"));
  }
  role->attached.push_back(policy_arn);
  save(*role);
  return {};
}

aws::Outcome<void> Roles::detach(const std::string& account, const std::string& role_name,
                                 const std::string& policy_arn) {
  auto* role = find(account, role_name);
  if (!role) return aws::refuse(no_such_role(role_name));
  if (std::erase(role->attached, policy_arn) == 0) return aws::refuse(not_attached(policy_arn));
  save(*role);
  return {};
}

aws::Outcome<const ManagedPolicy*> Roles::create_policy(const std::string& account,
                                                        const std::string& name,
                                                        const std::string& path,
                                                        const std::string& document) {
  if (!is_name(name, kMaxPolicyNameCharacters)) return aws::refuse(bad_name("policyName", name));
  if (!is_path(path)) return aws::refuse(aws::validation_error("The path is invalid."));
  auto parsed = Policy::parse(document, PolicyKind::kIdentity);
  if (!parsed) return aws::refuse(parsed.error());
  ManagedPolicy policy;
  policy.arn = "arn:aws:iam::" + account + ":policy" + path + name;
  policy.name = name;
  policy.path = path;
  policy.id = "ANPA" + random_.upper_alnum(17);
  policy.created = clock_.wall();
  policy.document = document;
  policy.policy = std::move(*parsed);
  if (policies_.contains(policy.arn)) return aws::refuse(policy_exists(name));
  save(policy);
  auto arn = policy.arn;
  return &policies_.emplace(std::move(arn), std::move(policy)).first->second;
}

aws::Outcome<void> Roles::update_policy(const std::string& arn, const std::string& document) {
  const auto found = policies_.find(arn);
  if (found == policies_.end()) return aws::refuse(no_such_policy(arn));
  auto parsed = Policy::parse(document, PolicyKind::kIdentity);
  if (!parsed) return aws::refuse(parsed.error());
  found->second.document = document;
  found->second.policy = std::move(*parsed);
  save(found->second);
  return {};
}

void Roles::remove_policy(const std::string& arn) {
  for (auto& [key, role] : roles_) {
    if (std::erase(role.attached, arn) > 0) save(role);
  }
  delete_policy_.bind(1, std::string_view(arn)).run();
  policies_.erase(arn);
}

void Roles::remove_all(const aws::AccountScope& scope) {
  std::erase_if(roles_, [&](const auto& entry) {
    const auto& arn = entry.second.arn;
    if (!scope.covers_arn(arn)) return false;
    delete_role_.bind(1, std::string_view(arn)).run();
    return true;
  });
  std::erase_if(policies_, [&](const auto& entry) {
    if (!scope.covers_arn(entry.first)) return false;
    delete_policy_.bind(1, std::string_view(entry.first)).run();
    return true;
  });
  forget();
}

const ManagedPolicy* Roles::policy(const std::string& arn) const {
  const auto found = policies_.find(arn);
  return found == policies_.end() ? nullptr : &found->second;
}

}  // namespace loopgate::iam
