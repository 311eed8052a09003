#include "emulators/lambda/service.h"

#include <fmt/format.h>

#include "aws/shapes/services.h"
#include "emulators/lambda/called.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/package.h"
#include "emulators/lambda/sources/operations.h"
#include "emulators/lambda/url_host.h"

namespace loopgate::lambda {

namespace {

constexpr std::string_view kStreaming = "InvokeWithResponseStream";

constexpr http::Operation<Functions> kOperations[] = {
    {"CreateFunction", create_function},
    {"ListFunctions", list_functions},
    {"GetFunction", get_function},
    {"GetFunctionConfiguration", get_function_configuration},
    {"UpdateFunctionCode", update_function_code},
    {"UpdateFunctionConfiguration", update_function_configuration},
    {"DeleteFunction", delete_function},
    {"PublishVersion", publish_version},
    {"ListVersionsByFunction", list_versions},
    {"CreateAlias", create_alias},
    {"GetAlias", get_alias},
    {"ListAliases", list_aliases},
    {"UpdateAlias", update_alias},
    {"DeleteAlias", delete_alias},
    {"AddPermission", add_permission},
    {"RemovePermission", remove_permission},
    {"GetPolicy", get_policy},
    {"ListTags", list_tags},
    {"TagResource", tag_function},
    {"UntagResource", untag_function},
    {"PutFunctionConcurrency", put_function_concurrency},
    {"GetFunctionConcurrency", get_function_concurrency},
    {"DeleteFunctionConcurrency", delete_function_concurrency},
    {"PutProvisionedConcurrencyConfig", put_provisioned_concurrency},
    {"GetProvisionedConcurrencyConfig", get_provisioned_concurrency},
    {"DeleteProvisionedConcurrencyConfig", delete_provisioned_concurrency},
    {"ListProvisionedConcurrencyConfigs", list_provisioned_concurrency},
    {"GetAccountSettings", get_account_settings},
    {"PutFunctionEventInvokeConfig", put_event_invoke_config},
    {"UpdateFunctionEventInvokeConfig", update_event_invoke_config},
    {"GetFunctionEventInvokeConfig", get_event_invoke_config},
    {"DeleteFunctionEventInvokeConfig", delete_event_invoke_config},
    {"ListFunctionEventInvokeConfigs", list_event_invoke_configs},
    {"CreateFunctionUrlConfig", create_url_config},
    {"GetFunctionUrlConfig", get_url_config},
    {"UpdateFunctionUrlConfig", update_url_config},
    {"DeleteFunctionUrlConfig", delete_url_config},
    {"ListFunctionUrlConfigs", list_url_configs},
    {"CreateCodeSigningConfig", create_signing_config},
    {"GetCodeSigningConfig", get_signing_config},
    {"UpdateCodeSigningConfig", update_signing_config},
    {"DeleteCodeSigningConfig", delete_signing_config},
    {"ListCodeSigningConfigs", list_signing_configs},
    {"ListFunctionsByCodeSigningConfig", list_functions_by_signing_config},
    {"PutFunctionCodeSigningConfig", put_function_signing_config},
    {"GetFunctionCodeSigningConfig", get_function_signing_config},
    {"DeleteFunctionCodeSigningConfig", delete_function_signing_config},
    {"PublishLayerVersion", publish_layer_version},
    {"GetLayerVersion", get_layer_version},
    {"GetLayerVersionByArn", get_layer_version_by_arn},
    {"DeleteLayerVersion", delete_layer_version},
    {"ListLayerVersions", list_layer_versions},
    {"ListLayers", list_layers},
    {"AddLayerVersionPermission", add_layer_permission},
    {"RemoveLayerVersionPermission", remove_layer_permission},
    {"GetLayerVersionPolicy", get_layer_policy},
    {"GetFunctionRecursionConfig", get_recursion_config},
    {"PutFunctionRecursionConfig", put_recursion_config},
    {"GetRuntimeManagementConfig", get_runtime_management},
    {"PutRuntimeManagementConfig", put_runtime_management},
    {"Invoke", invoke},
};

constexpr http::Operation<EventSourceMappings> kMappingOperations[] = {
    {"CreateEventSourceMapping", create_event_source_mapping},
    {"GetEventSourceMapping", get_event_source_mapping},
    {"ListEventSourceMappings", list_event_source_mappings},
    {"UpdateEventSourceMapping", update_event_source_mapping},
    {"DeleteEventSourceMapping", delete_event_source_mapping},
    {"ListTags", list_mapping_tags},
    {"TagResource", tag_mapping},
    {"UntagResource", untag_mapping},
};

}  // namespace

LambdaOperations::LambdaOperations(Functions& functions, EventSourceMappings& mappings)
    : TableService(aws::shapes::kLambda, kOperations, functions),
      mappings_(aws::shapes::kLambda, kMappingOperations, mappings) {}

bool LambdaOperations::has(std::string_view operation) const {
  return TableService::has(operation) || mappings_.has(operation);
}

// Tags are of either, as their ARN says.
std::function<void()> LambdaOperations::call(http::ApiCall call, http::ApiReply reply) {
  const bool is_mappings = !TableService::has(call.operation) ||
                           is_mapping_arn(http::text_param(call.params, "Resource"));
  if (is_mappings && mappings_.has(call.operation)) {
    return mappings_.call(std::move(call), std::move(reply));
  }
  return TableService::call(std::move(call), std::move(reply));
}

http::Permission LambdaOperations::permission_for(const http::ApiCall& call) const {
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
  const bool invokes = call.operation == "Invoke" || call.operation == "InvokeWithResponseStream";
  const auto action = invokes ? std::string("InvokeFunction") : call.operation;
  auto resource = http::text_param(call.params, "Resource");
  if (const auto uuid = http::text_param(call.params, "UUID"); !uuid.empty()) {
    resource = fmt::format("arn:aws:lambda:{}:{}:event-source-mapping:{}", call.caller.region,
                           call.caller.account, uuid);
  }
  if (resource.empty() && call.operation == "CreateEventSourceMapping") resource = "*";
  if (resource.empty()) {
    const auto meant = called(call);
    resource = meant ? meant->qualified() : "*";
  }
  return {"lambda:" + action, std::move(resource)};
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
std::vector<http::Permission> LambdaOperations::further_permissions(
    const http::ApiCall& call) const {
  auto role = http::text_param(call.params, "Role");
  if (role.empty()) return {};
  return {{"iam:PassRole", std::move(role)}};
}

LambdaService::LambdaService(Functions& functions, EventSourceMappings& mappings,
                             http::Access* access)
    : functions_(functions),
      operations_(functions, mappings),
      calls_(operations_, functions.surroundings().random, access) {}

bool LambdaService::owns(const http::Request& request) const {
  return is_function_host(request.header("Host")) || calls_.owns(request) ||
         request.path.starts_with(kPackagePath);
}

void LambdaService::handle(http::Request request, http::Caller caller,
                           std::shared_ptr<http::Exchange> exchange) {
  if (is_function_host(request.header("Host"))) return serve_url(request, exchange);
  if (request.path.starts_with(kPackagePath)) {
    return exchange->respond(fetch_package(functions_, request));
  }
  const auto route = aws::route_rest(operations_.model(), request.view());
  if (!route || route->operation.name() != kStreaming) {
    return calls_.handle(request, std::move(caller), exchange);
  }
  if (const auto done = invoke_streaming(*route, request, std::move(caller), exchange); !done) {
    exchange->respond(calls_.render(done.error()));
  }
}

}  // namespace loopgate::lambda
