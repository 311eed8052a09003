// CreateFunction, GetFunction, ListFunctions, UpdateFunctionCode and the like.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "codec/base64.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/properties.h"
#include "emulators/lambda/resource_policy.h"
#include "emulators/lambda/service.h"
#include "emulators/lambda/sources/limits.h"

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

http::ApiResult create_function(Functions& functions, const http::ApiCall& call) {
  const auto& params = call.params;
  FunctionConfig config;
  const auto name = FunctionName::parse(http::text_param(params, "FunctionName"));
  if (!name) return aws::refuse(invalid_parameter("FunctionName is missing or no function name"));
  config.account = call.caller.account;
  config.region = call.caller.region;
  config.name = name->name;
  if (!params.contains("Runtime")) {
    return aws::refuse(
        invalid_parameter("Runtime and Handler are mandatory parameters for functions "
                          "created with deployment packages."));
  }
  const auto read = read_common(functions, params, config);
  if (!read) return aws::refuse(read.error());
  if (config.runtime.kind != RuntimeKind::kBuiltIn) {
    auto code = read_code(functions, params.value("Code", Json::object()));
    if (!code) return aws::refuse(code.error());
    config.code = std::move(*code);
  }
  const auto made = functions.create(std::move(config));
  if (!made) return aws::refuse(made.error());
  return configuration(**made);
}

http::ApiResult list_functions(Functions& functions, const http::ApiCall& call) {
  auto list = Json::array();
  for (const auto& function : functions.list(call.caller.account, call.caller.region)) {
    list.push_back(configuration(*function));
  }
  return Json{{"Functions", std::move(list)}};
}

http::ApiResult get_function(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  Json result = {{"Configuration", configuration(**function)},
                 {"Code", {{"RepositoryType", "Local"}, {"Location", (*function)->code.path}}}};
  if (!(*function)->tags.empty()) result["Tags"] = (*function)->tags;
  if ((*function)->reserved_concurrency) {
    result["Concurrency"] = {{"ReservedConcurrentExecutions", *(*function)->reserved_concurrency}};
  }
  return result;
}

http::ApiResult get_function_configuration(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  return configuration(**function);
}

http::ApiResult update_function_code(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  auto code = read_code(functions, call.params);
  if (!code) return aws::refuse(code.error());
  auto config = **function;
  config.code = std::move(*code);
  const auto updated = functions.update(std::move(config));
  if (!updated) return aws::refuse(updated.error());
  return configuration(**updated);
}

http::ApiResult update_function_configuration(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  auto config = **function;
  const auto read = read_common(functions, call.params, config);
  if (!read) return aws::refuse(read.error());
  const auto updated = functions.update(std::move(config));
  if (!updated) return aws::refuse(updated.error());
  return configuration(**updated);
}

http::ApiResult delete_function(Functions& functions, const http::ApiCall& call) {
  const auto arn = called_arn(call);
  if (!arn) return aws::refuse(arn.error());
  if (const auto removed = functions.remove(*arn); !removed) return aws::refuse(removed.error());
  return Json{{"StatusCode", 204}};
}

http::ApiResult get_policy(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  if ((*function)->permissions.empty()) {
    return aws::refuse(aws::AwsError{
        "ResourceNotFoundException", "The resource you requested does not exist.", 404, {}});
  }
  return Json{{"Policy", resource_policy(**function, (*function)->arn())},
              {"RevisionId", (*function)->revision_id}};
}

namespace {

http::ApiResult set_tags(Functions& functions, const FunctionConfig& function,
                         std::map<std::string, std::string> tags) {
  if (tags.size() > kMaxTags) {
    return aws::refuse(invalid_parameter("The resource can have at most 50 tags"));
  }
  auto config = function;
  config.tags = std::move(tags);
  if (const auto set = functions.update(std::move(config)); !set) return aws::refuse(set.error());
  return Json::object();
}

aws::Outcome<FunctionPtr> tagged(Functions& functions, const http::ApiCall& call) {
  const auto arn = http::text_param(call.params, "Resource");
  if (auto function = functions.find(arn)) return function;
  return aws::refuse(function_not_found(arn));
}

}  // namespace

http::ApiResult list_tags(Functions& functions, const http::ApiCall& call) {
  const auto function = tagged(functions, call);
  if (!function) return aws::refuse(function.error());
  return Json{{"Tags", (*function)->tags}};
}

http::ApiResult tag_function(Functions& functions, const http::ApiCall& call) {
  const auto function = tagged(functions, call);
  if (!function) return aws::refuse(function.error());
  auto tags = (*function)->tags;
  for (const auto& [name, value] : call.params.value("Tags", Json::object()).items()) {
    tags[name] = value.get<std::string>();
  }
  return set_tags(functions, **function, std::move(tags));
}

http::ApiResult untag_function(Functions& functions, const http::ApiCall& call) {
  const auto function = tagged(functions, call);
  if (!function) return aws::refuse(function.error());
  auto tags = (*function)->tags;
  for (const auto& name : call.params.value("TagKeys", Json::array())) {
    tags.erase(name.get<std::string>());
  }
  return set_tags(functions, **function, std::move(tags));
}

}  // namespace loopgate::lambda
