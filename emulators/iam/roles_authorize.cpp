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
  context.try_emplace("aws:securetransport", std::vector<std::string>{"true"});
  context.try_emplace("aws:currenttime", std::vector{to_iso8601(now)});
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

std::string unknown_operators(const std::vector<std::string>& unknown) {
  if (unknown.empty()) return {};
  return " (the sandbox does not know the condition operator " + unknown.front() +
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
         unknown_operators(decision.unknown);
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

aws::Outcome<void> Roles::authorize(const aws::Session& session, std::string_view action,
                                    const std::string& resource, const Context& context) {
  if (session.role_arn.empty()) return {};
  if (session.expires <= clock_.wall()) return aws::refuse(expired_token());
  AccessRequest request{iam_action(action), resource, Principal::role(session.role_arn), {}};
  const auto refused = [&](const std::string& why) {
    return aws::refuse(aws::access_denied(
        "User: " + assumed_role_arn(session.role_arn, session.name) +
        " is not authorized to perform: " + request.action + " on resource: " + resource + why));
  };
  const auto* role = role_by_arn(session.role_arn);
  if (!role) return refused(" because the role is gone");
  // Each packet may ask: the context is only made for those who read it.
  if (std::ranges::any_of(policies_of(*role), &Policy::has_conditions)) {
    request.context = request_context(context, session, resource, clock_.wall());
  }

  auto decision = decide(*role, request);
  if (const auto other = other_publish(request.action); !other.empty()) {
    auto twin = request;
    twin.action = other;
    const auto second = decide(*role, twin);
    if (decision.verdict == Verdict::kNothing && second.verdict == Verdict::kAllow) {
      warn_once("IAM: role " + role->name + " is allowed " + other + " but not " + request.action +
                " on " + resource + "; the sandbox lets it pass. Grant both to be safe.");
      decision.verdict = Verdict::kAllow;
    } else if (decision.verdict == Verdict::kAllow && second.verdict == Verdict::kNothing) {
      warn_once("IAM: role " + role->name + " is allowed " + request.action + " but not " + other +
                " on " + resource + "; the sandbox lets it pass. Grant both to be safe.");
    } else if (second.verdict == Verdict::kDeny) {
      decision.verdict = Verdict::kDeny;
    }
  }
  switch (decision.verdict) {
    case Verdict::kAllow:
      return {};
    case Verdict::kDeny:
      return refused(" with an explicit deny in an identity-based policy");
    case Verdict::kNothing:
      break;
  }
  return refused(" because no identity-based policy allows the " + request.action + " action" +
                 unknown_operators(decision.unknown));
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

void Roles::warn_once(const std::string& text) {
  constexpr std::size_t kRemembered = 1000;
  if (told_.size() >= kRemembered) told_.clear();
  if (told_.insert(text).second) journal_.warn(text);
}

}  // namespace loopgate::iam
