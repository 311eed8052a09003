#include "emulators/secretsmanager/operations.h"

namespace loopgate::secretsmanager {

namespace {

// A secret has one policy here, without a name.
Outcome<void> check_policy_name(const json& params) {
  if (text_param(params, "PolicyName").empty()) return {};
  return refuse(invalid_parameter("Named resource policies are not emulated here."));
}

json identity(const Secret& secret) {
  return {{"ARN", secret.arn}, {"Name", secret.name}};
}

void set_policy(Context& context, const Secret& secret, const std::string& text) {
  context.secrets.change(secret, [&](Secret& changed) { changed.policy = text; });
}

}  // namespace

Outcome<void> check_policy(const Context& context, const std::string& text) {
  if (!context.check_policy) return {};
  const auto checked = context.check_policy(text);
  if (checked) return {};
  return refuse(error("MalformedPolicyDocumentException",
                      "This resource policy contains a syntax error: " + checked.error().message));
}

ApiResult put_resource_policy(Context& context, const ApiCall& call) {
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  if (auto named = check_policy_name(call.params); !named) return refuse(named.error());
  const auto text = text_param(call.params, "ResourcePolicy");
  if (auto checked = check_policy(context, text); !checked) return refuse(checked.error());
  set_policy(context, **secret, text);
  return identity(**secret);
}

ApiResult get_resource_policy(Context& context, const ApiCall& call) {
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  auto out = identity(**secret);
  if (!(*secret)->policy.empty()) out["ResourcePolicy"] = (*secret)->policy;
  return out;
}

ApiResult delete_resource_policy(Context& context, const ApiCall& call) {
  const auto secret = live_secret_of(context, call);
  if (!secret) return refuse(secret.error());
  set_policy(context, **secret, {});
  return identity(**secret);
}

ApiResult validate_resource_policy(Context& context, const ApiCall& call) {
  if (call.params.contains("SecretId")) {
    if (const auto secret = secret_of(context, call); !secret) return refuse(secret.error());
  }
  const auto checked = check_policy(context, text_param(call.params, "ResourcePolicy"));
  json errors = json::array();
  if (!checked) {
    errors.push_back({{"CheckName", "POLICY_SYNTAX"}, {"ErrorMessage", checked.error().message}});
  }
  return json{{"PolicyValidationPassed", checked.has_value()},
              {"ValidationErrors", std::move(errors)}};
}

}  // namespace loopgate::secretsmanager
