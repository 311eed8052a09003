#include "emulators/lambda/service.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/percent.h"
#include "emulators/lambda/errors.h"

namespace loopgate::lambda {

namespace {

constexpr std::string_view kFunctions = "/2015-03-31/functions";
constexpr std::string_view kStreaming = "/2021-11-15/functions";
constexpr std::string_view kTags = "/2017-03-31/tags/";

// What is not percent-encoded as it should be is taken as it stands.
std::string decoded(std::string_view text, codec::Plus plus) {
  return codec::percent_decode(text, plus).value_or(std::string(text));
}

std::map<std::string, std::string> parse_query(std::string_view query) {
  std::map<std::string, std::string> result;
  while (!query.empty()) {
    const auto field = codec::next_query_field(query);
    result[decoded(field.name, codec::Plus::kBlank)] = decoded(field.value, codec::Plus::kBlank);
  }
  return result;
}

aws::AwsError unknown_operation(const http::Request& request) {
  return {
      "UnknownOperationException",
      fmt::format("{} {} is not an operation that this sandbox has", request.method, request.path),
      404,
      {}};
}

}  // namespace

http::Response render_error(const aws::AwsError& error) {
  const nlohmann::json body = {{"Type", error.is_sender_fault() ? "User" : "Service"},
                               {"Message", error.message},
                               {"message", error.message}};
  auto response = http::Response::json(error.status, write_json(body));
  response.headers.push_back({"x-amzn-ErrorType", error.code});
  return response;
}

http::Response LambdaService::render(const aws::AwsError& error) const {
  return render_error(error);
}

bool LambdaService::owns(const http::Request& request) const {
  return request.path.starts_with(kFunctions) || request.path.starts_with(kStreaming) ||
         request.path.starts_with(kTags);
}

void LambdaService::handle(http::Request request, http::Caller caller, ExchangePtr exchange) {
  Call call{std::move(request), std::move(caller), {}, {}, {}};
  call.query = parse_query(call.request.query);
  if (const auto done = dispatch(call, exchange); !done)
    exchange->respond(render_error(done.error()));
}

aws::Outcome<void> LambdaService::dispatch(Call& call, const ExchangePtr& exchange) {
  std::string_view path = call.request.path;
  std::string name;
  if (path.starts_with(kTags)) {
    name = decoded(path.substr(kTags.size()), codec::Plus::kItself);
    call.resource = "tags";
  } else {
    path.remove_prefix(kFunctions.size());
    while (path.starts_with('/')) path.remove_prefix(1);
    if (path.empty()) return on_functions(call, exchange);
    const auto slash = path.find('/');
    name = decoded(path.substr(0, slash), codec::Plus::kItself);
    if (slash != std::string_view::npos) call.resource = path.substr(slash + 1);
    while (call.resource.ends_with('/')) call.resource.pop_back();
  }
  const auto parsed = FunctionName::parse(name);
  if (!parsed) {
    return aws::refuse(aws::AwsError{"ValidationException",
                                     fmt::format("1 validation error detected: Value '{}' at "
                                                 "'functionName' failed to satisfy constraint",
                                                 name.substr(0, 200)),
                                     400,
                                     {}});
  }
  call.arn =
      function_arn(parsed->region.empty() ? call.caller.region : parsed->region,
                   parsed->account.empty() ? call.caller.account : parsed->account, parsed->name);
  const auto qualifier =
      call.query.contains("Qualifier") ? call.query["Qualifier"] : parsed->qualifier;
  if (!qualifier.empty()) call.arn += ":" + qualifier;
  return on_function(call, exchange);
}

aws::Outcome<void> LambdaService::on_functions(Call& call, const ExchangePtr& exchange) {
  if (call.request.method == "POST") return create_function(call, *exchange);
  if (call.request.method == "GET") return list_functions(call, *exchange);
  return aws::refuse(unknown_operation(call.request));
}

aws::Outcome<void> LambdaService::on_function(Call& call, const ExchangePtr& exchange) {
  const auto route = call.request.method + " " + call.resource;
  if (route == "POST invocations") return invoke(call, exchange);
  if (route == "POST response-streaming-invocations") return invoke_streaming(call, exchange);
  if (route == "GET ") return get_function(call, *exchange);
  if (route == "DELETE ") return delete_function(call, *exchange);
  if (route == "GET configuration") return get_configuration(call, *exchange);
  if (route == "PUT configuration") return update_configuration(call, *exchange);
  if (route == "PUT code") return update_code(call, *exchange);
  if (route == "GET policy") return get_policy(call, *exchange);
  if (route == "GET tags") {
    const auto function = find(call);
    if (!function) return aws::refuse(function.error());
    exchange->respond(
        http::Response::json(200, write_json(nlohmann::json({{"Tags", (*function)->tags}}))));
    return {};
  }
  return aws::refuse(unknown_operation(call.request));
}

aws::Outcome<FunctionPtr> LambdaService::find(const Call& call) const {
  auto function = functions_.find(call.arn);
  if (!function) return aws::refuse(function_not_found(call.arn));
  return function;
}

}  // namespace loopgate::lambda
