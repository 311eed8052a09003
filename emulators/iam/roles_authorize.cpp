// Whether a session may, and whether a role may be assumed.
#include <algorithm>
#include <array>
#include <utility>

#include "aws/arn.h"
#include "emulators/iam/aws_managed.h"
#include "emulators/iam/errors.h"
#include "emulators/iam/roles.h"

namespace loopgate::iam {
namespace {

// Calls that are no IAM actions of their own.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kCoveredBy = {{
    {"sqs:SendMessageBatch", "sqs:SendMessage"},
    {"sqs:DeleteMessageBatch", "sqs:DeleteMessage"},
    {"sqs:ChangeMessageVisibilityBatch", "sqs:ChangeMessageVisibility"},
}};

std::string iam_action(std::string_view action) {
  for (const auto& [call, covering] : kCoveredBy) {
    if (call == action) return std::string(covering);
  }
  return std::string(action);
}

// The vendor asks for sns:PublishBatch, AWS documents that sns:Publish covers it: either passes.
std::string other_publish(const std::string& action) {
  if (action == "sns:Publish") return "sns:PublishBatch";
  if (action == "sns:PublishBatch") return "sns:Publish";
  return {};
}

Context request_context(const Context& given, const aws::Session& session, const std::string& arn,
                        WallTime now) {
  Context context = given;
  context.try_emplace("aws:principalarn", std::vector{session.role_arn});
  context.try_emplace("aws:principalaccount", std::vector{session.account});
  context.try_emplace("aws:principaltype", std::vector<std::string>{"AssumedRole"});
  context.try_emplace("aws:principalisawsservice", std::vector<std::string>{"false"});
  context.try_emplace("aws:viaawsservice", std::vector<std::string>{"false"});
  context.try_emplace("aws:securetransport", std::vector<std::string>{"true"});
  context.try_emplace("aws:currenttime", std::vector{to_iso8601(now)});
  context.try_emplace("aws:epochtime", std::vector{std::to_string(to_millis(now) / 1000)});
  if (const auto resource = aws::Arn::parse(arn)) {
    if (!resource->region.empty()) {
      context.try_emplace("aws:requestedregion", std::vector{resource->region});
    }
    if (!resource->account.empty()) {
      context.try_emplace("aws:resourceaccount", std::vector{resource->account});
    }
  }
  return context;
}

std::string unknown_keys(const std::vector<std::string>& unknown) {
  if (unknown.empty()) return {};
  return " (the sandbox does not know the condition key " + unknown.front() +
         ", so its statement did not count)";
}

// Which part of the trust policy keeps the principal out.
std::string missing_trust(const Role& role, const AccessRequest& request,
                          const Decision& decision) {
  if (decision.verdict == Verdict::kDeny) {
    return "its trust policy denies it explicitly" +
           (decision.sid.empty() ? std::string() : " (statement " + decision.sid + ")");
  }
  const auto& who =
      request.principal.service.empty() ? request.principal.arn : request.principal.service;
  bool principal_named = false;
  bool action_named = false;
  for (const auto& statement : role.trust.statements()) {
    if (!statement.allow || !concerns_principal(statement, request.principal)) continue;
    principal_named = true;
    action_named = action_named || concerns_action(statement, request.action);
  }
  if (!principal_named) {
    return "its trust policy does not name " + who + "; add it to Principal." +
           (request.principal.service.empty() ? "AWS" : "Service");
  }
  if (!action_named) {
    return "its trust policy names the principal, but not for the Action sts:AssumeRole";
  }
  return "its trust policy names the principal, but the Condition is not satisfied" +
         unknown_keys(decision.unknown);
}

}  // namespace

std::string assumed_role_arn(const std::string& role_arn, const std::string& session_name) {
  const auto arn = aws::Arn::parse(role_arn);
  const auto name = role_arn.substr(role_arn.rfind('/') + 1);
  return "arn:aws:sts::" + (arn ? arn->account : std::string()) + ":assumed-role/" + name + "/" +
         session_name;
}

std::vector<const Policy*> Roles::policies_of(const Role& role) const {
  std::vector<const Policy*> out;
  out.reserve(role.inline_policies.size() + role.attached.size());
  for (const auto& [name, entry] : role.inline_policies) out.push_back(&entry.policy);
  for (const auto& arn : role.attached) {
    if (const auto* known = find_aws_managed(arn)) {
      out.push_back(known);
    } else if (const auto* own = policy(arn)) {
      out.push_back(&own->policy);
    }
  }
  return out;
}

Decision Roles::decide(const Role& role, const AccessRequest& request) const {
  Decision result;
  const auto weigh = [&](const Policy& policy) {
    auto decision = policy.evaluate(request);
    std::ranges::move(decision.unknown, std::back_inserter(result.unknown));
    result.verdict = std::max(result.verdict, decision.verdict);  // a Deny outweighs all
  };
  for (const auto* policy : policies_of(role)) weigh(*policy);
  return result;
}

// With the vendor's and AWS's ideas of what covers a batch, which differ.
Decision Roles::identity_decision(const Role& role, const AccessRequest& request) {
  auto decision = decide(role, request);
  const auto other = other_publish(request.action);
  if (other.empty()) return decision;
  auto twin = request;
  twin.action = other;
  const auto second = decide(role, twin);
  if (second.verdict == Verdict::kDeny) decision.verdict = Verdict::kDeny;
  const bool allowed = decision.verdict == Verdict::kAllow;
  if (allowed == (second.verdict == Verdict::kAllow) || decision.verdict == Verdict::kDeny) {
    return decision;
  }
  warn_once("IAM: role " + role.name + " is allowed " + (allowed ? request.action : other) +
            " but not " + (allowed ? other : request.action) + " on " + request.resource +
            "; the sandbox lets it pass. Grant both to be safe.");
  decision.verdict = Verdict::kAllow;
  return decision;
}

namespace {

bool is_of_account(const std::string& resource, const std::string& account) {
  const auto arn = aws::Arn::parse(resource);
  return !arn || arn->account.empty() || arn->account == account;
}

// What the policy of a resource says of a request, a batch being what its single call is.
Decision resource_decision(const Policy* policy, AccessRequest request) {
  if (policy == nullptr) return {};
  auto decision = policy->evaluate(request);
  if (request.action != "sns:PublishBatch") return decision;
  request.action = "sns:Publish";
  auto single = policy->evaluate(request);
  return single.verdict > decision.verdict ? single : decision;
}

// The end of AWS's sentence; empty when the request is allowed.
std::string reason_of_denial(const AccessRequest& request, const Decision& identity,
                             const Decision& resource, bool same_account) {
  if (identity.verdict == Verdict::kDeny) {
    return " with an explicit deny in an identity-based policy";
  }
  if (resource.verdict == Verdict::kDeny) {
    return " with an explicit deny in a resource-based policy";
  }
  const bool by_identity = identity.verdict == Verdict::kAllow;
  const bool by_resource = resource.verdict == Verdict::kAllow;
  if (same_account ? by_identity || by_resource : by_identity && by_resource) return {};
  const bool lacks_resource = by_identity && !same_account;
  return std::string(" because no ") + (lacks_resource ? "resource" : "identity") +
         "-based policy allows the " + request.action + " action" +
         unknown_keys(lacks_resource ? resource.unknown : identity.unknown);
}

}  // namespace

aws::Outcome<void> Roles::authorize(const aws::Session& session, std::string_view action,
                                    const std::string& resource, const std::string& policy_text,
                                    const Context& context) {
  if (session.role_arn.empty()) return {};
  if (session.expires <= clock_.wall()) return aws::refuse(expired_token());
  const auto who = assumed_role_arn(session.role_arn, session.name);
  AccessRequest request{iam_action(action), resource, Principal::role(session.role_arn), {}};
  const auto refused = [&](const std::string& why) {
    return aws::refuse(aws::access_denied("User: " + who + " is not authorized to perform: " +
                                          request.action + " on resource: " + resource + why));
  };
  const auto* role = role_by_arn(session.role_arn);
  if (!role) return refused(" because the role " + session.role_arn + " does not exist");
  const bool same_account = is_of_account(resource, session.account);
  const auto* policy = policy_text.empty() ? nullptr : resource_policy(policy_text);
  // Each packet may ask: the context is only made for those who read it.
  if (std::ranges::any_of(policies_of(*role), &Policy::has_conditions) ||
      (policy != nullptr && policy->has_conditions())) {
    request.context = request_context(context, session, resource, clock_.wall());
  }
  const auto identity = identity_decision(*role, request);
  request.principal.session_arn = who;
  request.principal.allowed_as_account = !same_account;
  const auto by_resource = resource_decision(policy, request);
  const auto why = reason_of_denial(request, identity, by_resource, same_account);
  if (!why.empty()) return refused(why);
  tell_unknown(request, identity.unknown);
  tell_unknown(request, by_resource.unknown);
  return {};
}

// A Deny may be among what was left out.
void Roles::tell_unknown(const AccessRequest& request, const std::vector<std::string>& unknown) {
  if (unknown.empty()) return;
  warn_once("IAM: the sandbox allows " + request.action + " on " + request.resource +
            " without the statement whose Condition asks for " + unknown.front() +
            ": it does not know that key's value, AWS does");
}

aws::Outcome<void> Roles::authorize_root(const std::string& account, std::string_view action,
                                         const std::string& resource,
                                         const std::string& policy_text) {
  const bool same_account = is_of_account(resource, account);
  if (same_account && policy_text.empty()) return {};
  const auto who = "arn:aws:iam::" + account + ":root";
  AccessRequest request{iam_action(action), resource, Principal::role(who), {}};
  const auto* policy = policy_text.empty() ? nullptr : resource_policy(policy_text);
  if (policy != nullptr && policy->has_conditions()) {
    request.context = request_context({}, {.account = account, .role_arn = who, .name = {}},
                                      resource, clock_.wall());
    request.context["aws:principaltype"] = {"Account"};
  }
  Decision identity;
  identity.verdict = Verdict::kAllow;
  const auto by_resource = resource_decision(policy, request);
  const auto why = reason_of_denial(request, identity, by_resource, same_account);
  if (why.empty()) {
    tell_unknown(request, by_resource.unknown);
    return {};
  }
  return aws::refuse(aws::access_denied("User: " + who + " is not authorized to perform: " +
                                        request.action + " on resource: " + resource + why));
}

const Policy* Roles::resource_policy(const std::string& text) {
  constexpr std::size_t kKept = 1000;
  if (const auto found = resource_policies_.find(text); found != resource_policies_.end()) {
    return found->second.get();
  }
  auto policy = Policy::parse(text, PolicyKind::kResource);
  if (!policy) return nullptr;
  if (resource_policies_.size() >= kKept) resource_policies_.clear();
  return resource_policies_.emplace(text, std::make_unique<Policy>(std::move(*policy)))
      .first->second.get();
}

aws::Outcome<const Role*> Roles::check_trust(const std::string& role_arn,
                                             const std::string& principal,
                                             const Context& context) const {
  const auto sentence = "User: " + principal +
                        " is not authorized to perform: sts:AssumeRole on resource: " + role_arn;
  const auto* role = role_by_arn(role_arn);
  if (!role) return aws::refuse(aws::access_denied(sentence + ": the role does not exist"));
  AccessRequest request{"sts:AssumeRole", role_arn,
                        principal.starts_with("arn:") ? Principal::role(principal)
                                                      : Principal::aws_service(principal),
                        context};
  const auto decision = role->trust.evaluate(request);
  if (decision.verdict == Verdict::kAllow) return role;
  return aws::refuse(aws::access_denied(sentence + ": " + missing_trust(*role, request, decision)));
}

bool Roles::is_new(const std::string& warning) {
  constexpr std::size_t kRemembered = 1000;
  if (told_.size() >= kRemembered) told_.clear();
  return told_.insert(warning).second;
}

void Roles::warn_once(const std::string& text) {
  if (is_new(text)) journal_.warn(text);
}

}  // namespace loopgate::iam
