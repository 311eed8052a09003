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
                                             Random& random, aws::ReadObject read_object)
    : TableService(aws::shapes::kCloudformation, kOperations, context_),
      read_object_(std::move(read_object)),
      change_sets_(clock, random),
      context_{deployer, change_sets_} {}

std::function<void()> CloudFormationService::call(ApiCall call, http::ApiReply reply) {
  if (auto read = read_template(call); !read) {
    reply(aws::refuse(read.error()));
    return nullptr;
  }
  return TableService::call(std::move(call), std::move(reply));
}

aws::Outcome<void> CloudFormationService::read_template(ApiCall& call) const {
  const auto url = http::text_param(call.params, "TemplateURL");
  if (url.empty()) return {};
  if (!http::text_param(call.params, "TemplateBody").empty()) {
    return aws::refuse(
        aws::validation_error("Only one of TemplateBody or TemplateURL may be specified."));
  }
  const auto place = aws::ObjectPlace::from_url(url);
  if (!place || !read_object_) {
    return aws::refuse(aws::validation_error("TemplateURL must be a supported URL."));
  }
  auto text = read_object_(call.caller.account, *place);
  if (!text) {
    return aws::refuse(aws::validation_error(
        fmt::format("S3 error: {}\nFor more information check "
                    "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html",
                    text.error().message)));
  }
  call.params["TemplateBody"] = *std::move(text);
  call.params.erase("TemplateURL");
  return {};
}

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
