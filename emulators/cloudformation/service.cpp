#include "emulators/cloudformation/service.h"

#include <fmt/format.h>

#include "aws/shapes/services.h"

namespace loopgate::cloudformation {

namespace {

constexpr http::Operation<Context> kOperations[] = {
    {"DescribeStacks", describe_stacks},
    {"ListStacks", list_stacks},
    {"DescribeStackResource", describe_stack_resource},
    {"DescribeStackResources", describe_stack_resources},
    {"ListStackResources", list_stack_resources},
    {"DescribeStackEvents", describe_stack_events},
    {"ListExports", list_exports},
    {"ListImports", list_imports},
    {"GetTemplate", get_template},
    {"GetTemplateSummary", get_template_summary},
    {"ValidateTemplate", validate_template},
    {"CreateStack", create_stack},
    {"UpdateStack", update_stack},
    {"DeleteStack", delete_stack},
    {"CreateChangeSet", create_change_set},
    {"DescribeChangeSet", describe_change_set},
    {"ExecuteChangeSet", execute_change_set},
    {"DeleteChangeSet", delete_change_set},
    {"ListChangeSets", list_change_sets},
    {"UpdateTerminationProtection", update_termination_protection},
    {"SetStackPolicy", set_stack_policy},
    {"GetStackPolicy", get_stack_policy},
    {"DetectStackDrift", refuse_drift},
    {"DetectStackResourceDrift", refuse_drift},
    {"DetectStackSetDrift", refuse_drift},
    {"DescribeStackDriftDetectionStatus", refuse_drift},
    {"DescribeStackResourceDrifts", refuse_drift},
    {"CreateStackSet", refuse_stack_sets},
    {"UpdateStackSet", refuse_stack_sets},
    {"DeleteStackSet", refuse_stack_sets},
    {"DescribeStackSet", refuse_stack_sets},
    {"ListStackSets", refuse_stack_sets},
    {"CreateStackInstances", refuse_stack_sets},
    {"UpdateStackInstances", refuse_stack_sets},
    {"DeleteStackInstances", refuse_stack_sets},
    {"ListStackInstances", refuse_stack_sets},
    {"CancelUpdateStack", refuse_rollbacks},
    {"ContinueUpdateRollback", refuse_rollbacks},
    {"RollbackStack", refuse_rollbacks},
    {"RegisterType", refuse_types},
    {"ActivateType", refuse_types},
    {"DescribeType", refuse_types},
    {"ListTypes", refuse_types},
};

}  // namespace

CloudFormationService::CloudFormationService(cfn::Deployer& deployer, const Clock& clock,
                                             Random& random)
    : TableService(aws::shapes::kCloudformation, kOperations, context_),
      change_sets_(clock, random),
      context_{deployer, change_sets_} {}

// On the stack by its ARN, also of one that is not there yet.
http::Permission CloudFormationService::permission_for(const http::ApiCall& call) const {
  auto action = "cloudformation:" + call.operation;
  const auto stack = http::text_param(call.params, "StackName");
  if (stack.empty()) return {std::move(action), "*"};
  if (stack.starts_with("arn:")) return {std::move(action), stack};
  const auto& account = call.caller.account;
  const auto& region = call.caller.region;
  const auto* const known = context_.deployer.find(account, region, stack);
  return {std::move(action),
          known != nullptr
              ? known->id
              : fmt::format("arn:aws:cloudformation:{}:{}:stack/{}/*", region, account, stack)};
}

}  // namespace loopgate::cloudformation
