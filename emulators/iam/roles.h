// IAM: roles with what they trust and what they may, and the one place that decides whether a
// session may do something. Policies are read at the time of the call, so a change counts at once.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "aws/account_scope.h"
#include "aws/error.h"
#include "aws/ports.h"
#include "base/clock.h"
#include "base/journal.h"
#include "base/random.h"
#include "emulators/iam/role.h"
#include "emulators/store/store.h"

namespace loopgate::iam {

struct CreateRoleRequest {
  std::string account;
  std::string name;
  std::string path = "/";
  std::string trust_document;
  std::string description;
  std::int64_t max_session_seconds = 3600;
};

class Roles {
 public:
  Roles(store::Store& store, Clock& clock, Random& random, Journal& journal);
  Roles(const Roles&) = delete;

  // Errors: EntityAlreadyExists, NoSuchEntity, DeleteConflict, MalformedPolicyDocument,
  // ValidationError, LimitExceeded, InvalidInput.
  aws::Outcome<const Role*> create_role(const CreateRoleRequest& request);
  aws::Outcome<void> update_role(const std::string& account, const std::string& name,
                                 const CreateRoleRequest& request);  // trust, description, session
  // As DeleteRole: refused while it still has policies.
  aws::Outcome<void> delete_role(const std::string& account, const std::string& name);
  // With its policies, as CloudFormation removes it; one that is gone counts.
  void remove_role(const std::string& account, const std::string& name);
  aws::Outcome<const Role*> role(const std::string& account, const std::string& name) const;
  const Role* role_by_arn(const std::string& arn) const;
  const std::map<std::string, Role>& roles() const { return roles_; }  // by "account/name"

  aws::Outcome<void> put_role_policy(const std::string& account, const std::string& role,
                                     const std::string& name, const std::string& document);
  aws::Outcome<void> delete_role_policy(const std::string& account, const std::string& role,
                                        const std::string& name);
  aws::Outcome<void> attach(const std::string& account, const std::string& role,
                            const std::string& policy_arn);
  aws::Outcome<void> detach(const std::string& account, const std::string& role,
                            const std::string& policy_arn);

  aws::Outcome<const ManagedPolicy*> create_policy(const std::string& account,
                                                   const std::string& name, const std::string& path,
                                                   const std::string& document);
  aws::Outcome<void> update_policy(const std::string& arn, const std::string& document);
  void remove_policy(const std::string& arn);       // detaches it everywhere
  void remove_all(const aws::AccountScope& scope);  // roles and policies of all accounts
  void forget() { told_.clear(); }                  // warnings are given anew
  // Whether `warning` has not been given yet, since then and since a policy changed.
  bool is_new(const std::string& warning);
  // Of a resource; null when the text is none. Kept, for it is asked for with every delivery.
  const Policy* resource_policy(const std::string& text);
  const ManagedPolicy* policy(const std::string& arn) const;

  // AccessDenied in AWS's words when the session may not; ExpiredToken past its end. A session
  // without a role may do anything. `action` may be a batch call's name: "sqs:SendMessageBatch" is
  // covered by sqs:SendMessage, and sns:Publish and sns:PublishBatch cover each other.
  // `resource_policy` is that of the resource, empty when it has none: within the account either
  // side may allow, across accounts both must; either may deny.
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
  aws::Outcome<void> authorize(const aws::Session& session, std::string_view action,
                               const std::string& resource, const std::string& resource_policy = {},
                               const Context& context = {});
  // The same of the root of `account`, whom only the policies of resources hinder.
  aws::Outcome<void> authorize_root(const std::string& account, std::string_view action,
                                    const std::string& resource,
                                    const std::string& resource_policy);
  // AccessDenied when the role does not exist or its trust policy does not admit `principal` (an
  // ARN or a service's name); the sentence says which part is missing.
  aws::Outcome<const Role*> check_trust(const std::string& role_arn, const std::string& principal,
                                        const Context& context = {}) const;

 private:
  std::vector<const Policy*> policies_of(const Role& role) const;
  Decision decide(const Role& role, const AccessRequest& request) const;
  Decision identity_decision(const Role& role, const AccessRequest& request);
  aws::Outcome<void> check_role(const CreateRoleRequest& request, Role& role) const;
  Role* find(const std::string& account, const std::string& name);
  void save(const Role& role);
  void save(const ManagedPolicy& policy);
  void load();
  void warn_once(const std::string& text);
  void tell_unknown(const AccessRequest& request, const std::vector<std::string>& unknown);

  store::Store& store_;
  Clock& clock_;
  Random& random_;
  Journal& journal_;
  store::Statement put_role_;
  store::Statement delete_role_;
  store::Statement put_policy_;
  store::Statement delete_policy_;
  std::map<std::string, Role> roles_;
  std::map<std::string, ManagedPolicy> policies_;  // by ARN
  std::set<std::string> told_;                     // warnings, so that each is given once
  std::map<std::string, std::unique_ptr<Policy>, std::less<>> resource_policies_;  // by text
};

// "arn:aws:sts::123456789012:assumed-role/NAME/SESSION"
std::string assumed_role_arn(const std::string& role_arn, const std::string& session_name);

}  // namespace loopgate::iam
