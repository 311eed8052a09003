#include "emulators/iam/access_control.h"

#include <fmt/format.h>

#include "aws/arn.h"
#include "aws/sigv4.h"
#include "emulators/http/caller.h"
#include "emulators/http/protocol.h"
#include "emulators/iam/errors.h"

namespace loopgate::iam {
namespace {

// In a header, or in a presigned query.
std::string token_of(const http::Request& request) {
  const auto header = request.header("X-Amz-Security-Token");
  if (!header.empty()) return std::string(header);
  return http::form_value(request.query, "X-Amz-Security-Token").value_or("");
}

// What may be called without a signature: whoever has the token, or the subscription's ARN, visits
// these addresses of a confirmation or a notification.
// https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
// https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
bool needs_no_signature(std::string_view action) {
  return action == "sns:ConfirmSubscription" || action == "sns:Unsubscribe";
}

aws::AwsError unknown_token() {
  return {"UnrecognizedClientException", "The security token included in the request is invalid.",
          403, "InvalidClientTokenId"};
}

aws::SignableRequest signable(const http::Request& request) {
  aws::SignableRequest out{request.method, request.path, request.query, {}, request.body};
  for (const auto& [name, value] : request.headers) out.headers.emplace_back(name, value);
  return out;
}

// https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html and each service's own
aws::AwsError in_words_of_service(aws::AwsError denial, std::string_view action) {
  const auto service = action.substr(0, action.find(':'));
  if (denial.code != "AccessDenied") return denial;
  denial.code = service == "sns" ? "AuthorizationErrorException" : "AccessDeniedException";
  denial.query_code = service == "sns" ? "AuthorizationError" : "AccessDenied";
  if (service != "sns") return denial;
  // Which writes its name large there.
  for (auto at = denial.message.find(action); at != std::string::npos;
       at = denial.message.find(action, at + action.size())) {
    denial.message.replace(at, service.size(), "SNS");
  }
  return denial;
}

bool is_explicit(const aws::AwsError& denial) {
  return denial.message.contains("with an explicit deny");
}

// The statement that is missing, and where.
std::string remedy_for(const http::Caller& caller, const http::Permission& permission,
                       const aws::AwsError& denial) {
  if (is_explicit(denial)) return "Take the Deny back or narrow it.";
  const auto statement = fmt::format(R"({{"Effect": "Allow", "Action": "{}", "Resource": "{}"}})",
                                     permission.action, permission.resource);
  if (denial.message.contains("no resource-based policy")) {
    return fmt::format("Add to the policy of {}, for the principal {}: {}", permission.resource,
                       caller_arn(caller), statement);
  }
  const auto& role = caller.session->role_arn;
  return fmt::format("Add to a policy of the role {}: {}", role.substr(role.rfind('/') + 1),
                     statement);
}

}  // namespace

std::string caller_arn(const http::Caller& caller) {
  if (caller.session == nullptr) return "arn:aws:iam::" + caller.account + ":root";
  return assumed_role_arn(caller.session->role_arn, caller.session->name);
}

AccessControl::AccessControl(Roles& roles, TemporaryCredentials& credentials, const Clock& clock,
                             Journal& journal, http::AccessOptions options, PolicyOf policy_of)
    : roles_(roles),
      credentials_(credentials),
      clock_(clock),
      journal_(journal),
      options_(std::move(options)),
      policy_of_(std::move(policy_of)) {}

aws::Outcome<aws::SessionPtr> AccessControl::identify(const http::Request& request,
                                                      std::string_view action) {
  const auto scope = http::credential_scope(request);
  const auto key_id = scope ? scope->access_key_id : std::string();
  std::optional<aws::Session> session;
  // Foreign tokens (a shell with a real session) mean nothing here.
  if (const auto token = token_of(request); !token.empty()) {
    if (auto sealed = credentials_.read(token, key_id)) {
      const auto* role = roles_.role_by_arn(sealed->session.role_arn);
      if (role != nullptr && role->id != sealed->role_id) return aws::refuse(unknown_token());
      session = std::move(sealed->session);
    } else if (options_.secret) {
      return aws::refuse(unknown_token());
    }
  }
  // A temporary key without its token would be the root of the account, who may do everything.
  if (!session && options_.enforce && key_id.starts_with("ASIA")) {
    return aws::refuse(unknown_token());
  }
  if (options_.secret && (scope || !needs_no_signature(action))) {
    const auto secret = session ? credentials_.secret_of(key_id) : *options_.secret;
    if (auto verified = aws::verify(signable(request), secret); !verified) {
      return aws::refuse(std::move(verified.error()));
    }
  }
  if (!session) return nullptr;
  if (session->expires <= clock_.wall()) return aws::refuse(expired_token());
  return std::make_shared<const aws::Session>(*std::move(session));
}

std::string AccessControl::policy_of(const std::string& resource) const {
  if (!policy_of_) return {};
  return policy_of_(resource).value_or("");
}

aws::Outcome<void> AccessControl::authorize(const aws::Session& session, std::string_view action,
                                            const std::string& resource) {
  if (session.role_arn.empty()) return {};
  return roles_.authorize(session, action, resource, policy_of(resource));
}

aws::Outcome<void> AccessControl::permit(const http::Caller& caller,
                                         const http::Permission& permission) {
  if (permission.action.empty()) return {};
  const auto policy = policy_of(permission.resource);
  auto allowed =
      caller.session != nullptr
          ? roles_.authorize(*caller.session, permission.action, permission.resource, policy)
          : roles_.authorize_root(caller.account, permission.action, permission.resource, policy);
  if (allowed) return {};
  const auto remedy = remedy_for(caller, permission, allowed.error());
  auto denial = in_words_of_service(std::move(allowed.error()), permission.action);
  // Accounts do not see each other, whatever is asked for. What is not there, its service says.
  const auto owner = aws::account_of(permission.resource);
  const bool is_foreign = !owner.empty() && owner != caller.account;
  if (is_foreign && !options_.enforce && !exists(permission.resource)) return {};
  if (is_foreign) return refused(std::move(denial), remedy);
  return denied(std::move(denial), permission.resource, remedy);
}

bool AccessControl::exists(const std::string& resource) const {
  return policy_of_ && policy_of_(resource).has_value();
}

aws::Outcome<void> AccessControl::refused(aws::AwsError denial, const std::string& remedy) {
  auto text = fmt::format("denied: {}. {}", denial.message, remedy);
  if (roles_.is_new(text)) journal_.warn(std::move(text));
  return aws::refuse(std::move(denial));
}

aws::Outcome<void> AccessControl::denied(aws::AwsError denial, const std::string& resource,
                                         const std::string& remedy) {
  if (options_.enforce) return refused(std::move(denial), remedy);
  auto text = fmt::format("{}. {}", denial.message, remedy);
  if (!roles_.is_new(text)) return {};
  Event event;
  event.kind = EventKind::kWouldBeDenied;
  event.subject = journal_.intern(resource);
  event.text = std::move(text);
  journal_.append(std::move(event));
  return {};
}

}  // namespace loopgate::iam
