// Versions of state machines, and aliases of versions.
#include <fmt/format.h>

#include <algorithm>

#include "emulators/states/errors.h"
#include "emulators/states/machines.h"

namespace loopgate::states {

namespace {

std::string shown(const std::vector<Route>& routes) {
  std::string out;
  for (const auto& route : routes) {
    out += fmt::format("{}RoutingConfigurationListItem(stateMachineVersionArn={}, weight={})",
                       out.empty() ? "" : ", ", route.version_arn, route.weight);
  }
  return out;
}

std::string arns_of(const std::vector<Route>& routes) {
  std::string out;
  for (const auto& route : routes) out += (out.empty() ? "" : ", ") + route.version_arn;
  return out;
}

bool same_routes(const std::vector<Route>& a, const std::vector<Route>& b) {
  return std::ranges::equal(a, b, [](const Route& x, const Route& y) {
    return x.version_arn == y.version_arn && x.weight == y.weight;
  });
}

}  // namespace

aws::Outcome<const Version*> Machines::publish(const std::string& arn,
                                               const std::string& description,
                                               const std::string& revision) {
  const auto found = machines_.find(arn);
  if (found == machines_.end()) return aws::refuse(machine_missing(arn));
  Machine& machine = found->second;
  if (!revision.empty() && revision != machine.revision &&
      !(revision == "INITIAL" && machine.revision.empty())) {
    return aws::refuse(conflict(fmt::format(
        "Failed to publish the State Machine version for revision {}. The current State Machine "
        "revision is {}.",
        revision, machine.revision.empty() ? "INITIAL" : machine.revision)));
  }
  if (const auto all = versions(arn); !all.empty() && all.front()->revision == machine.revision) {
    return all.front();
  }
  Version version{.arn = fmt::format("{}:{}", arn, ++machine.last_version),
                  .number = machine.last_version,
                  .description = description,
                  .created = clock_.wall(),
                  .revision = machine.revision,
                  .definition = machine.definition,
                  .role_arn = machine.role_arn,
                  .logging = machine.logging,
                  .tracing = machine.tracing};
  save(machine);
  save(version);
  const std::string key = version.arn;
  return &(versions_[key] = std::move(version));
}

aws::Outcome<void> Machines::remove_version(const std::string& arn) {
  if (!versions_.contains(arn)) return {};
  std::string using_it;
  for (const auto* alias : aliases(arn)) {
    using_it += (using_it.empty() ? "" : ", ") + alias->name;
  }
  if (!using_it.empty()) {
    return aws::refuse(conflict(fmt::format(
        "Version to be deleted must not be referenced by an alias. Current list of aliases "
        "referencing this version: [{}]",
        using_it)));
  }
  drop("version", arn);
  versions_.erase(arn);
  return {};
}

std::vector<const Version*> Machines::versions(const std::string& machine_arn) const {
  std::vector<const Version*> out;
  const std::string prefix = machine_arn + ":";
  for (auto at = versions_.lower_bound(prefix);
       at != versions_.end() && at->first.starts_with(prefix); ++at) {
    out.push_back(&at->second);
  }
  std::ranges::sort(out, std::greater(), &Version::number);
  return out;
}

const Version* Machines::version(std::string_view arn) const {
  const auto found = versions_.find(arn);
  return found == versions_.end() ? nullptr : &found->second;
}

// --- aliases ---

aws::Outcome<void> Machines::check_routes(const std::vector<Route>& routes) const {
  if (routes.empty() || routes.size() > 2) {
    return aws::refuse(validation(fmt::format(
        "1 validation error detected: Value '[{}]' at 'routingConfiguration' failed to satisfy "
        "constraint: Member must have length {}",
        shown(routes), routes.empty() ? "greater than or equal to 1" : "less than or equal to 2")));
  }
  const auto is_version = [](const Route& route) {
    return machine_part(route.version_arn) != route.version_arn;
  };
  if (!std::ranges::all_of(routes, is_version)) {
    return aws::refuse(
        validation(fmt::format("Routing configuration must contain state machine version ARNs. "
                               "Received: [{}]",
                               arns_of(routes))));
  }
  if (routes.size() == 2 && routes[0].version_arn == routes[1].version_arn) {
    return aws::refuse(
        validation(fmt::format("Routing configuration must contain distinct state machine version "
                               "ARNs. Received: [{}]",
                               arns_of(routes))));
  }
  std::int64_t sum = 0;
  std::string weights;
  for (const auto& route : routes) {
    sum += route.weight;
    weights += fmt::format("{}{}", weights.empty() ? "" : ", ", route.weight);
  }
  if (sum != 100) {
    return aws::refuse(validation(fmt::format(
        "Sum of routing configuration weights must equal 100. Received: [{}]", weights)));
  }
  for (const auto& route : routes) {
    if (!versions_.contains(route.version_arn)) {
      return aws::refuse(
          error("ResourceNotFound", fmt::format("Request references a resource that does not "
                                                "exist or is being deleted: {}",
                                                route.version_arn)));
    }
  }
  return {};
}

aws::Outcome<const Alias*> Machines::create_alias(const std::string& name,
                                                  const std::string& description,
                                                  std::vector<Route> routes) {
  if (auto checked = check_routes(routes); !checked) return aws::refuse(checked.error());
  const std::string arn = machine_part(routes.front().version_arn) + ":" + name;
  if (const auto found = aliases_.find(arn); found != aliases_.end()) {
    if (same_routes(found->second.routes, routes) && found->second.description == description) {
      return &found->second;
    }
    return aws::refuse(
        conflict("Failed to create alias because an alias with the same name and a "
                 "different routing configuration already exists."));
  }
  const auto now = clock_.wall();
  Alias alias{.arn = arn,
              .name = name,
              .description = description,
              .created = now,
              .updated = now,
              .routes = std::move(routes)};
  save(alias);
  return &(aliases_[arn] = std::move(alias));
}

aws::Outcome<const Alias*> Machines::update_alias(const std::string& arn,
                                                  const std::optional<std::string>& description,
                                                  std::optional<std::vector<Route>> routes) {
  const auto found = aliases_.find(arn);
  if (found == aliases_.end()) return aws::refuse(resource_missing(arn));
  if (routes) {
    if (auto checked = check_routes(*routes); !checked) return aws::refuse(checked.error());
    found->second.routes = std::move(*routes);
  }
  if (description) found->second.description = *description;
  found->second.updated = clock_.wall();
  save(found->second);
  return &found->second;
}

aws::Outcome<void> Machines::remove_alias(const std::string& arn) {
  if (!aliases_.contains(arn)) return {};
  drop("alias", arn);
  aliases_.erase(arn);
  return {};
}

const Alias* Machines::alias(std::string_view arn) const {
  const auto found = aliases_.find(arn);
  return found == aliases_.end() ? nullptr : &found->second;
}

std::vector<const Alias*> Machines::aliases(const std::string& arn) const {
  std::vector<const Alias*> out;
  for (const auto& [key, alias] : aliases_) {
    const bool routed = std::ranges::any_of(
        alias.routes, [&](const Route& route) { return route.version_arn == arn; });
    if (routed || machine_part(key) == arn) out.push_back(&alias);
  }
  return out;
}

}  // namespace loopgate::states
