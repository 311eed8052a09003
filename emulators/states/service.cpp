#include "emulators/states/service.h"

#include "aws/shapes/services.h"

namespace loopgate::states {

namespace {

constexpr http::Operation<Context> kOperations[] = {
    {"CreateStateMachine", create_state_machine},
    {"UpdateStateMachine", update_state_machine},
    {"DeleteStateMachine", delete_state_machine},
    {"DescribeStateMachine", describe_state_machine},
    {"DescribeStateMachineForExecution", describe_state_machine_for_execution},
    {"ListStateMachines", list_state_machines},
    {"ValidateStateMachineDefinition", validate_state_machine_definition},
    {"TagResource", tag_resource},
    {"UntagResource", untag_resource},
    {"ListTagsForResource", list_tags_for_resource},
    {"PublishStateMachineVersion", publish_version},
    {"DeleteStateMachineVersion", delete_version},
    {"ListStateMachineVersions", list_versions},
    {"CreateStateMachineAlias", create_alias},
    {"UpdateStateMachineAlias", update_alias},
    {"DeleteStateMachineAlias", delete_alias},
    {"DescribeStateMachineAlias", describe_alias},
    {"ListStateMachineAliases", list_aliases},
    {"StartExecution", start_execution},
    {"StartSyncExecution", start_sync_execution},
    {"StopExecution", stop_execution},
    {"RedriveExecution", redrive_execution},
    {"DescribeExecution", describe_execution},
    {"ListExecutions", list_executions},
    {"GetExecutionHistory", get_execution_history},
    {"DescribeMapRun", describe_map_run},
    {"ListMapRuns", list_map_runs},
    {"UpdateMapRun", update_map_run},
    {"SendTaskSuccess", send_task_success},
    {"SendTaskFailure", send_task_failure},
    {"SendTaskHeartbeat", send_task_heartbeat},
    {"CreateActivity", create_activity},
    {"DeleteActivity", delete_activity},
    {"DescribeActivity", describe_activity},
    {"ListActivities", list_activities},
    {"GetActivityTask", get_activity_task},
    {"TestState", test_state},
};

}  // namespace

StatesService::StatesService(Context& context)
    : TableService(aws::shapes::kStepfunctions, kOperations, context) {}

// On what is named.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
http::Permission StatesService::permission_for(const http::ApiCall& call) const {
  for (const char* name : {"stateMachineArn", "stateMachineVersionArn", "stateMachineAliasArn",
                           "executionArn", "activityArn", "mapRunArn", "resourceArn"}) {
    if (auto arn = http::text_param(call.params, name); !arn.empty()) {
      return {"states:" + call.operation, std::move(arn)};
    }
  }
  return {"states:" + call.operation, "*"};
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
std::vector<http::Permission> StatesService::further_permissions(const http::ApiCall& call) const {
  auto role = http::text_param(call.params, "roleArn");
  if (role.empty()) return {};
  return {{"iam:PassRole", std::move(role)}};
}

}  // namespace loopgate::states
