#include "emulators/secretsmanager/operations.h"

namespace loopgate::secretsmanager {

namespace {

json identity(const Secret& secret, const std::string& version) {
  json out = {{"ARN", secret.arn}, {"Name", secret.name}};
  if (!version.empty()) out["VersionId"] = version;
  return out;
}

Outcome<void> check_rules(const json& rules) {
  const auto schedule = text_param(rules, "ScheduleExpression");
  if (rules.contains("AutomaticallyAfterDays") && !schedule.empty()) {
    return refuse(
        invalid_parameter("You can't use both AutomaticallyAfterDays and "
                          "ScheduleExpression in RotationRules."));
  }
  if (schedule.starts_with("cron(")) {
    return refuse(invalid_parameter(
        "Rotation by cron() is not emulated here: use rate() or AutomaticallyAfterDays."));
  }
  if (schedule.empty() || read_rate(schedule)) return {};
  return refuse(invalid_parameter("Invalid ScheduleExpression: must be rate(N hours|days)."));
}

}  // namespace

Outcome<void> set_rotation(Context& context, const Secret& secret, const std::string& function,
                           const json& rules) {
  if (auto checked = check_rules(rules); !checked) return checked;
  const auto wanted = function.empty() ? secret.rotation.function : function;
  if (wanted.empty()) {
    return refuse(
        invalid_request("No Lambda rotation function ARN is associated with this secret."));
  }
  if (auto allowed = context.rotations.check_function(secret, wanted); !allowed) return allowed;
  context.secrets.change(secret, [&](Secret& changed) {
    auto& rotation = changed.rotation;
    rotation.enabled = true;
    rotation.function = wanted;
    if (!rules.empty()) {
      rotation.days = rules.value("AutomaticallyAfterDays", std::int64_t{0});
      rotation.schedule = text_param(rules, "ScheduleExpression");
      rotation.duration = text_param(rules, "Duration");
    }
    rotation.next = context.rotations.next_of(rotation);
  });
  context.rotations.arm();
  return {};
}

ApiResult rotate_secret(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  const auto set = set_rotation(context, **secret, text_param(params, "RotationLambdaARN"),
                                params.value("RotationRules", json::object()));
  if (!set) return refuse(set.error());
  if (!params.value("RotateImmediately", true)) return identity(**secret, {});
  const auto version = context.rotations.start(**secret, token_of(context, params));
  return identity(**secret, version);
}

ApiResult cancel_rotate_secret(Context& context, const ApiCall& call) {
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  const auto version = (*secret)->rotation.under_way;
  context.secrets.change(**secret, [](Secret& changed) {
    changed.rotation.enabled = false;
    changed.rotation.next.reset();
    changed.rotation.under_way.clear();
  });
  context.rotations.arm();
  return identity(**secret, version);
}

}  // namespace loopgate::secretsmanager
