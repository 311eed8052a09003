// PublishVersion, ListVersionsByFunction, and what aliases are of.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "emulators/lambda/called.h"
#include "emulators/lambda/configuration.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/names.h"
#include "emulators/lambda/service.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

Json describe(const FunctionConfig& function, const std::string& name, const Alias& alias) {
  Json json = {{"AliasArn", function.arn() + ":" + name},
               {"Name", name},
               {"FunctionVersion", alias.version},
               {"Description", alias.description},
               {"RevisionId", alias.revision_id}};
  if (!alias.weights.empty()) {
    json["RoutingConfig"] = {{"AdditionalVersionWeights", alias.weights}};
  }
  return json;
}

aws::Outcome<void> read_routing(const Json& params, Alias& alias) {
  const auto found = params.find("RoutingConfig");
  if (found == params.end() || !found->is_object()) return {};
  const auto weights = found->value("AdditionalVersionWeights", Json::object());
  if (weights.size() > 1) {
    return aws::refuse(
        invalid_parameter("Number of items in AdditionalVersionWeights cannot be greater than 1"));
  }
  alias.weights.clear();
  for (const auto& [version, weight] : weights.items()) {
    alias.weights[version] = weight.get<double>();
  }
  return {};
}

// What an alias may point to, its version and its weights.
aws::Outcome<void> check_alias(Functions& functions, const FunctionConfig& function,
                               const Alias& alias) {
  for (const auto& [version, weight] : alias.weights) {
    if (version == alias.version) {
      return aws::refuse(invalid_parameter(
          fmt::format("Invalid function version {0}. Function version {0} is already included in "
                      "routing configuration.",
                      version)));
    }
  }
  if (!alias.weights.empty() && alias.version == kLatest) {
    return aws::refuse(
        invalid_parameter("$LATEST is not supported for an alias pointing to more than 1 version"));
  }
  auto wanted = alias.weights;
  wanted[alias.version] = 1;
  for (const auto& [version, weight] : wanted) {
    const auto arn = function.arn() + ":" + version;
    if (version != kLatest && !functions.resolve(arn)) return aws::refuse(function_not_found(arn));
  }
  return {};
}

struct FoundAlias {
  FunctionPtr function;
  std::string name;
};

aws::Outcome<FoundAlias> find_alias(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  auto name = http::text_param(call.params, "Name");
  auto function = functions.find(meant->arn);
  if (!function || !function->companions.aliases.contains(name)) {
    return aws::refuse(alias_not_found(meant->arn + ":" + name));
  }
  return FoundAlias{std::move(function), std::move(name)};
}

}  // namespace

http::ApiResult publish_version(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  if (const auto is = check_revision(call, (*function)->revision_id); !is) {
    return aws::refuse(is.error());
  }
  const auto sha = http::text_param(call.params, "CodeSha256");
  if (!sha.empty() && sha != (*function)->code.sha256) {
    return aws::refuse(invalid_parameter(
        fmt::format("CodeSHA256 ({}) is different from current CodeSHA256 in $LATEST ({}). Please "
                    "try again with the CodeSHA256 in $LATEST.",
                    sha, (*function)->code.sha256)));
  }
  std::optional<std::string> description;
  if (call.params.contains("Description")) {
    description = http::text_param(call.params, "Description");
  }
  const auto version = functions.publish((*function)->arn(), std::move(description));
  if (!version) return aws::refuse(version.error());
  return configuration(**version, (*version)->version);
}

http::ApiResult list_versions(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  std::vector<Json> list;
  for (const auto& version : functions.versions((*function)->arn())) {
    list.push_back(listed_configuration(*version, version->version));
  }
  return page(std::move(list), "Versions", call);
}

http::ApiResult create_alias(Functions& functions, const http::ApiCall& call) {
  const auto meant = called(call);
  if (!meant) return aws::refuse(meant.error());
  Alias alias;
  alias.version = http::text_param(call.params, "FunctionVersion");
  alias.description = http::text_param(call.params, "Description");
  alias.revision_id = functions.surroundings().random.uuid();
  if (const auto read = read_routing(call.params, alias); !read) return aws::refuse(read.error());
  const auto function = functions.find(meant->arn);
  if (!function) return aws::refuse(function_not_found(meant->arn + ":" + alias.version));
  if (const auto fits = check_alias(functions, *function, alias); !fits) {
    return aws::refuse(fits.error());
  }
  const auto name = http::text_param(call.params, "Name");
  auto config = *function;
  if (!config.companions.aliases.emplace(name, alias).second) {
    return aws::refuse(
        resource_conflict(fmt::format("Alias already exists: {}:{}", meant->arn, name)));
  }
  if (const auto set = functions.update_companions(std::move(config)); !set) {
    return aws::refuse(set.error());
  }
  return describe(*function, name, alias);
}

http::ApiResult get_alias(Functions& functions, const http::ApiCall& call) {
  const auto found = find_alias(functions, call);
  if (!found) return aws::refuse(found.error());
  return describe(*found->function, found->name,
                  found->function->companions.aliases.at(found->name));
}

http::ApiResult list_aliases(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  const auto version = http::text_param(call.params, "FunctionVersion");
  std::vector<Json> list;
  for (const auto& [name, alias] : (*function)->companions.aliases) {
    const bool is_wanted =
        version.empty() || alias.version == version || alias.weights.contains(version);
    if (is_wanted) list.push_back(describe(**function, name, alias));
  }
  return page(std::move(list), "Aliases", call);
}

http::ApiResult update_alias(Functions& functions, const http::ApiCall& call) {
  const auto found = find_alias(functions, call);
  if (!found) return aws::refuse(found.error());
  auto config = *found->function;
  auto& alias = config.companions.aliases.at(found->name);
  if (const auto is = check_revision(call, alias.revision_id); !is) return aws::refuse(is.error());
  const auto version = http::text_param(call.params, "FunctionVersion");
  if (!version.empty()) alias.version = version;
  if (call.params.contains("Description")) {
    alias.description = http::text_param(call.params, "Description");
  }
  if (const auto read = read_routing(call.params, alias); !read) return aws::refuse(read.error());
  if (const auto fits = check_alias(functions, config, alias); !fits) {
    return aws::refuse(fits.error());
  }
  alias.revision_id = functions.surroundings().random.uuid();
  const auto result = describe(config, found->name, alias);
  if (const auto set = functions.update_companions(std::move(config)); !set) {
    return aws::refuse(set.error());
  }
  return result;
}

// One that is not there is deleted as well as one that is. What was set on it goes with it.
http::ApiResult delete_alias(Functions& functions, const http::ApiCall& call) {
  const auto function = called_function(functions, call);
  if (!function) return aws::refuse(function.error());
  const auto name = http::text_param(call.params, "Name");
  auto config = **function;
  auto& companions = config.companions;
  if (companions.aliases.erase(name) == 0) return Json::object();
  std::erase_if(companions.permissions, [&](const auto& one) { return one.qualifier == name; });
  companions.event_invoke.erase(name);
  companions.urls.erase(name);
  companions.provisioned.erase(name);
  const auto set = functions.update_companions(std::move(config));
  if (!set) return aws::refuse(set.error());
  return Json::object();
}

}  // namespace loopgate::lambda
