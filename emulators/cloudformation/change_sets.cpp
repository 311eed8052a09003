#include "emulators/cloudformation/change_sets.h"

#include <fmt/format.h>

#include "emulators/cloudformation/changes.h"
#include "emulators/cloudformation/limits.h"
#include "emulators/cloudformation/operations.h"
#include "emulators/cloudformation/stack_policy.h"

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

ChangeSet* ChangeSets::find(const std::string& id) {
  const auto found = sets_.find(id);
  return found == sets_.end() ? nullptr : &found->second;
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
    return entry.second.stack_id == kept.stack_id && entry.first != kept.id &&
           !entry.second.execution_status.starts_with("EXECUTE_");
  });
}

std::string ChangeSets::make_id(const cfn::DeployRequest& request, const std::string& name) {
  return fmt::format("arn:aws:cloudformation:{}:{}:changeSet/{}/{}", request.region,
                     request.account, name, random_.uuid());
}

aws::Outcome<ChangeSet*> named_set(Context& context, const ApiCall& call) {
  const std::string name = text(call, "ChangeSetName");
  const std::string stack = text(call, "StackName");
  if (stack.empty() && !name.starts_with("arn:"))
    return aws::refuse(aws::validation_error(
        "StackName must be specified if ChangeSetName is not specified as an ARN."));
  if (!name.starts_with("arn:") &&
      !context.deployer.find(call.caller.account, call.caller.region, stack))
    return aws::refuse(aws::validation_error(fmt::format("Stack [{}] does not exist", stack)));
  auto* const set = context.change_sets.find(call.caller.account, call.caller.region,
                                             text(call, "StackName"), name);
  if (set) return set;
  return aws::refuse({"ChangeSetNotFoundException",
                      fmt::format("ChangeSet [{}] does not exist", name), 404,
                      "ChangeSetNotFound"});
}

namespace {

json summary_of(const ChangeSet& set) {
  json out = {{"ChangeSetId", set.id},        {"ChangeSetName", set.name},
              {"StackId", set.stack_id},      {"StackName", set.stack_name},
              {"Status", set.status},         {"ExecutionStatus", set.execution_status},
              {"IncludeNestedStacks", false}, {"CreationTime", seconds(set.created)}};
  if (!set.reason.empty()) out["StatusReason"] = set.reason;
  if (!set.description.empty()) out["Description"] = set.description;
  return out;
}

json shown_parameters(const cfn::Plan& plan) {
  json out = json::array();
  for (const auto& parameter : plan.parameters) {
    out.push_back({{"ParameterKey", parameter.name},
                   {"ParameterValue", parameter.no_echo ? "****" : parameter.text}});
  }
  return out;
}

}  // namespace

ApiResult create_change_set(Context& context, const ApiCall& call) {
  if (text(call, "ChangeSetType") == "IMPORT" || call.params.contains("ResourcesToImport"))
    return aws::refuse(aws::validation_error(
        "CreateChangeSet: the sandbox imports no resources: have the stack make them"));
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
  if (const auto ok = check_template(*request); !ok) return aws::refuse(ok.error());
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
  if (existing) request->denied = denied_updates(existing->policy, set.changes);
  set.parameters = shown_parameters(**plan);
  set.processed = (*plan)->processed;
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
  const auto& request = (*set)->request;
  out["Changes"] = (*set)->changes;
  add_unless_empty(out, "Parameters", (*set)->parameters);
  add_unless_empty(out, "Capabilities", request.capabilities);
  if (request.tags) add_unless_empty(out, "Tags", pairs(*request.tags));
  if (!request.on_failure.empty()) out["OnStackFailure"] = request.on_failure;
  out["RollbackConfiguration"] = json::object();
  out["NotificationARNs"] = request.notification_arns.value_or(std::vector<std::string>());
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
  cfn::DeployRequest request = (*set)->request;
  request.token = text(call, "ClientRequestToken");
  if (flag(call.params, "DisableRollback")) request.on_failure = "DO_NOTHING";
  const std::string set_id = (*set)->id;
  const auto id = context.deployer.start_deploy(
      std::move(request), [&sets = context.change_sets, set_id](const auto& done) {
        auto* const executed = sets.find(set_id);
        if (executed) executed->execution_status = done ? "EXECUTE_COMPLETE" : "EXECUTE_FAILED";
      });
  if (!id) return aws::refuse(invalid(id.error()));
  // It stays to be looked at; the others were of a stack that has changed.
  (*set)->execution_status = "EXECUTE_IN_PROGRESS";
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
