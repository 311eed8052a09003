#include "emulators/sts/service.h"

#include <chrono>

#include "aws/shapes/services.h"
#include "emulators/iam/limits.h"
#include "emulators/sts/sts_port.h"

namespace loopgate::sts {
namespace {

using nlohmann::json;

http::ApiResult get_caller_identity(StsContext& context, const http::ApiCall& call) {
  const auto& caller = call.caller;
  auto user = caller.account;
  if (caller.session != nullptr) {
    const auto* role = context.roles.role_by_arn(caller.session->role_arn);
    user = (role == nullptr ? std::string() : role->id) + ":" + caller.session->name;
  }
  return json{{"UserId", user}, {"Account", caller.account}, {"Arn", iam::caller_arn(caller)}};
}

// A root user may not assume roles on AWS; here it is the developer, who may as far as the role
// trusts the account.
aws::Outcome<const iam::Role*> role_to_assume(StsContext& context, const http::ApiCall& call,
                                              const std::string& arn) {
  const auto& session = call.caller.session;
  const auto* role = context.roles.role_by_arn(arn);
  if (role == nullptr) {
    return aws::refuse(
        aws::access_denied("User: " + iam::caller_arn(call.caller) +
                           " is not authorized to perform: sts:AssumeRole on resource: " + arn +
                           ": the role does not exist"));
  }
  const auto principal = session ? session->role_arn : iam::caller_arn(call.caller);
  iam::Context conditions;
  if (const auto id = http::text_param(call.params, "ExternalId"); !id.empty()) {
    conditions["sts:externalid"] = {id};
  }
  auto trusted = context.roles.check_trust(arn, principal, conditions);
  if (trusted) return role;
  auto passed =
      context.access.denied(std::move(trusted.error()), arn,
                            "See AssumeRolePolicyDocument of the role " + role->name + ".");
  if (!passed) return aws::refuse(std::move(passed.error()));
  return role;
}

http::ApiResult assume_role(StsContext& context, const http::ApiCall& call) {
  const auto arn = call.params.value("RoleArn", std::string());
  const auto name = call.params.value("RoleSessionName", std::string());
  const std::chrono::seconds duration(call.params.value("DurationSeconds", std::int64_t{3600}));
  if (auto checked = check_session_name(name); !checked) return aws::refuse(checked.error());
  const auto role = role_to_assume(context, call, arn);
  if (!role) return aws::refuse(role.error());
  if (duration.count() < 0 || duration > std::chrono::hours(24)) {
    return aws::refuse(aws::validation_error("DurationSeconds must be between 900 and 43200"));
  }
  if (auto checked = check_duration(**role, duration); !checked) {
    return aws::refuse(checked.error());
  }
  if (call.caller.session != nullptr && duration > iam::kMaxChainedSession) {
    return aws::refuse(aws::validation_error(
        "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
        "chaining"));
  }
  const auto expires = context.clock.wall() + duration;
  const auto credentials = context.credentials.issue(
      {.account = (*role)->account, .role_arn = arn, .name = name, .expires = expires}, (*role)->id,
      "loopgate-session-" + context.random.hex(8));
  return json{
      {"Credentials",
       {{"AccessKeyId", credentials.access_key_id},
        {"SecretAccessKey", credentials.secret_access_key},
        {"SessionToken", credentials.session_token},
        {"Expiration", to_iso8601(expires)}}},
      {"AssumedRoleUser",
       {{"AssumedRoleId", (*role)->id + ":" + name}, {"Arn", iam::assumed_role_arn(arn, name)}}}};
}

constexpr http::Operation<StsContext> kOperations[] = {
    {"GetCallerIdentity", get_caller_identity},
    {"AssumeRole", assume_role},
};

}  // namespace

StsService::StsService(StsContext context)
    : TableService(aws::shapes::kSts, kOperations, context_), context_(context) {}

// GetCallerIdentity needs none, and of AssumeRole the trust policy decides for callers of the same
// account: role_to_assume asks it.
http::Permission StsService::permission_for(const http::ApiCall&) const {
  return {};
}

}  // namespace loopgate::sts
