// PublishLayerVersion and the like, and who may use a layer's version.
// https://docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "emulators/lambda/called.h"
#include "emulators/lambda/configuration.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/package.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

// LayerName is a name or an ARN.
std::string called_layer(const http::ApiCall& call) {
  const auto given = http::text_param(call.params, "LayerName");
  return given.starts_with("arn:") ? given
                                   : layer_arn(call.caller.region, call.caller.account, given);
}

std::string called_version(const http::ApiCall& call) {
  return fmt::format("{}:{}", called_layer(call),
                     call.params.value("VersionNumber", std::int64_t{0}));
}

aws::Outcome<void> check_number(const http::ApiCall& call) {
  if (call.params.value("VersionNumber", std::int64_t{1}) >= 1) return {};
  return aws::refuse(invalid_parameter("Layer Version Cannot be less than 1"));
}

// As lists have it.
Json listed(const LayerVersion& version) {
  Json json = {{"LayerVersionArn", version.arn()},
               {"Version", version.number},
               {"Description", version.description},
               {"CreatedDate", timestamp(version.created_ms)}};
  if (!version.license.empty()) json["LicenseInfo"] = version.license;
  if (!version.runtimes.is_null()) json["CompatibleRuntimes"] = version.runtimes;
  if (!version.architectures.is_null()) json["CompatibleArchitectures"] = version.architectures;
  return json;
}

Json describe(Functions& functions, const LayerVersion& version, const http::ApiCall& call) {
  auto json = listed(version);
  json["LayerArn"] = version.layer_arn();
  json["Content"] = {{"CodeSha256", version.content.sha256},
                     {"CodeSize", version.content.size},
                     {"Location", package_location(functions, version, call.caller.base_url)}};
  return json;
}

bool is_compatible(const LayerVersion& version, const Json& params) {
  const auto has = [](const Json& list, const std::string& wanted) {
    return wanted.empty() || std::find(list.begin(), list.end(), wanted) != list.end();
  };
  return has(version.runtimes, http::text_param(params, "CompatibleRuntime")) &&
         has(version.architectures, http::text_param(params, "CompatibleArchitecture"));
}

aws::Outcome<LayerVersion> find_for_policy(Functions& functions, const http::ApiCall& call) {
  auto version = functions.layers().find(called_version(call));
  if (version) return *std::move(version);
  return aws::refuse(
      resource_not_found(fmt::format("Layer version {} does not exist.", called_version(call))));
}

aws::Outcome<void> check_policy_revision(const LayerVersion& version, const http::ApiCall& call) {
  const auto given = http::text_param(call.params, "RevisionId");
  if (given.empty() || given == version.policy_revision) return {};
  return aws::refuse(precondition_failed("GetLayerPolicy"));
}

Json statement_of(const LayerVersion& version, const Json& params) {
  const auto principal = http::text_param(params, "Principal");
  const auto organization = http::text_param(params, "OrganizationId");
  Json statement = {{"Sid", http::text_param(params, "StatementId")},
                    {"Effect", "Allow"},
                    {"Principal", principal},
                    {"Action", http::text_param(params, "Action")},
                    {"Resource", version.arn()}};
  if (principal != "*") {
    statement["Principal"] = {{"AWS", principal.starts_with("arn:")
                                          ? principal
                                          : fmt::format("arn:aws:iam::{}:root", principal)}};
  }
  if (!organization.empty()) {
    statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"] = organization;
  }
  return statement;
}

bool has_id(const Json& statement, const std::string& id) {
  return statement.value("Sid", "") == id;
}

}  // namespace

http::ApiResult publish_layer_version(Functions& functions, const http::ApiCall& call) {
  auto content =
      read_package(functions, call.caller.account, call.params.value("Content", Json::object()));
  if (!content) return aws::refuse(content.error());
  LayerVersion version;
  version.account = call.caller.account;
  version.region = call.caller.region;
  const auto arn = called_layer(call);
  version.name = arn.substr(arn.rfind(':') + 1);
  version.description = http::text_param(call.params, "Description");
  version.license = http::text_param(call.params, "LicenseInfo");
  version.runtimes = call.params.value("CompatibleRuntimes", Json());
  version.architectures = call.params.value("CompatibleArchitectures", Json());
  version.content = std::move(*content);
  version.created_ms = to_millis(functions.surroundings().clock.wall());
  version = functions.layers().publish(std::move(version));
  return describe(functions, version, call);
}

http::ApiResult get_layer_version(Functions& functions, const http::ApiCall& call) {
  if (const auto is = check_number(call); !is) return aws::refuse(is.error());
  const auto version = functions.layers().find(called_version(call));
  if (!version) return aws::refuse(resource_not_found());
  return describe(functions, *version, call);
}

http::ApiResult get_layer_version_by_arn(Functions& functions, const http::ApiCall& call) {
  const auto version = functions.layers().find(http::text_param(call.params, "Arn"));
  if (!version) return aws::refuse(resource_not_found());
  return describe(functions, *version, call);
}

http::ApiResult delete_layer_version(Functions& functions, const http::ApiCall& call) {
  if (const auto is = check_number(call); !is) return aws::refuse(is.error());
  if (const auto version = functions.layers().find(called_version(call))) {
    functions.layers().remove(*version);
  }
  return Json::object();
}

http::ApiResult list_layer_versions(Functions& functions, const http::ApiCall& call) {
  std::vector<Json> list;
  for (const auto& version : functions.layers().list(called_layer(call) + ":")) {
    if (is_compatible(version, call.params)) list.push_back(listed(version));
  }
  return page(std::move(list), "LayerVersions", call);
}

// Each with its latest version that fits.
http::ApiResult list_layers(Functions& functions, const http::ApiCall& call) {
  std::vector<Json> list;
  std::string last;
  for (const auto& version :
       functions.layers().list(layer_arn(call.caller.region, call.caller.account, ""))) {
    if (version.name == last || !is_compatible(version, call.params)) continue;
    last = version.name;
    list.push_back({{"LayerName", version.name},
                    {"LayerArn", version.layer_arn()},
                    {"LatestMatchingVersion", listed(version)}});
  }
  return page(std::move(list), "Layers", call);
}

http::ApiResult add_layer_permission(Functions& functions, const http::ApiCall& call) {
  auto version = find_for_policy(functions, call);
  if (!version) return aws::refuse(version.error());
  if (const auto is = check_policy_revision(*version, call); !is) return aws::refuse(is.error());
  const auto id = http::text_param(call.params, "StatementId");
  if (std::ranges::any_of(version->statements, [&](const Json& one) { return has_id(one, id); })) {
    return aws::refuse(resource_conflict(
        fmt::format("The statement id ({}) provided already exists. Please provide a new statement "
                    "id, or remove the existing statement.",
                    id)));
  }
  const auto statement = statement_of(*version, call.params);
  version->statements.push_back(statement);
  version->policy_revision = functions.surroundings().random.uuid();
  functions.layers().save(*version);
  return Json{{"Statement", write_json(statement)}, {"RevisionId", version->policy_revision}};
}

http::ApiResult remove_layer_permission(Functions& functions, const http::ApiCall& call) {
  auto version = find_for_policy(functions, call);
  if (!version) return aws::refuse(version.error());
  if (const auto is = check_policy_revision(*version, call); !is) return aws::refuse(is.error());
  const auto id = http::text_param(call.params, "StatementId");
  auto kept = Json::array();
  for (const auto& one : version->statements) {
    if (!has_id(one, id)) kept.push_back(one);
  }
  if (kept.size() == version->statements.size()) {
    return aws::refuse(
        resource_not_found(fmt::format("Statement {} is not found in resource policy.", id)));
  }
  version->statements = std::move(kept);
  version->policy_revision = functions.surroundings().random.uuid();
  functions.layers().save(*version);
  return Json::object();
}

http::ApiResult get_layer_policy(Functions& functions, const http::ApiCall& call) {
  const auto version = find_for_policy(functions, call);
  if (!version) return aws::refuse(version.error());
  if (version->statements.empty()) {
    return aws::refuse(resource_not_found("No policy is associated with the given resource."));
  }
  const Json policy = {
      {"Version", "2012-10-17"}, {"Id", "default"}, {"Statement", version->statements}};
  return Json{{"Policy", write_json(policy)}, {"RevisionId", version->policy_revision}};
}

}  // namespace loopgate::lambda
