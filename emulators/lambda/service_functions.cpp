// CreateFunction, GetFunction, ListFunctions, UpdateFunctionCode and the like.

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "emulators/lambda/called.h"
#include "emulators/lambda/configuration.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/package.h"
#include "emulators/lambda/properties.h"
#include "emulators/lambda/service.h"
#include "emulators/lambda/sources/limits.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

// Of a function and its parts by ARN, as its configuration names it.
aws::Outcome<CalledFunction> called_to_create(const http::ApiCall& call) {
  const auto given = http::text_param(call.params, "FunctionName");
  auto meant = called(call);
  if (!meant) return meant;
  const auto parsed = FunctionName::parse(given);
  if (!parsed->account.empty() && parsed->account != call.caller.account) {
    return aws::refuse({"AccessDeniedException", "", 403, {}});
  }
  if (parsed->name.size() > kMaxFunctionName) {
    return aws::refuse(invalid_parameter(
        fmt::format("1 validation error detected: Value '{}' at 'functionName' failed to satisfy "
                    "constraint: Member must have length less than or equal to {}",
                    given, kMaxFunctionName)));
  }
  return meant;
}

aws::Outcome<void> read_common(Functions& functions, const Json& body, FunctionConfig& config) {
  if (const auto checked = check_runtime(http::text_param(body, "Runtime")); !checked) {
    return checked;
  }
  std::vector<std::string> warnings;
  const auto read = read_properties(body, config, warnings);
  if (!read) return aws::refuse(invalid_parameter(read.error().message));
  for (const auto& warning : warnings) functions.surroundings().journal.warn(warning);
  if (!body.contains("Layers")) return {};
  auto layers = functions.layers().use(body["Layers"], config);
  if (!layers) return aws::refuse(layers.error());
  config.layers = std::move(*layers);
  return {};
}

aws::Outcome<void> check_tags(const FunctionConfig& config) {
  if (config.tags.size() <= kMaxTags) return {};
  return aws::refuse(invalid_parameter("Number of tags exceeds resource tag limit."));
}

// What a call that publishes answers: the version instead of the function.
http::ApiResult published(Functions& functions, const FunctionConfig& function, Progress progress) {
  const auto version = functions.publish(function.arn(), std::nullopt, progress);
  if (!version) return aws::refuse(version.error());
  return configuration(**version, (*version)->version);
}

// What was set on a version goes with it.
void forget_qualifier(Functions& functions, FunctionConfig config, const std::string& qualifier) {
  auto& companions = config.companions;
  const auto gone = std::erase_if(companions.permissions,
                                  [&](const auto& one) { return one.qualifier == qualifier; }) +
                    companions.event_invoke.erase(qualifier) +
                    companions.provisioned.erase(qualifier) +
                    companions.runtime_management.erase(qualifier);
  if (gone > 0) (void)functions.update_companions(std::move(config));
}

bool is_set(const Json& params, const char* name) {
  return params.value(name, Json(false)) == Json(true);
}

}  // namespace

http::ApiResult create_function(Functions& functions, const http::ApiCall& call) {
  const auto& params = call.params;
  const auto meant = called_to_create(call);
  if (!meant) return aws::refuse(meant.error());
  FunctionConfig config;
  config.account = call.caller.account;
  config.region = call.caller.region;
  config.name = meant->arn.substr(meant->arn.rfind(':') + 1);
  if (!params.contains("Runtime") && http::text_param(params, "PackageType") != "Image") {
    return aws::refuse(
        invalid_parameter("Runtime and Handler are mandatory parameters for functions "
                          "created with deployment packages."));
  }
  if (const auto read = read_common(functions, params, config); !read) {
    return aws::refuse(read.error());
  }
  if (const auto checked = check_tags(config); !checked) return aws::refuse(checked.error());
  config.companions.code_signing_arn = http::text_param(params, "CodeSigningConfigArn");
  if (config.runtime.kind != RuntimeKind::kBuiltIn) {
    auto code = read_package(functions, call.caller.account, params.value("Code", Json::object()));
    if (!code) return aws::refuse(code.error());
    config.code = std::move(*code);
  }
  config.progress = Progress::kCreating;
  const auto made = functions.create(std::move(config));
  if (!made) return aws::refuse(made.error());
  if (is_set(params, "Publish")) return published(functions, **made, Progress::kCreating);
  return configuration(**made, "");
}

http::ApiResult list_functions(Functions& functions, const http::ApiCall& call) {
  const bool all = http::text_param(call.params, "FunctionVersion") == "ALL";
  std::vector<Json> list;
  for (const auto& function : functions.list(call.caller.account, call.caller.region)) {
    if (!all) {
      list.push_back(listed_configuration(*function, ""));
      continue;
    }
    for (const auto& version : functions.versions(function->arn())) {
      list.push_back(listed_configuration(*version, version->version));
    }
  }
  return page(std::move(list), "Functions", call);
}

http::ApiResult get_function(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  const auto function = functions.resolve(meant->qualified());
  if (!function) return aws::refuse(function_not_found(meant->qualified()));
  const auto latest = functions.find(meant->arn);
  Json result = {{"Configuration", configuration(*function, meant->qualifier)},
                 {"Code",
                  {{"RepositoryType", "S3"},
                   {"Location", package_location(functions, *function, call.caller.base_url)}}}};
  if (!latest->tags.empty()) result["Tags"] = latest->tags;
  if (latest->reserved_concurrency) {
    result["Concurrency"] = {{"ReservedConcurrentExecutions", *latest->reserved_concurrency}};
  }
  return result;
}

http::ApiResult get_function_configuration(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  const auto function = functions.resolve(meant->qualified());
  if (!function) return aws::refuse(function_not_found(meant->qualified()));
  return configuration(*function, meant->qualifier);
}

http::ApiResult update_function_code(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  if (const auto is = check_revision(call, (*function)->revision_id); !is) {
    return aws::refuse(is.error());
  }
  if (call.params.contains("ImageUri")) {
    return aws::refuse(invalid_parameter(
        "Please don't provide ImageUri when updating a function with packageType Zip."));
  }
  auto code = read_package(functions, call.caller.account, call.params);
  if (!code) return aws::refuse(code.error());
  auto config = **function;
  config.code = std::move(*code);
  if (call.params.contains("Architectures")) {
    config.told_back["Architectures"] = call.params["Architectures"];
  }
  if (is_set(call.params, "DryRun")) return configuration(config, "");
  config.progress = Progress::kUpdating;
  const auto updated = functions.update(std::move(config));
  if (!updated) return aws::refuse(updated.error());
  if (is_set(call.params, "Publish")) return published(functions, **updated, Progress::kCreating);
  return configuration(**updated, "");
}

http::ApiResult update_function_configuration(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  if (const auto is = check_revision(call, (*function)->revision_id); !is) {
    return aws::refuse(is.error());
  }
  auto config = **function;
  const auto read = read_common(functions, call.params, config);
  if (!read) return aws::refuse(read.error());
  config.progress = Progress::kUpdating;
  const auto updated = functions.update(std::move(config));
  if (!updated) return aws::refuse(updated.error());
  return configuration(**updated, "");
}

http::ApiResult delete_function(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  if (meant->qualifier == kLatest) {
    return aws::refuse(
        invalid_parameter("$LATEST version cannot be deleted without deleting the function."));
  }
  const auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(function_not_found(meant->arn));
  if (meant->qualifier.empty()) {
    if (const auto removed = functions.remove(meant->arn); !removed) {
      return aws::refuse(removed.error());
    }
    return Json{{"StatusCode", 204}};
  }
  std::string using_it;
  for (const auto& [name, alias] : function->companions.aliases) {
    if (alias.version != meant->qualifier && !alias.weights.contains(meant->qualifier)) continue;
    using_it += (using_it.empty() ? "" : ", ") + name;
  }
  if (!using_it.empty()) {
    return aws::refuse(resource_conflict(fmt::format(
        "Unable to delete version because the following aliases reference it: [{}]", using_it)));
  }
  functions.remove_version(meant->arn, meant->qualifier);
  forget_qualifier(functions, *function, meant->qualifier);
  return Json{{"StatusCode", 204}};
}

}  // namespace loopgate::lambda
