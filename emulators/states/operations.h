// What the operations share.
#pragma once

#include <optional>
#include <string>

#include "emulators/http/api.h"
#include "emulators/states/errors.h"
#include "emulators/states/executions.h"
#include "emulators/states/machines.h"

namespace loopgate::states {

struct Context {
  Machines& machines;
  Executions& executions;
};

using http::ApiCall;
using http::ApiReply;
using http::ApiResult;
using nlohmann::json;

// --- machines ---
ApiResult create_state_machine(Context& context, const ApiCall& call);
ApiResult update_state_machine(Context& context, const ApiCall& call);
ApiResult delete_state_machine(Context& context, const ApiCall& call);
ApiResult describe_state_machine(Context& context, const ApiCall& call);
ApiResult describe_state_machine_for_execution(Context& context, const ApiCall& call);
ApiResult list_state_machines(Context& context, const ApiCall& call);
ApiResult validate_state_machine_definition(Context& context, const ApiCall& call);
ApiResult tag_resource(Context& context, const ApiCall& call);
ApiResult untag_resource(Context& context, const ApiCall& call);
ApiResult list_tags_for_resource(Context& context, const ApiCall& call);
// --- versions and aliases ---
ApiResult publish_version(Context& context, const ApiCall& call);
ApiResult delete_version(Context& context, const ApiCall& call);
ApiResult list_versions(Context& context, const ApiCall& call);
ApiResult create_alias(Context& context, const ApiCall& call);
ApiResult update_alias(Context& context, const ApiCall& call);
ApiResult delete_alias(Context& context, const ApiCall& call);
ApiResult describe_alias(Context& context, const ApiCall& call);
ApiResult list_aliases(Context& context, const ApiCall& call);
// --- executions ---
ApiResult start_execution(Context& context, const ApiCall& call);
std::function<void()> start_sync_execution(Context& context, ApiCall call, ApiReply reply);
ApiResult stop_execution(Context& context, const ApiCall& call);
ApiResult redrive_execution(Context& context, const ApiCall& call);
ApiResult describe_execution(Context& context, const ApiCall& call);
ApiResult list_executions(Context& context, const ApiCall& call);
ApiResult get_execution_history(Context& context, const ApiCall& call);
ApiResult describe_map_run(Context& context, const ApiCall& call);
ApiResult list_map_runs(Context& context, const ApiCall& call);
ApiResult update_map_run(Context& context, const ApiCall& call);
// --- tasks ---
ApiResult send_task_success(Context& context, const ApiCall& call);
ApiResult send_task_failure(Context& context, const ApiCall& call);
ApiResult send_task_heartbeat(Context& context, const ApiCall& call);
ApiResult create_activity(Context& context, const ApiCall& call);
ApiResult delete_activity(Context& context, const ApiCall& call);
ApiResult describe_activity(Context& context, const ApiCall& call);
ApiResult list_activities(Context& context, const ApiCall& call);
std::function<void()> get_activity_task(Context& context, ApiCall call, ApiReply reply);
std::function<void()> test_state(Context& context, ApiCall call, ApiReply reply);

// What is wrong with an ARN of that kind ("stateMachine", "execution", "activity", "mapRun"):
// InvalidArn. Others may be allowed besides.
aws::Outcome<void> check_arn(const std::string& arn, std::string_view kind);
inline double seconds(WallTime time) {
  return static_cast<double>(to_millis(time)) / 1000;
}
json to_json(const Logging& logging);
// InvalidLoggingConfiguration.
aws::Outcome<Logging> read_logging(const json& params);
Tags read_tags(const json& params);

// A page of what has numbers: where it begins and how many it has. Errors: InvalidToken.
struct Page {
  std::size_t from = 0;
  std::size_t count = 0;
};
aws::Outcome<Page> read_page(const json& params);
// Adds the token when `total` lies beyond the page.
void put_token(json& out, const Page& page, std::size_t total);

}  // namespace loopgate::states
