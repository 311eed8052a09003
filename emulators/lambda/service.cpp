#include "emulators/lambda/service.h"

#include <fmt/format.h>

#include "aws/shapes/services.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/sources/operations.h"

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
    {"GetPolicy", get_policy},
    {"ListTags", list_tags},
    {"TagResource", tag_function},
    {"UntagResource", untag_function},
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

aws::Outcome<std::string> called_arn(const http::ApiCall& call) {
  const auto name = http::text_param(call.params, "FunctionName");
  const auto parsed = FunctionName::parse(name);
  if (!parsed) {
    return aws::refuse({"ValidationException",
                        fmt::format("1 validation error detected: Value '{}' at 'functionName' "
                                    "failed to satisfy constraint",
                                    name.substr(0, 200)),
                        400,
                        {}});
  }
  auto arn =
      function_arn(parsed->region.empty() ? call.caller.region : parsed->region,
                   parsed->account.empty() ? call.caller.account : parsed->account, parsed->name);
  const auto given = http::text_param(call.params, "Qualifier");
  const auto& qualifier = given.empty() ? parsed->qualifier : given;
  return qualifier.empty() ? arn : arn + ":" + qualifier;
}

aws::Outcome<FunctionPtr> called_function(Functions& functions, const http::ApiCall& call) {
  const auto arn = called_arn(call);
  if (!arn) return aws::refuse(arn.error());
  auto function = functions.find(*arn);
  if (!function) return aws::refuse(function_not_found(*arn));
  return function;
}

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
  if (resource.empty()) resource = called_arn(call).value_or("*");
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
  return calls_.owns(request);
}

void LambdaService::handle(http::Request request, http::Caller caller,
                           std::shared_ptr<http::Exchange> exchange) {
  const auto route = aws::route_rest(operations_.model(), request.view());
  if (!route || route->operation.name() != kStreaming) {
    return calls_.handle(request, std::move(caller), exchange);
  }
  if (const auto done = invoke_streaming(*route, request, std::move(caller), exchange); !done) {
    exchange->respond(calls_.render(done.error()));
  }
}

}  // namespace loopgate::lambda
