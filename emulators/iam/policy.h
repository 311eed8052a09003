// IAM policies as values: identity policies, trust policies and resource policies, and whether they
// allow a request. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aws/error.h"
#include "emulators/iam/condition.h"

namespace loopgate::iam {

enum class PolicyKind { kIdentity, kTrust, kResource };

// Who asks: an ARN ("arn:aws:iam::123456789012:role/x"), or a service ("sns.amazonaws.com").
struct Principal {
  std::string arn;
  std::string service;
  // Of a session: its own ARN, which policies may name, too.
  std::string session_arn{};
  // Whether an Allow to its account is one to it. A resource's policy that allows its own account
  // leaves the decision to that account's identity policies.
  bool allowed_as_account = true;

  static Principal role(std::string arn) { return {.arn = std::move(arn), .service = {}}; }
  static Principal aws_service(std::string name) { return {.arn = {}, .service = std::move(name)}; }
};

struct AccessRequest {
  std::string action;    // "sqs:SendMessage"
  std::string resource;  // ARN
  Principal principal;   // for trust and resource policies
  Context context;
};

enum class Verdict { kNothing, kAllow, kDeny };  // rising weight

struct Decision {
  Verdict verdict = Verdict::kNothing;
  std::string sid;  // of the statement that decided, if it has one
  // Condition keys that requests have on AWS, but not here: statements that ask for them were left
  // out, Allow and Deny alike.
  std::vector<std::string> unknown;
};

struct PrincipalElement {
  bool anybody = false;               // "*"
  std::vector<std::string> aws;       // ARNs, account ids or "*"
  std::vector<std::string> services;  // "lambda.amazonaws.com"
};

struct Statement {
  std::string sid;
  bool allow = false;
  std::vector<std::string> actions;
  bool not_action = false;
  std::vector<std::string> resources;
  bool not_resource = false;
  std::optional<PrincipalElement> principal;
  bool not_principal = false;
  std::vector<ConditionEntry> conditions;
  bool variables = false;  // its resources have policy variables
};

class Policy {
 public:
  // MalformedPolicyDocument, naming the statement ("Statement[1].Action …").
  static aws::Outcome<Policy> parse(std::string_view json_text, PolicyKind kind);

  // A Deny outweighs every Allow.
  Decision evaluate(const AccessRequest& request) const;
  const std::vector<Statement>& statements() const { return statements_; }
  // Whether the request's context can matter.
  bool has_conditions() const;

 private:
  std::vector<Statement> statements_;
};

aws::AwsError malformed_policy(std::string what);

// The policy of a service's resource: MalformedPolicyDocument, or kOutOfScope for an action that is
// not one of the service's ("sqs").
inline constexpr const char* kOutOfScope = "OutOfScope";
aws::Outcome<void> check_resource_policy(std::string_view json_text, std::string_view service);

// Whether one statement concerns the request in that part alone: to say what is missing.
bool concerns_principal(const Statement& statement, const Principal& principal);
bool concerns_action(const Statement& statement, const std::string& action);

}  // namespace loopgate::iam
