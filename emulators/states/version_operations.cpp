#include <algorithm>

#include "emulators/states/operations.h"

namespace loopgate::states {

namespace {

using http::text_param;

std::vector<Route> routes_of(const json& params) {
  std::vector<Route> out;
  for (const auto& route : params.value("routingConfiguration", json::array())) {
    out.push_back(
        {route.value("stateMachineVersionArn", ""), route.value("weight", std::int64_t{0})});
  }
  return out;
}

}  // namespace

ApiResult publish_version(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "stateMachineArn");
  if (auto checked = check_arn(arn, "stateMachine"); !checked) return aws::refuse(checked.error());
  const auto version = context.machines.publish(arn, text_param(call.params, "description"),
                                                text_param(call.params, "revisionId"));
  if (!version) return aws::refuse(version.error());
  return json{{"stateMachineVersionArn", (*version)->arn},
              {"creationDate", seconds((*version)->created)}};
}

ApiResult delete_version(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "stateMachineVersionArn");
  if (auto checked = check_arn(arn, "stateMachine"); !checked) return aws::refuse(checked.error());
  const auto done = context.machines.remove_version(arn);
  if (!done) return aws::refuse(done.error());
  return json::object();
}

ApiResult list_versions(Context& context, const ApiCall& call) {
  const auto page = read_page(call.params);
  if (!page) return aws::refuse(page.error());
  const auto arn = text_param(call.params, "stateMachineArn");
  if (auto checked = check_arn(arn, "stateMachine"); !checked) return aws::refuse(checked.error());
  if (!context.machines.machine(arn)) return aws::refuse(machine_missing(arn));
  const auto versions = context.machines.versions(arn);
  auto list = json::array();
  for (auto i = page->from; i < std::min(page->from + page->count, versions.size()); ++i) {
    list.push_back({{"stateMachineVersionArn", versions[i]->arn},
                    {"creationDate", seconds(versions[i]->created)}});
  }
  json out = {{"stateMachineVersions", std::move(list)}};
  put_token(out, *page, versions.size());
  return out;
}

ApiResult create_alias(Context& context, const ApiCall& call) {
  const auto alias =
      context.machines.create_alias(text_param(call.params, "name"),
                                    text_param(call.params, "description"), routes_of(call.params));
  if (!alias) return aws::refuse(alias.error());
  return json{{"stateMachineAliasArn", (*alias)->arn},
              {"creationDate", seconds((*alias)->created)}};
}

ApiResult update_alias(Context& context, const ApiCall& call) {
  const auto& params = call.params;
  std::optional<std::string> description;
  if (params.contains("description")) description = text_param(params, "description");
  std::optional<std::vector<Route>> routes;
  if (params.contains("routingConfiguration")) routes = routes_of(params);
  if (!description && !routes) {
    return aws::refuse(
        error("MissingRequiredParameter",
              "Either the description or the routing configuration must be specified"));
  }
  const auto alias = context.machines.update_alias(text_param(params, "stateMachineAliasArn"),
                                                   description, std::move(routes));
  if (!alias) return aws::refuse(alias.error());
  return json{{"updateDate", seconds((*alias)->updated)}};
}

ApiResult delete_alias(Context& context, const ApiCall& call) {
  const auto done = context.machines.remove_alias(text_param(call.params, "stateMachineAliasArn"));
  if (!done) return aws::refuse(done.error());
  return json::object();
}

ApiResult describe_alias(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "stateMachineAliasArn");
  const auto* alias = context.machines.alias(arn);
  if (alias == nullptr) return aws::refuse(resource_missing(arn));
  auto routes = json::array();
  for (const auto& route : alias->routes) {
    routes.push_back({{"stateMachineVersionArn", route.version_arn}, {"weight", route.weight}});
  }
  json out = {{"stateMachineAliasArn", alias->arn},
              {"name", alias->name},
              {"routingConfiguration", std::move(routes)},
              {"creationDate", seconds(alias->created)},
              {"updateDate", seconds(alias->updated)}};
  if (!alias->description.empty()) out["description"] = alias->description;
  return out;
}

ApiResult list_aliases(Context& context, const ApiCall& call) {
  const auto page = read_page(call.params);
  if (!page) return aws::refuse(page.error());
  const auto arn = text_param(call.params, "stateMachineArn");
  if (auto checked = check_arn(arn, "stateMachine"); !checked) return aws::refuse(checked.error());
  if (!context.machines.machine(machine_part(arn))) return aws::refuse(machine_missing(arn));
  const auto aliases = context.machines.aliases(arn);
  auto list = json::array();
  for (auto i = page->from; i < std::min(page->from + page->count, aliases.size()); ++i) {
    list.push_back({{"stateMachineAliasArn", aliases[i]->arn},
                    {"creationDate", seconds(aliases[i]->created)}});
  }
  json out = {{"stateMachineAliases", std::move(list)}};
  put_token(out, *page, aliases.size());
  return out;
}

}  // namespace loopgate::states
