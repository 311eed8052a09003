#include "emulators/cloudformation/change_sets.h"

#include <fmt/format.h>

#include <set>

#include "emulators/cloudformation/limits.h"
#include "emulators/cloudformation/operations.h"

namespace loopgate::cloudformation {

using nlohmann::json;

const ChangeSet* ChangeSets::add(ChangeSet set) {
  if (sets_.size() >= kMaxChangeSets) return nullptr;
  const std::string id = set.id;
  return &sets_.emplace(id, std::move(set)).first->second;
}

ChangeSet* ChangeSets::find(const std::string& account, const std::string& region,
                            const std::string& stack, const std::string& name_or_id) {
  for (auto& [id, set] : sets_) {
    if (set.request.account != account || set.request.region != region) continue;
    const bool in_stack = set.stack_name == stack || set.stack_id == stack;
    if (id == name_or_id || (in_stack && set.name == name_or_id)) return &set;
  }
  return nullptr;
}

std::vector<const ChangeSet*> ChangeSets::of_stack(const std::string& account,
                                                   const std::string& region,
                                                   const std::string& stack) const {
  std::vector<const ChangeSet*> out;
  for (const auto& [id, set] : sets_) {
    const bool here = set.request.account == account && set.request.region == region;
    if (here && (set.stack_name == stack || set.stack_id == stack)) out.push_back(&set);
  }
  return out;
}

void ChangeSets::erase_others(const ChangeSet& kept) {
  std::erase_if(sets_, [&](const auto& entry) {
    return entry.second.stack_id == kept.stack_id && entry.first != kept.id;
  });
}

std::string ChangeSets::make_id(const cfn::DeployRequest& request, const std::string& name) {
  return fmt::format("arn:aws:cloudformation:{}:{}:changeSet/{}/{}", request.region,
                     request.account, name, random_.uuid());
}

namespace {

json change(const char* action, const std::string& logical_id, const std::string& type) {
  return {{"Action", action},
          {"LogicalResourceId", logical_id},
          {"ResourceType", type},
          {"Scope", json::array()},
          {"Details", json::array()}};
}

// Names of the properties that differ, in their order.
std::set<std::string> changed_properties(const json& before, const json& after) {
  std::set<std::string> out;
  for (const auto& [name, value] : after.items()) {
    const auto found = before.find(name);
    if (found == before.end() || *found != value) out.insert(name);
  }
  for (const auto& [name, value] : before.items()) {
    if (!after.contains(name)) out.insert(name);
  }
  return out;
}

json modification(const cfn::ResourceRecord& before, const cfn::PlannedResource& after,
                  const std::set<std::string>& properties) {
  json out = change("Modify", after.logical_id, after.type);
  const bool other_type = before.type != after.type;
  out["PhysicalResourceId"] = before.physical_id;
  // Which properties make another resource shows when it is updated.
  out["Replacement"] = other_type ? "True" : "Conditional";
  if (!properties.empty()) out["Scope"].push_back("Properties");
  for (const auto& name : properties) {
    out["Details"].push_back(
        {{"Target",
          {{"Attribute", "Properties"}, {"Name", name}, {"RequiresRecreation", "Conditionally"}}},
         {"Evaluation", "Static"},
         {"ChangeSource", "DirectModification"}});
  }
  return out;
}

json removal(const cfn::ResourceRecord& resource) {
  json out = change("Remove", resource.logical_id, resource.type);
  out["PhysicalResourceId"] = resource.physical_id;
  out["PolicyAction"] = resource.deletion_policy.empty() ? "Delete" : resource.deletion_policy;
  return out;
}

// What stays as it is is not listed.
json changes_of(const cfn::Plan& plan, const cfn::StackRecord* existing) {
  json out = json::array();
  const auto add = [&](json resource_change) {
    out.push_back({{"Type", "Resource"}, {"ResourceChange", std::move(resource_change)}});
  };
  for (const auto& resource : plan.resources) {
    const auto* before = existing ? existing->find_resource(resource.logical_id) : nullptr;
    if (before == nullptr) {
      add(change("Add", resource.logical_id, resource.type));
      continue;
    }
    const auto properties = changed_properties(before->properties, resource.expected);
    if (!properties.empty() || before->type != resource.type)
      add(modification(*before, resource, properties));
  }
  for (const auto& resource : existing ? existing->resources : std::vector<cfn::ResourceRecord>{}) {
    if (!plan.find(resource.logical_id)) add(removal(resource));
  }
  return out;
}

aws::Outcome<ChangeSet*> named_set(Context& context, const ApiCall& call) {
  const std::string name = text(call, "ChangeSetName");
  auto* const set = context.change_sets.find(call.caller.account, call.caller.region,
                                             text(call, "StackName"), name);
  if (set) return set;
  return aws::refuse({"ChangeSetNotFoundException",
                      fmt::format("ChangeSet [{}] does not exist", name), 404,
                      "ChangeSetNotFound"});
}

json summary_of(const ChangeSet& set) {
  json out = {{"ChangeSetId", set.id},
              {"ChangeSetName", set.name},
              {"StackId", set.stack_id},
              {"StackName", set.stack_name},
              {"Status", set.status},
              {"ExecutionStatus", set.execution_status},
              {"CreationTime", seconds(set.created)}};
  if (!set.reason.empty()) out["StatusReason"] = set.reason;
  if (!set.description.empty()) out["Description"] = set.description;
  return out;
}

}  // namespace

ApiResult create_change_set(Context& context, const ApiCall& call) {
  const std::string stack_name = text(call, "StackName");
  const auto* const known =
      context.deployer.find(call.caller.account, call.caller.region, stack_name);
  const bool creates = text(call, "ChangeSetType") == "CREATE";
  const bool is_new =
      known && (known->interrupted || known->status == cfn::StackStatus::kReviewInProgress);
  const auto* const existing = is_new && creates ? nullptr : known;
  if (!existing && !creates)
    return aws::refuse(aws::validation_error(fmt::format("Stack [{}] does not exist", stack_name)));
  if (existing && creates) {
    return aws::refuse(
        {"AlreadyExistsException",
         fmt::format(
             "Stack [{}] already exists and cannot be created again with the changeSet [{}].",
             stack_name, text(call, "ChangeSetName")),
         400,
         {}});
  }
  if (existing) {
    if (const auto ok = check_updatable(*existing); !ok) return aws::refuse(ok.error());
  }
  ChangeSet set;
  set.name = text(call, "ChangeSetName");
  if (context.change_sets.find(call.caller.account, call.caller.region, stack_name, set.name)) {
    return aws::refuse({"AlreadyExistsException",
                        fmt::format("ChangeSet [{}] already exists", set.name),
                        400,
                        {}});
  }
  auto request = deploy_request(call, existing);
  if (!request) return aws::refuse(request.error());
  const auto plan = context.deployer.check(*request);
  if (!plan) return aws::refuse(invalid(plan.error()));
  set.id = context.change_sets.make_id(*request, set.name);
  set.stack_name = request->stack_name;
  if (const auto missing = missing_capabilities(*request, **plan); !missing.empty()) {
    if (!has_transform(*request)) return aws::refuse(insufficient_capabilities(missing));
    // Who reads what a macro makes of the template knows it later.
    set.reason = insufficient_capabilities(missing).message;
  }
  if (known) {
    set.stack_id = known->id;
  } else {
    const auto reviewed = context.deployer.review(*request);
    if (!reviewed) return aws::refuse(invalid(reviewed.error()));
    set.stack_id = *reviewed;
  }
  request->change_set_id = set.id;
  set.description = text(call, "Description");
  set.created = context.change_sets.now();
  const bool nothing = existing && changes_nothing(*request, **plan, *existing);
  if (nothing)
    set.reason =
        "The submitted information didn't contain changes. Submit different information to create "
        "a change set.";
  set.status = set.reason.empty() ? "CREATE_COMPLETE" : "FAILED";
  set.execution_status = set.reason.empty() ? "AVAILABLE" : "UNAVAILABLE";
  if (set.reason.empty()) set.changes = changes_of(**plan, existing);
  set.request = std::move(*request);
  const auto* const kept = context.change_sets.add(std::move(set));
  if (!kept)
    return aws::refuse({"LimitExceededException",
                        "there are too many change sets: execute or delete some",
                        400,
                        {}});
  return json{{"Id", kept->id}, {"StackId", kept->stack_id}};
}

ApiResult describe_change_set(Context& context, const ApiCall& call) {
  const auto set = named_set(context, call);
  if (!set) return aws::refuse(set.error());
  json out = summary_of(**set);
  out["Changes"] = (*set)->changes;
  out["Capabilities"] = (*set)->request.capabilities;
  out["RollbackConfiguration"] = json::object();
  out["NotificationARNs"] = json::array();
  out["IncludeNestedStacks"] = false;
  return out;
}

ApiResult execute_change_set(Context& context, const ApiCall& call) {
  const auto set = named_set(context, call);
  if (!set) return aws::refuse(set.error());
  if ((*set)->execution_status != "AVAILABLE") {
    return aws::refuse(
        {"InvalidChangeSetStatus",
         fmt::format("ChangeSet [{}] cannot be executed in its current status of [{}]", (*set)->id,
                     (*set)->status),
         400,
         {}});
  }
  const auto id = context.deployer.start_deploy((*set)->request, nullptr);
  if (!id) return aws::refuse(invalid(id.error()));
  // It stays to be looked at; the others were of a stack that has changed.
  (*set)->execution_status = "EXECUTE_COMPLETE";
  context.change_sets.erase_others(**set);
  return json::object();
}

ApiResult delete_change_set(Context& context, const ApiCall& call) {
  const auto set = named_set(context, call);
  if (set) context.change_sets.erase((*set)->id);
  return json::object();
}

ApiResult list_change_sets(Context& context, const ApiCall& call) {
  json out = json::array();
  for (const auto* const set : context.change_sets.of_stack(call.caller.account, call.caller.region,
                                                            text(call, "StackName")))
    out.push_back(summary_of(*set));
  return json{{"Summaries", std::move(out)}};
}

}  // namespace loopgate::cloudformation
