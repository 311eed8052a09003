#include <charconv>

#include "emulators/secretsmanager/resources.h"

namespace loopgate::secretsmanager {

namespace {

using cfn::property_text;

constexpr std::string_view kSchedule = "AWS::SecretsManager::RotationSchedule";
constexpr std::string_view kPolicy = "AWS::SecretsManager::ResourcePolicy";
constexpr std::string_view kAttachment = "AWS::SecretsManager::SecretTargetAttachment";

Place place_of(const cfn::ResourceRequest& request) {
  return {request.stack->account, request.stack->region};
}

// As RotateSecret has them: templates write numbers as they like.
json rules_of(const json& properties) {
  const auto given = properties.value("RotationRules", json::object());
  json out = json::object();
  for (const char* name : {"ScheduleExpression", "Duration"}) {
    if (const auto text = property_text(given, name); !text.empty()) out[name] = text;
  }
  const auto days = property_text(given, "AutomaticallyAfterDays");
  std::int64_t number = 0;
  std::from_chars(days.data(), days.data() + days.size(), number);
  if (number > 0) out["AutomaticallyAfterDays"] = number;
  return out;
}

}  // namespace

std::vector<std::string_view> SettingResource::names() const {
  return {kSchedule, kPolicy, kAttachment};
}

std::vector<std::string_view> SettingResource::properties(std::string_view type) const {
  if (type == kPolicy) return {"BlockPublicPolicy", "ResourcePolicy", "SecretId"};
  if (type == kAttachment) return {"SecretId", "TargetId", "TargetType"};
  return {"ExternalSecretRotationMetadata",
          "ExternalSecretRotationRoleArn",
          "HostedRotationLambda",
          "RotateImmediatelyOnUpdate",
          "RotationLambdaARN",
          "RotationRules",
          "SecretId"};
}

Status SettingResource::validate(const cfn::ResourceRequest& request,
                                 std::vector<std::string>& warnings) {
  if (!request.properties.contains("SecretId")) {
    return fail_at(request, "", "the property 'SecretId' is required");
  }
  if (request.properties.contains("HostedRotationLambda")) {
    return fail_at(request, "/HostedRotationLambda",
                   "functions that AWS hosts are not emulated: give RotationLambdaARN");
  }
  if (request.type == kAttachment) {
    warnings.push_back(request.logical_id +
                       ": there are no databases here; the secret is not changed");
  }
  return {};
}

Outcome<void> SettingResource::set_schedule(const Secret& secret, const json& properties) {
  const auto set = set_rotation(context_, secret, property_text(properties, "RotationLambdaARN"),
                                rules_of(properties));
  if (!set) return set;
  if (property_text(properties, "RotateImmediatelyOnUpdate") != "false") {
    (void)context_.rotations.start(secret, context_.secrets.random().uuid());
  }
  return {};
}

Result<cfn::ResourceState> SettingResource::set(const cfn::ResourceRequest& request) {
  const auto& properties = request.properties;
  const auto secret =
      context_.secrets.find(place_of(request), property_text(properties, "SecretId"));
  if (!secret) return fail_at(request, "/SecretId", secret.error().message);
  Outcome<void> done;
  if (request.type == kSchedule) done = set_schedule(**secret, properties);
  if (request.type == kPolicy) {
    const auto text = property_text(properties, "ResourcePolicy");
    done = check_policy(context_, text);
    if (done) context_.secrets.change(**secret, [&](Secret& each) { each.policy = text; });
  }
  if (!done) return fail_at(request, "", done.error().message);
  return cfn::ResourceState{(*secret)->arn, {{"Id", (*secret)->arn}}};
}

void SettingResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(set(request));
}

void SettingResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(change_or_restore(request, [&](const auto& wanted) { return set(wanted); }));
}

void SettingResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  if (const auto secret = context_.secrets.find(place_of(request), request.physical_id)) {
    context_.secrets.change(**secret, [&](Secret& each) {
      if (request.type == kPolicy) each.policy.clear();
      if (request.type == kSchedule) each.rotation = {.last = each.rotation.last};
    });
    context_.rotations.arm();
  }
  done({});
}

}  // namespace loopgate::secretsmanager
