#include "emulators/cloudformation/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/cloudformation/operations.h"
#include "emulators/cloudformation/shapes.h"

namespace loopgate::cloudformation {

namespace {

struct Operation {
  std::string_view name;
  ApiResult (*run)(Context&, const ApiCall&);
};

constexpr Operation kOperations[] = {
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
};

}  // namespace

const http::ServiceModel& CloudFormationService::model() const {
  static const http::ServiceModel kModel = [] {
    http::ServiceModel model;
    model.name = "cloudformation";
    model.version = "2010-05-15";
    model.xml_namespace = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
    model.operations = operation_models();
    return model;
  }();
  return kModel;
}

std::function<void()> CloudFormationService::call(http::ApiCall call, http::ApiReply reply) {
  Context context{deployer_, change_sets_};
  const auto operation = std::ranges::find(kOperations, call.operation, &Operation::name);
  if (operation == std::end(kOperations)) {
    reply(aws::refuse({"InvalidAction",
                       fmt::format("The action {} is not valid for this endpoint.", call.operation),
                       400,
                       {}}));
    return nullptr;
  }
  reply(operation->run(context, call));
  return nullptr;
}

}  // namespace loopgate::cloudformation
