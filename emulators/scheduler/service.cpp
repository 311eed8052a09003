#include "emulators/scheduler/service.h"

#include "aws/shapes/services.h"

namespace loopgate::scheduler {

namespace {

using http::text_param;

constexpr http::Operation<Context> kOperations[] = {
    {"CreateSchedule", create_schedule},
    {"UpdateSchedule", update_schedule},
    {"DeleteSchedule", delete_schedule},
    {"GetSchedule", get_schedule},
    {"ListSchedules", list_schedules},
    {"CreateScheduleGroup", create_schedule_group},
    {"DeleteScheduleGroup", delete_schedule_group},
    {"GetScheduleGroup", get_schedule_group},
    {"ListScheduleGroups", list_schedule_groups},
    {"TagResource", tag_resource},
    {"UntagResource", untag_resource},
    {"ListTagsForResource", list_tags_for_resource},
};

}  // namespace

SchedulerOperations::SchedulerOperations(Context& context)
    : TableService(aws::shapes::kScheduler, kOperations, context) {}

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html
http::Permission SchedulerOperations::permission_for(const http::ApiCall& call) const {
  const auto action = "scheduler:" + call.operation;
  if (auto arn = text_param(call.params, "ResourceArn"); !arn.empty()) return {action, arn};
  const auto name = text_param(call.params, "Name");
  if (name.empty()) return {action, "*"};
  if (call.operation.ends_with("Group")) {
    return {action, group_arn(call.caller.region, call.caller.account, name)};
  }
  const auto group = text_param(call.params, "GroupName");
  return {action, schedule_arn(call.caller.region, call.caller.account,
                               group.empty() ? "default" : group, name)};
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
std::vector<http::Permission> SchedulerOperations::further_permissions(
    const http::ApiCall& call) const {
  auto role = text_param(call.params.value("Target", nlohmann::json::object()), "RoleArn");
  if (role.empty()) return {};
  return {{"iam:PassRole", std::move(role)}};
}

// Tags are at a path that other services have, too: the ARN in it says whose they are.
bool SchedulerService::owns(const http::Request& request) const {
  if (!calls_.owns(request)) return false;
  return !request.path.starts_with("/tags/") || request.path.find("scheduler") != std::string::npos;
}

}  // namespace loopgate::scheduler
