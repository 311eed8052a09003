// One function per operation: parameters in, result or error out.
#pragma once

#include "aws/error.h"
#include "emulators/cloudformation/change_sets.h"
#include "emulators/http/api.h"
#include "template/deployer.h"

namespace loopgate::cloudformation {

struct Context {
  cfn::Deployer& deployer;
  ChangeSets& change_sets;
};

using http::ApiCall;
using http::ApiResult;

// describe_stacks.cpp
ApiResult describe_stacks(Context& context, const ApiCall& call);
ApiResult list_stacks(Context& context, const ApiCall& call);
// describe_resources.cpp
ApiResult describe_stack_resource(Context& context, const ApiCall& call);
ApiResult describe_stack_resources(Context& context, const ApiCall& call);
ApiResult list_stack_resources(Context& context, const ApiCall& call);
ApiResult describe_stack_events(Context& context, const ApiCall& call);
// exports.cpp
ApiResult list_exports(Context& context, const ApiCall& call);
ApiResult list_imports(Context& context, const ApiCall& call);
// templates.cpp
ApiResult get_template(Context& context, const ApiCall& call);
ApiResult get_template_summary(Context& context, const ApiCall& call);
ApiResult validate_template(Context& context, const ApiCall& call);
// write_stacks.cpp
ApiResult create_stack(Context& context, const ApiCall& call);
ApiResult update_stack(Context& context, const ApiCall& call);
ApiResult delete_stack(Context& context, const ApiCall& call);
// protection.cpp
ApiResult update_termination_protection(Context& context, const ApiCall& call);
ApiResult set_stack_policy(Context& context, const ApiCall& call);
ApiResult get_stack_policy(Context& context, const ApiCall& call);
aws::Outcome<std::string> policy_of(const ApiCall& call);  // StackPolicyBody; "" when it is missing
// refused.cpp
ApiResult refuse_drift(Context& context, const ApiCall& call);
ApiResult refuse_stack_sets(Context& context, const ApiCall& call);
ApiResult refuse_rollbacks(Context& context, const ApiCall& call);
ApiResult refuse_types(Context& context, const ApiCall& call);
// change_sets.cpp
ApiResult create_change_set(Context& context, const ApiCall& call);
ApiResult describe_change_set(Context& context, const ApiCall& call);
ApiResult execute_change_set(Context& context, const ApiCall& call);
ApiResult delete_change_set(Context& context, const ApiCall& call);
ApiResult list_change_sets(Context& context, const ApiCall& call);
aws::Outcome<ChangeSet*> named_set(Context& context, const ApiCall& call);

// request.cpp: what several of them read.
std::string text(const ApiCall& call, const char* name);  // "" when it is missing
bool flag(const nlohmann::json& from, const char* name);  // false when it is missing
aws::Outcome<void> require_name(const ApiCall& call);     // StackName of a stack that is to be
// In AWS only what is not empty is there.
void add_unless_empty(nlohmann::json& to, const char* name, nlohmann::json list);
nlohmann::json pairs(const std::map<std::string, std::string>& tags);  // [{Key, Value}]
aws::AwsError stack_does_not_exist(const std::string& name);
aws::Outcome<const cfn::StackRecord*> named_stack(const Context& context, const ApiCall& call);
// Not while something is under way, nor when nothing of the stack is left to update; unless that is
// the sandbox's own doing (see StackRecord::interrupted).
aws::Outcome<void> check_updatable(const cfn::StackRecord& stack);
// TemplateBody, Parameters and Tags; `existing` answers UsePreviousTemplate and UsePreviousValue.
aws::Outcome<cfn::DeployRequest> deploy_request(const ApiCall& call,
                                                const cfn::StackRecord* existing);
aws::AwsError invalid(const Error& error);
// template_checks.cpp: what AWS refuses before it looks at the resources.
aws::Outcome<cfn::Node> read_template(const std::string& body);
aws::Outcome<void> check_template(const cfn::DeployRequest& request);
// capabilities.cpp: what a template that makes roles, or calls macros, must have acknowledged.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
std::vector<std::string> missing_capabilities(const cfn::DeployRequest& request,
                                              const cfn::Plan& plan);
bool has_transform(const cfn::DeployRequest& request);
// Of a creation or update without a change set, in which nobody sees what a macro makes of it.
std::optional<aws::AwsError> refuse_unacknowledged(const cfn::DeployRequest& request,
                                                   const cfn::Plan& plan);
aws::AwsError insufficient_capabilities(const std::vector<std::string>& missing);
// Of a template that was only read: the member Capabilities and its reason.
void add_capabilities(nlohmann::json& summary, const cfn::Node& document);
// Nothing that the request and its plan say differs from what is deployed.
bool changes_nothing(const cfn::DeployRequest& request, const cfn::Plan& plan,
                     const cfn::StackRecord& existing);
double seconds(WallTime time);  // a timestamp as the protocols carry it

}  // namespace loopgate::cloudformation
