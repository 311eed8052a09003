#include "emulators/cloudformation/shapes.h"

namespace loopgate::cloudformation {

namespace {

using http::boolean_shape;
using http::list_of;
using http::Member;
using http::optional;
using http::required;
using http::ShapePtr;
using http::string_shape;
using http::structure;
using http::timestamp_shape;

std::vector<Member> texts(std::initializer_list<const char*> names) {
  std::vector<Member> out;
  for (const char* const name : names) out.push_back(optional(name, string_shape()));
  return out;
}

std::vector<Member> with(std::vector<Member> members, std::vector<Member> more) {
  members.insert(members.end(), more.begin(), more.end());
  return members;
}

ShapePtr text_list() {
  return list_of(string_shape());
}

ShapePtr tags() {
  return list_of(structure(texts({"Key", "Value"})));
}

ShapePtr parameters() {
  return list_of(structure(with(texts({"ParameterKey", "ParameterValue", "ResolvedValue"}),
                                {optional("UsePreviousValue", boolean_shape())})));
}

ShapePtr outputs() {
  return list_of(structure(texts({"OutputKey", "OutputValue", "Description", "ExportName"})));
}

std::vector<Member> stack_summary() {
  return with(
      texts({"StackId", "StackName", "StackStatus", "StackStatusReason"}),
      {optional("CreationTime", timestamp_shape()), optional("LastUpdatedTime", timestamp_shape()),
       optional("DeletionTime", timestamp_shape()),
       optional("DriftInformation", structure(texts({"StackDriftStatus"})))});
}

ShapePtr stack() {
  return structure(
      with(stack_summary(),
           {optional("Description", string_shape()), optional("Parameters", parameters()),
            optional("Outputs", outputs()), optional("Tags", tags()),
            optional("NotificationARNs", text_list()), optional("Capabilities", text_list()),
            optional("DisableRollback", boolean_shape()),
            optional("EnableTerminationProtection", boolean_shape()),
            optional("RollbackConfiguration", structure({}))}));
}

ShapePtr resource(const char* time) {
  return structure(
      with(texts({"StackId", "StackName", "LogicalResourceId", "PhysicalResourceId", "ResourceType",
                  "ResourceStatus", "ResourceStatusReason", "Metadata"}),
           {optional(time, timestamp_shape()),
            optional("DriftInformation", structure(texts({"StackResourceDriftStatus"})))}));
}

ShapePtr event() {
  return structure(
      with(texts({"StackId", "EventId", "StackName", "LogicalResourceId", "PhysicalResourceId",
                  "ResourceType", "ResourceStatus", "ResourceStatusReason"}),
           {optional("Timestamp", timestamp_shape())}));
}

// What CreateStack, UpdateStack and CreateChangeSet take. Options without effect here are read and
// left alone.
std::vector<Member> deploy_input() {
  return {required("StackName", string_shape()),   optional("TemplateBody", string_shape()),
          optional("TemplateURL", string_shape()), optional("UsePreviousTemplate", boolean_shape()),
          optional("Parameters", parameters()),    optional("Tags", tags()),
          optional("Capabilities", text_list()),   optional("NotificationARNs", text_list()),
          optional("RoleARN", string_shape()),     optional("ClientToken", string_shape()),
          optional("Description", string_shape()), optional("DisableRollback", boolean_shape()),
          optional("OnFailure", string_shape())};
}

ShapePtr template_parameters() {
  return list_of(
      structure(with(texts({"ParameterKey", "DefaultValue", "Description", "ParameterType"}),
                     {optional("NoEcho", boolean_shape())})));
}

ShapePtr template_summary(std::vector<Member> more) {
  return structure(
      with({optional("Parameters", template_parameters()), optional("Description", string_shape()),
            optional("Capabilities", text_list()), optional("DeclaredTransforms", text_list())},
           std::move(more)));
}

std::vector<Member> change_set_summary() {
  return with(texts({"ChangeSetId", "ChangeSetName", "StackId", "StackName", "Status",
                     "ExecutionStatus", "StatusReason", "Description"}),
              {optional("CreationTime", timestamp_shape())});
}

ShapePtr changes() {
  return list_of(
      structure({optional("Type", string_shape()),
                 optional("ResourceChange",
                          structure(texts({"Action", "LogicalResourceId", "ResourceType"})))}));
}

ShapePtr change_set_input() {
  return structure(with({required("ChangeSetName", string_shape())},
                        texts({"StackName", "NextToken", "ClientRequestToken"})));
}

std::vector<http::OperationModel> stack_operations() {
  const auto stack_input = structure(texts({"StackName", "NextToken"}));
  const auto named_input =
      structure({required("StackName", string_shape()), optional("NextToken", string_shape())});
  const auto id_output = structure(texts({"StackId"}));
  return {
      {"DescribeStacks", stack_input, structure({optional("Stacks", list_of(stack()))})},
      {"ListStacks",
       structure(
           {optional("StackStatusFilter", text_list()), optional("NextToken", string_shape())}),
       structure({optional("StackSummaries", list_of(structure(stack_summary())))})},
      {"DescribeStackResource",
       structure(
           {required("StackName", string_shape()), required("LogicalResourceId", string_shape())}),
       structure({optional("StackResourceDetail", resource("LastUpdatedTimestamp"))})},
      {"DescribeStackResources",
       structure(texts({"StackName", "LogicalResourceId", "PhysicalResourceId"})),
       structure({optional("StackResources", list_of(resource("Timestamp")))})},
      {"ListStackResources", named_input,
       structure({optional("StackResourceSummaries", list_of(resource("LastUpdatedTimestamp")))})},
      {"DescribeStackEvents", stack_input, structure({optional("StackEvents", list_of(event()))})},
      {"ListExports", structure(texts({"NextToken"})),
       structure({optional("Exports",
                           list_of(structure(texts({"ExportingStackId", "Name", "Value"}))))})},
      {"ListImports",
       structure({required("ExportName", string_shape()), optional("NextToken", string_shape())}),
       structure({optional("Imports", text_list())})},
      {"CreateStack", structure(deploy_input()), id_output},
      {"UpdateStack", structure(deploy_input()), id_output},
      {"DeleteStack",
       structure({required("StackName", string_shape()), optional("RoleARN", string_shape()),
                  optional("ClientRequestToken", string_shape()),
                  optional("RetainResources", text_list())}),
       nullptr},
  };
}

std::vector<http::OperationModel> template_operations() {
  return {
      {"GetTemplate", structure(texts({"StackName", "ChangeSetName", "TemplateStage"})),
       structure(
           {optional("TemplateBody", string_shape()), optional("StagesAvailable", text_list())})},
      {"GetTemplateSummary", structure(texts({"StackName", "TemplateBody", "TemplateURL"})),
       template_summary({optional("ResourceTypes", text_list())})},
      {"ValidateTemplate", structure(texts({"TemplateBody", "TemplateURL"})), template_summary({})},
  };
}

std::vector<http::OperationModel> change_set_operations() {
  return {
      {"CreateChangeSet",
       structure(with(deploy_input(), {required("ChangeSetName", string_shape()),
                                       optional("ChangeSetType", string_shape())})),
       structure(texts({"Id", "StackId"}))},
      {"DescribeChangeSet", change_set_input(),
       structure(with(change_set_summary(),
                      {optional("Changes", changes()), optional("Capabilities", text_list())}))},
      {"ExecuteChangeSet", change_set_input(), structure({})},
      {"DeleteChangeSet", change_set_input(), structure({})},
      {"ListChangeSets",
       structure({required("StackName", string_shape()), optional("NextToken", string_shape())}),
       structure({optional("Summaries", list_of(structure(change_set_summary())))})},
  };
}

}  // namespace

std::vector<http::OperationModel> operation_models() {
  auto out = stack_operations();
  for (auto& each : template_operations()) out.push_back(std::move(each));
  for (auto& each : change_set_operations()) out.push_back(std::move(each));
  return out;
}

}  // namespace loopgate::cloudformation
