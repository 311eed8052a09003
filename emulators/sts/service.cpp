#include "emulators/sts/service.h"

#include <chrono>

#include "aws/shapes/services.h"
#include "emulators/sts/sts_port.h"

namespace loopgate::sts {
namespace {

using nlohmann::json;

http::ApiResult get_caller_identity(StsContext&, const http::ApiCall& call) {
  const auto& account = call.caller.account;
  return json{
      {"UserId", account}, {"Account", account}, {"Arn", "arn:aws:iam::" + account + ":root"}};
}

// Callers are the developer, who as the account's root may assume every role that is there.
http::ApiResult assume_role(StsContext& context, const http::ApiCall& call) {
  const auto arn = call.params.value("RoleArn", std::string());
  const auto name = call.params.value("RoleSessionName", std::string());
  const std::chrono::seconds duration(call.params.value("DurationSeconds", std::int64_t{3600}));
  const auto caller = "arn:aws:iam::" + call.caller.account + ":root";
  if (auto checked = check_session_name(name); !checked) return aws::refuse(checked.error());
  const auto* role = context.roles.role_by_arn(arn);
  if (!role) {
    return aws::refuse(aws::access_denied(
        "User: " + caller + " is not authorized to perform: sts:AssumeRole on resource: " + arn +
        ": the role does not exist"));
  }
  if (duration.count() < 0 || duration > std::chrono::hours(24)) {
    return aws::refuse(aws::validation_error("DurationSeconds must be between 900 and 43200"));
  }
  if (auto checked = check_duration(*role, duration); !checked) {
    return aws::refuse(checked.error());
  }
  // The key carries the account, as every access key of twelve digits does here.
  json credentials = {{"AccessKeyId", call.caller.access_key_id.size() == 12
                                          ? call.caller.access_key_id
                                          : "ASIA" + context.random.upper_alnum(16)},
                      {"SecretAccessKey", context.random.hex(40)},
                      {"SessionToken", context.random.hex(128)},
                      {"Expiration", to_iso8601(context.clock.wall() + duration)}};
  return json{
      {"Credentials", std::move(credentials)},
      {"AssumedRoleUser",
       {{"AssumedRoleId", role->id + ":" + name}, {"Arn", iam::assumed_role_arn(arn, name)}}}};
}

constexpr http::Operation<StsContext> kOperations[] = {
    {"GetCallerIdentity", get_caller_identity},
    {"AssumeRole", assume_role},
};

}  // namespace

StsService::StsService(iam::Roles& roles, Clock& clock, Random& random)
    : TableService(aws::shapes::kSts, kOperations, context_), context_{roles, clock, random} {}

http::Permission StsService::permission_for(const http::ApiCall& call) const {
  auto role = http::text_param(call.params, "RoleArn");
  return {"sts:" + call.operation, role.empty() ? "*" : std::move(role)};
}

}  // namespace loopgate::sts
