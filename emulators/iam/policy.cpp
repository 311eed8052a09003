#include "emulators/iam/policy.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "aws/arn.h"
#include "base/json.h"
#include "codec/text.h"
#include "emulators/iam/limits.h"
#include "emulators/iam/pattern.h"
#include "emulators/iam/variables.h"

namespace loopgate::iam {
namespace {

using nlohmann::json;
using Sentence = std::unexpected<std::string>;
template <class T>
using Parsed = std::expected<T, std::string>;

constexpr std::string_view kKnownElements[] = {"Sid",       "Effect",       "Action",
                                               "NotAction", "Resource",     "NotResource",
                                               "Principal", "NotPrincipal", "Condition"};

Parsed<std::vector<std::string>> parse_strings(const json& value, const std::string& name) {
  std::vector<std::string> strings;
  for (const auto& each : value.is_array() ? value : json::array({value})) {
    if (!each.is_string()) return Sentence(name + " must be a string or a list of strings");
    strings.push_back(each.get<std::string>());
    if (strings.back().size() > kMaxPatternBytes) return Sentence(name + " is too long");
  }
  if (strings.empty()) return Sentence(name + " is empty");
  return strings;
}

// "Action" or "NotAction", exactly one of the two.
Parsed<void> parse_pair(const json& statement, const std::string& name,
                        std::vector<std::string>& values, bool& negated) {
  const bool plain = statement.contains(name);
  negated = statement.contains("Not" + name);
  if (plain && negated) return Sentence(name + " and Not" + name + " exclude each other");
  if (!plain && !negated) return {};
  const auto key = negated ? "Not" + name : name;
  auto parsed = parse_strings(statement[key], key);
  if (!parsed) return Sentence(parsed.error());
  values = std::move(*parsed);
  return {};
}

Parsed<PrincipalElement> parse_principal(const json& value, const std::string& name) {
  PrincipalElement element;
  if (value == "*") {
    element.anybody = true;
    return element;
  }
  if (!value.is_object() || value.empty()) return Sentence(name + " must be \"*\" or an object");
  for (const auto& [kind, list] : value.items()) {
    auto strings = parse_strings(list, name + "." + kind);
    if (!strings) return Sentence(strings.error());
    if (kind == "AWS") {
      element.aws = std::move(*strings);
    } else if (kind == "Service") {
      element.services = std::move(*strings);
    } else if (kind != "Federated" && kind != "CanonicalUser") {
      return Sentence(name + "." + kind + " is unknown: AWS, Service, Federated or CanonicalUser");
    }
  }
  return element;
}

Parsed<void> parse_who(const json& statement, Statement& out) {
  const bool plain = statement.contains("Principal");
  out.not_principal = statement.contains("NotPrincipal");
  if (plain && out.not_principal) return Sentence("Principal and NotPrincipal exclude each other");
  if (!plain && !out.not_principal) return {};
  const std::string name = plain ? "Principal" : "NotPrincipal";
  auto element = parse_principal(statement[name], name);
  if (!element) return Sentence(element.error());
  out.principal = std::move(*element);
  return {};
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
Parsed<void> check_principals(const Statement& statement) {
  if (!statement.principal) return {};
  for (const auto& who : statement.principal->aws) {
    const bool is_account =
        who.size() == 12 && who.find_first_not_of("0123456789") == std::string::npos;
    const auto arn = aws::Arn::parse(who);
    const bool is_identity = arn && (arn->service == "iam" || arn->service == "sts");
    // The id of a principal that has been deleted since stays in stored policies.
    if (who != "*" && !is_account && !is_identity && !who.starts_with("A")) {
      return Sentence("Invalid principal in policy: \"AWS\":\"" + who + "\"");
    }
  }
  for (const auto& service : statement.principal->services) {
    if (!service.contains('.')) {
      return Sentence("Invalid principal in policy: \"SERVICE\":\"" + service + "\"");
    }
  }
  return {};
}

Parsed<void> check_resources(const Statement& statement) {
  for (const auto& resource : statement.resources) {
    if (resource != "*" && !resource.starts_with("arn:")) {
      return Sentence("Resource " + resource + " must be in ARN format or \"*\"");
    }
  }
  return {};
}

Parsed<void> check_actions(const Statement& statement) {
  for (const auto& action : statement.actions) {
    if (action != "*" && action.find(':') == std::string::npos) {
      return Sentence("Action " + action + " must be prefaced by a vendor, e.g., iam, sdb, ec2");
    }
  }
  return {};
}

Parsed<void> check_kind(const Statement& statement, PolicyKind kind) {
  if (statement.actions.empty()) return Sentence("Action is missing");
  if (kind == PolicyKind::kIdentity) {
    if (statement.principal) return Sentence("Policy document should not specify a principal");
    if (statement.resources.empty()) return Sentence("Resource is missing");
    if (auto checked = check_resources(statement); !checked) return checked;
  }
  if (kind == PolicyKind::kTrust) {
    if (!statement.principal) return Sentence("Principal is missing");
    if (!statement.resources.empty()) return Sentence("Has prohibited field Resource");
  }
  if (kind == PolicyKind::kResource && !statement.principal) {
    return Sentence("Principal is missing");
  }
  if (auto checked = check_principals(statement); !checked) return checked;
  return check_actions(statement);
}

Parsed<Statement> parse_statement(const json& value, PolicyKind kind, bool variables) {
  if (!value.is_object()) return Sentence("must be an object");
  for (const auto& [name, unused] : value.items()) {
    if (std::ranges::find(kKnownElements, name) == std::end(kKnownElements)) {
      return Sentence(name + " is unknown");
    }
  }
  Statement statement;
  if (const auto sid = value.find("Sid"); sid != value.end()) {
    if (!sid->is_string()) return Sentence("Sid must be a string");
    statement.sid = sid->get<std::string>();
  }
  const auto effect = value.find("Effect");
  if (effect == value.end() || (*effect != "Allow" && *effect != "Deny")) {
    return Sentence("Effect must be Allow or Deny");
  }
  statement.allow = *effect == "Allow";
  if (auto done = parse_pair(value, "Action", statement.actions, statement.not_action); !done) {
    return Sentence(done.error());
  }
  if (auto done = parse_pair(value, "Resource", statement.resources, statement.not_resource);
      !done) {
    return Sentence(done.error());
  }
  statement.variables = variables && std::ranges::any_of(statement.resources, has_variables);
  if (auto done = parse_who(value, statement); !done) return Sentence(done.error());
  if (const auto condition = value.find("Condition"); condition != value.end()) {
    auto parsed = parse_condition(*condition, variables);
    if (!parsed) return Sentence(parsed.error());
    statement.conditions = std::move(*parsed);
  }
  if (auto checked = check_kind(statement, kind); !checked) return Sentence(checked.error());
  return statement;
}

bool names_principal(const std::string& listed, const Principal& principal, bool as_account) {
  if (listed == "*" || listed == principal.arn) return true;
  if (!principal.session_arn.empty() && listed == principal.session_arn) return true;
  if (!as_account) return false;
  const auto parsed = aws::Arn::parse(principal.arn);
  if (!parsed) return false;
  return listed == parsed->account || listed == "arn:aws:iam::" + parsed->account + ":root";
}

bool names(const PrincipalElement& element, const Principal& principal, bool as_account) {
  if (element.anybody) return true;
  if (!principal.service.empty()) {
    return std::ranges::find(element.services, principal.service) != element.services.end();
  }
  return std::ranges::any_of(element.aws, [&](const std::string& listed) {
    return names_principal(listed, principal, as_account);
  });
}

bool concerns_resource(const Statement& statement, const std::string& resource,
                       const Context& context) {
  if (statement.resources.empty()) return true;  // trust policies have none
  const bool listed = std::ranges::any_of(statement.resources, [&](const std::string& pattern) {
    return statement.variables && has_variables(pattern)
               ? matches_filled_pattern(pattern, resource, context)
               : matches_pattern(pattern, resource, Case::kSensitive);
  });
  return listed != statement.not_resource;
}

}  // namespace

aws::AwsError malformed_policy(std::string what) {
  return {"MalformedPolicyDocument", std::move(what), 400, {}};
}

aws::Outcome<void> check_resource_policy(std::string_view json_text, std::string_view service) {
  const auto policy = Policy::parse(json_text, PolicyKind::kResource);
  if (!policy) return aws::refuse(policy.error());
  for (const auto& statement : policy->statements()) {
    for (const auto& action : statement.actions) {
      if (action == "*" || codec::lower(action).starts_with(std::string(service) + ":")) continue;
      return aws::refuse(
          {kOutOfScope, "The action " + action + " is of another service.", 400, {}});
    }
  }
  return {};
}

bool concerns_principal(const Statement& statement, const Principal& principal) {
  if (!statement.principal) return true;  // identity policies speak of whom they are attached to
  const bool as_account = !statement.allow || principal.allowed_as_account;
  return names(*statement.principal, principal, as_account) != statement.not_principal;
}

bool concerns_action(const Statement& statement, const std::string& action) {
  const bool listed = std::ranges::any_of(statement.actions, [&](const std::string& pattern) {
    return matches_pattern(pattern, action, Case::kInsensitive);
  });
  return listed != statement.not_action;
}

aws::Outcome<Policy> Policy::parse(std::string_view json_text, PolicyKind kind) {
  if (json_text.size() > kMaxDocumentBytes) {
    return aws::refuse(malformed_policy("The policy is longer than 64 KiB."));
  }
  const auto read = read_json(json_text);
  if (!read) {
    return aws::refuse(
        malformed_policy("Syntax errors in policy: it is not JSON: " + read.error().message));
  }
  const json& document = *read;
  if (!document.is_object()) {
    return aws::refuse(malformed_policy("Syntax errors in policy: it must be an object."));
  }
  if (const auto version = document.find("Version");
      version != document.end() && *version != "2012-10-17" && *version != "2008-10-17") {
    return aws::refuse(malformed_policy("The policy's Version must be 2012-10-17 or 2008-10-17."));
  }
  const auto found = document.find("Statement");
  if (found == document.end() || !(found->is_object() || found->is_array())) {
    return aws::refuse(malformed_policy("Syntax errors in policy: Statement is missing."));
  }
  const auto list = found->is_array() ? *found : json::array({*found});
  if (list.size() > kMaxStatements) {
    return aws::refuse(malformed_policy("The policy has too many statements."));
  }
  const bool variables = document.value("Version", "") == "2012-10-17";
  Policy policy;
  std::set<std::string> sids;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto statement = parse_statement(list[i], kind, variables);
    if (statement && !statement->sid.empty() && !sids.insert(statement->sid).second) {
      statement = Sentence("Statement IDs (SID) in a single policy must be unique");
    }
    if (!statement) {
      return aws::refuse(
          malformed_policy("Statement[" + std::to_string(i) + "]: " + statement.error() + "."));
    }
    policy.statements_.push_back(std::move(*statement));
  }
  return policy;
}

bool Policy::has_conditions() const {
  return std::ranges::any_of(statements_,
                             [](const auto& s) { return !s.conditions.empty() || s.variables; });
}

Decision Policy::evaluate(const AccessRequest& request) const {
  Decision decision;
  for (const auto& statement : statements_) {
    if (!concerns_action(statement, request.action) ||
        !concerns_principal(statement, request.principal) ||
        !concerns_resource(statement, request.resource, request.context)) {
      continue;
    }
    const bool holds = std::ranges::all_of(statement.conditions, [&](const ConditionEntry& entry) {
      return is_satisfied(entry, request.context, decision.unknown);
    });
    if (!holds) continue;
    if (!statement.allow) {
      decision.verdict = Verdict::kDeny;
      decision.sid = statement.sid;
      return decision;
    }
    if (decision.verdict == Verdict::kNothing) {
      decision.verdict = Verdict::kAllow;
      decision.sid = statement.sid;
    }
  }
  return decision;
}

}  // namespace loopgate::iam
