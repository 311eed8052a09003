#include "emulators/sts/service.h"

#include <chrono>

#include "emulators/sts/sts_port.h"

namespace loopgate::sts {
namespace {

using http::integer_shape;
using http::optional;
using http::required;
using http::string_shape;
using http::structure;
using nlohmann::json;

http::OperationModel get_caller_identity_model() {
  return {"GetCallerIdentity", structure({}),
          structure({optional("UserId", string_shape()), optional("Account", string_shape()),
                     optional("Arn", string_shape())})};
}

http::OperationModel assume_role_model() {
  auto credentials = structure(
      {optional("AccessKeyId", string_shape()), optional("SecretAccessKey", string_shape()),
       optional("SessionToken", string_shape()), optional("Expiration", http::timestamp_shape())});
  auto user =
      structure({optional("AssumedRoleId", string_shape()), optional("Arn", string_shape())});
  return {
      "AssumeRole",
      structure({required("RoleArn", string_shape()), required("RoleSessionName", string_shape()),
                 optional("DurationSeconds", integer_shape()),
                 optional("ExternalId", string_shape()), optional("Policy", string_shape())}),
      structure({optional("Credentials", std::move(credentials)),
                 optional("AssumedRoleUser", std::move(user)),
                 optional("PackedPolicySize", integer_shape())})};
}

}  // namespace

const http::ServiceModel& StsService::model() const {
  static const http::ServiceModel kModel = [] {
    http::ServiceModel model;
    model.name = "sts";
    model.version = "2011-06-15";
    model.xml_namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
    model.operations = {get_caller_identity_model(), assume_role_model()};
    return model;
  }();
  return kModel;
}

std::function<void()> StsService::call(http::ApiCall call, http::ApiReply reply) {
  reply(call.operation == "GetCallerIdentity" ? get_caller_identity(call) : assume_role(call));
  return nullptr;
}

http::ApiResult StsService::get_caller_identity(const http::ApiCall& call) const {
  const auto& account = call.caller.account;
  return json{
      {"UserId", account}, {"Account", account}, {"Arn", "arn:aws:iam::" + account + ":root"}};
}

http::ApiResult StsService::assume_role(const http::ApiCall& call) {
  const auto arn = call.params.value("RoleArn", std::string());
  const auto name = call.params.value("RoleSessionName", std::string());
  const std::chrono::seconds duration(call.params.value("DurationSeconds", std::int64_t{3600}));
  const auto caller = "arn:aws:iam::" + call.caller.account + ":root";
  if (auto checked = check_session_name(name); !checked) return aws::refuse(checked.error());
  const auto* role = roles_.role_by_arn(arn);
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
  json credentials = {
      {"AccessKeyId", call.caller.access_key_id.size() == 12 ? call.caller.access_key_id
                                                             : "ASIA" + random_.upper_alnum(16)},
      {"SecretAccessKey", random_.hex(40)},
      {"SessionToken", random_.hex(128)},
      {"Expiration", to_iso8601(clock_.wall() + duration)}};
  return json{
      {"Credentials", std::move(credentials)},
      {"AssumedRoleUser",
       {{"AssumedRoleId", role->id + ":" + name}, {"Arn", iam::assumed_role_arn(arn, name)}}}};
}

}  // namespace loopgate::sts
