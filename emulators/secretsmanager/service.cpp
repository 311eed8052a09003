#include "emulators/secretsmanager/service.h"

#include "aws/shapes/services.h"

namespace loopgate::secretsmanager {

namespace {

constexpr http::Operation<Context> kOperations[] = {
    {"CreateSecret", create_secret},
    {"UpdateSecret", update_secret},
    {"DeleteSecret", delete_secret},
    {"RestoreSecret", restore_secret},
    {"DescribeSecret", describe_secret},
    {"ListSecrets", list_secrets},
    {"TagResource", tag_resource},
    {"UntagResource", untag_resource},
    {"GetSecretValue", get_secret_value},
    {"BatchGetSecretValue", batch_get_secret_value},
    {"PutSecretValue", put_secret_value},
    {"UpdateSecretVersionStage", update_secret_version_stage},
    {"ListSecretVersionIds", list_secret_version_ids},
    {"GetRandomPassword", get_random_password},
    {"PutResourcePolicy", put_resource_policy},
    {"GetResourcePolicy", get_resource_policy},
    {"DeleteResourcePolicy", delete_resource_policy},
    {"ValidateResourcePolicy", validate_resource_policy},
    {"RotateSecret", rotate_secret},
    {"CancelRotateSecret", cancel_rotate_secret},
};

std::string action(std::string_view operation) {
  return "secretsmanager:" + std::string(operation);
}

}  // namespace

SecretsManagerService::SecretsManagerService(Context& context)
    : TableService(aws::shapes::kSecretsmanager, kOperations, context), context_(context) {}

std::string SecretsManagerService::resource_of(const http::Caller& caller,
                                               const std::string& id) const {
  if (const auto secret = context_.secrets.find(place_of(caller), id)) return (*secret)->arn;
  if (id.starts_with("arn:")) return id;
  return fmt::format("arn:aws:secretsmanager:{}:{}:secret:{}", caller.region, caller.account, id);
}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
http::Permission SecretsManagerService::permission_for(const http::ApiCall& call) const {
  const auto id = text_param(call.params, call.operation == "CreateSecret" ? "Name" : "SecretId");
  return {action(call.operation), id.empty() ? "*" : resource_of(call.caller, id)};
}

std::vector<http::Permission> SecretsManagerService::further_permissions(
    const http::ApiCall& call) const {
  std::vector<http::Permission> out;
  const auto value_of = [&](const std::string& arn) {
    out.push_back({action("GetSecretValue"), arn});
  };
  if (call.operation == "BatchGetSecretValue") {
    for (const auto& id : call.params.value("SecretIdList", std::vector<std::string>())) {
      value_of(resource_of(call.caller, id));
    }
    const auto filters = call.params.value("Filters", json::array());
    if (filters.empty()) return out;
    out.push_back({action("ListSecrets"), "*"});
    for (const auto* secret : context_.secrets.list(place_of(call.caller))) {
      if (passes(filters, *secret)) value_of(secret->arn);
    }
  }
  if (call.operation == "CreateSecret" && !read_tags(call.params).empty()) {
    out.push_back(
        {action("TagResource"), resource_of(call.caller, text_param(call.params, "Name"))});
  }
  if (call.operation == "RotateSecret") {
    const auto function = text_param(call.params, "RotationLambdaARN");
    if (!function.empty()) out.push_back({"lambda:InvokeFunction", function});
  }
  return out;
}

}  // namespace loopgate::secretsmanager
