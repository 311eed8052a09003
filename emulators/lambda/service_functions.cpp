// CreateFunction, GetFunction, ListFunctions, UpdateFunctionCode and the like.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/properties.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

// "2026-11-02T09:15:30.204+0000", as Lambda writes it.
std::string timestamp(std::int64_t ms) {
  auto text = to_iso8601(WallTime(std::chrono::milliseconds(ms)));
  return text.substr(0, text.size() - 1) + "+0000";
}

Json configuration(const FunctionConfig& config) {
  Json json = {{"FunctionName", config.name},
               {"FunctionArn", config.arn()},
               {"Runtime", config.runtime.name},
               {"Role", config.role},
               {"Handler", config.handler},
               {"CodeSize", config.code.size},
               {"Description", config.description},
               {"Timeout", config.timeout.count()},
               {"MemorySize", config.memory_mb},
               {"LastModified", timestamp(config.modified_ms)},
               {"CodeSha256", config.code.sha256},
               {"Version", "$LATEST"},
               {"TracingConfig", {{"Mode", "PassThrough"}}},
               {"RevisionId", config.revision_id},
               {"State", "Active"},
               {"LastUpdateStatus", "Successful"},
               {"PackageType", "Zip"},
               {"Architectures", {"x86_64"}},
               {"EphemeralStorage", {{"Size", 512}}},
               {"LoggingConfig", {{"LogFormat", "Text"}, {"LogGroup", config.log_group_name()}}}};
  if (!config.environment.empty()) json["Environment"] = {{"Variables", config.environment}};
  if (!config.dead_letter_arn.empty())
    json["DeadLetterConfig"] = {{"TargetArn", config.dead_letter_arn}};
  return json;
}

aws::Outcome<Json> read_body(const http::Request& request) {
  auto json = request.body.empty() ? Json::object() : read_json(request.body).value_or(nullptr);
  if (json.is_object()) return json;
  return aws::refuse(invalid_request_content("the body is not a JSON object"));
}

aws::Outcome<CodeSource> read_code(Functions& functions, const Json& code) {
  if (!code.contains("ZipFile") || !code["ZipFile"].is_string()) {
    return aws::refuse(invalid_parameter(
        "the code must be given as ZipFile: S3 and container images are not emulated"));
  }
  const auto zip = codec::base64_decode_text(code["ZipFile"].get_ref<const std::string&>());
  if (!zip) return aws::refuse(invalid_parameter("ZipFile is not valid base64"));
  return functions.keep_upload(*zip);
}

aws::Outcome<void> read_common(Functions& functions, const Json& body, FunctionConfig& config) {
  std::vector<std::string> warnings;
  const auto read = read_properties(body, config, warnings);
  if (!read) return aws::refuse(invalid_parameter(read.error().message));
  for (const auto& warning : warnings) functions.surroundings().journal.warn(warning);
  return {};
}

}  // namespace

aws::Outcome<void> LambdaService::create_function(Call& call, http::Exchange& exchange) {
  auto body = read_body(call.request);
  if (!body) return aws::refuse(body.error());
  FunctionConfig config;
  const auto name = FunctionName::parse(
      body->value("FunctionName", Json("")).is_string() ? body->value("FunctionName", "") : "");
  if (!name) return aws::refuse(invalid_parameter("FunctionName is missing or no function name"));
  config.account = call.caller.account;
  config.region = call.caller.region;
  config.name = name->name;
  if (!body->contains("Runtime")) {
    return aws::refuse(
        invalid_parameter("Runtime and Handler are mandatory parameters for functions "
                          "created with deployment packages."));
  }
  const auto read = read_common(functions_, *body, config);
  if (!read) return aws::refuse(read.error());
  if (config.runtime.kind != RuntimeKind::kBuiltIn) {
    auto code = read_code(functions_, body->value("Code", Json::object()));
    if (!code) return aws::refuse(code.error());
    config.code = std::move(*code);
  }
  const auto made = functions_.create(std::move(config));
  if (!made) return aws::refuse(made.error());
  exchange.respond(http::Response::json(201, write_json(configuration(**made))));
  return {};
}

aws::Outcome<void> LambdaService::list_functions(Call& call, http::Exchange& exchange) {
  auto list = Json::array();
  for (const auto& function : functions_.list(call.caller.account, call.caller.region)) {
    list.push_back(configuration(*function));
  }
  exchange.respond(http::Response::json(200, write_json(Json{{"Functions", std::move(list)}})));
  return {};
}

aws::Outcome<void> LambdaService::get_function(Call& call, http::Exchange& exchange) {
  const auto function = find(call);
  if (!function) return aws::refuse(function.error());
  Json body = {{"Configuration", configuration(**function)},
               {"Code", {{"RepositoryType", "Local"}, {"Location", (*function)->code.path}}}};
  if (!(*function)->tags.empty()) body["Tags"] = (*function)->tags;
  if ((*function)->reserved_concurrency) {
    body["Concurrency"] = {{"ReservedConcurrentExecutions", *(*function)->reserved_concurrency}};
  }
  exchange.respond(http::Response::json(200, write_json(body)));
  return {};
}

aws::Outcome<void> LambdaService::get_configuration(Call& call, http::Exchange& exchange) {
  const auto function = find(call);
  if (!function) return aws::refuse(function.error());
  exchange.respond(http::Response::json(200, write_json(configuration(**function))));
  return {};
}

aws::Outcome<void> LambdaService::update_code(Call& call, http::Exchange& exchange) {
  const auto function = find(call);
  if (!function) return aws::refuse(function.error());
  const auto body = read_body(call.request);
  if (!body) return aws::refuse(body.error());
  auto code = read_code(functions_, *body);
  if (!code) return aws::refuse(code.error());
  auto config = **function;
  config.code = std::move(*code);
  const auto updated = functions_.update(std::move(config));
  if (!updated) return aws::refuse(updated.error());
  exchange.respond(http::Response::json(200, write_json(configuration(**updated))));
  return {};
}

aws::Outcome<void> LambdaService::update_configuration(Call& call, http::Exchange& exchange) {
  const auto function = find(call);
  if (!function) return aws::refuse(function.error());
  const auto body = read_body(call.request);
  if (!body) return aws::refuse(body.error());
  auto config = **function;
  const auto read = read_common(functions_, *body, config);
  if (!read) return aws::refuse(read.error());
  const auto updated = functions_.update(std::move(config));
  if (!updated) return aws::refuse(updated.error());
  exchange.respond(http::Response::json(200, write_json(configuration(**updated))));
  return {};
}

aws::Outcome<void> LambdaService::delete_function(Call& call, http::Exchange& exchange) {
  if (const auto removed = functions_.remove(call.arn); !removed)
    return aws::refuse(removed.error());
  exchange.respond({.status = 204, .headers = {}, .body = {}});
  return {};
}

aws::Outcome<void> LambdaService::get_policy(Call& call, http::Exchange& exchange) {
  const auto function = find(call);
  if (!function) return aws::refuse(function.error());
  if ((*function)->permissions.empty()) {
    return aws::refuse(aws::AwsError{
        "ResourceNotFoundException", "The resource you requested does not exist.", 404, {}});
  }
  auto statements = Json::array();
  for (const auto& one : (*function)->permissions) {
    Json statement = {{"Sid", one.id},
                      {"Effect", "Allow"},
                      {"Principal", one.principal},
                      {"Action", one.action},
                      {"Resource", (*function)->arn()}};
    if (!one.source_arn.empty()) {
      statement["Condition"] = {{"ArnLike", {{"AWS:SourceArn", one.source_arn}}}};
    }
    statements.push_back(std::move(statement));
  }
  const Json policy = {
      {"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", std::move(statements)}};
  exchange.respond(http::Response::json(
      200,
      write_json(Json{{"Policy", write_json(policy)}, {"RevisionId", (*function)->revision_id}})));
  return {};
}

}  // namespace loopgate::lambda
