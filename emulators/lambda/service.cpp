#include "emulators/lambda/service.h"

#include <fmt/format.h>

#include "aws/shapes/services.h"
#include "emulators/lambda/errors.h"

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
    {"Invoke", invoke},
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

LambdaOperations::LambdaOperations(Functions& functions)
    : TableService(aws::shapes::kLambda, kOperations, functions) {}

http::Permission LambdaOperations::permission_for(const http::ApiCall& call) const {
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
  const bool invokes = call.operation == "Invoke" || call.operation == "InvokeWithResponseStream";
  const auto action = invokes ? std::string("InvokeFunction") : call.operation;
  auto resource = http::text_param(call.params, "Resource");
  if (resource.empty()) resource = called_arn(call).value_or("*");
  return {"lambda:" + action, std::move(resource)};
}

LambdaService::LambdaService(Functions& functions, http::Access* access)
    : functions_(functions),
      operations_(functions),
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
