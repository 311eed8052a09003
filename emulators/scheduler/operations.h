// What the operations share.
#pragma once

#include "emulators/http/api.h"
#include "emulators/scheduler/engine.h"
#include "emulators/scheduler/errors.h"

namespace loopgate::scheduler {

struct Context {
  Engine& engine;
};

using http::ApiCall;
using http::ApiResult;

ApiResult create_schedule(Context& context, const ApiCall& call);
ApiResult update_schedule(Context& context, const ApiCall& call);
ApiResult delete_schedule(Context& context, const ApiCall& call);
ApiResult get_schedule(Context& context, const ApiCall& call);
ApiResult list_schedules(Context& context, const ApiCall& call);
ApiResult create_schedule_group(Context& context, const ApiCall& call);
ApiResult delete_schedule_group(Context& context, const ApiCall& call);
ApiResult get_schedule_group(Context& context, const ApiCall& call);
ApiResult list_schedule_groups(Context& context, const ApiCall& call);
ApiResult tag_resource(Context& context, const ApiCall& call);
ApiResult untag_resource(Context& context, const ApiCall& call);
ApiResult list_tags_for_resource(Context& context, const ApiCall& call);

// Of the account and region of a call, or of a stack.
struct Place {
  std::string region;
  std::string account;
};
// Makes it, or changes it as a whole: what is not in `params` gets its default. Gives the ARN.
// Errors besides the validation's: ConflictException, ResourceNotFoundException,
// ServiceQuotaExceededException.
aws::Outcome<std::string> make_schedule(Engine& engine, const Place& place, const json& params);
aws::Outcome<std::string> change_schedule(Engine& engine, const Place& place, const json& params);
aws::Outcome<std::string> make_group(Engine& engine, const Place& place, const std::string& name,
                                     Tags tags, const std::string& client_token);
// With its schedules.
aws::Outcome<void> drop_group(Engine& engine, const std::string& arn);
// ResourceNotFoundException; ServiceQuotaExceededException.
aws::Outcome<void> change_tags(Engine& engine, const std::string& arn, const Tags& set,
                               const std::vector<std::string>& removed);

}  // namespace loopgate::scheduler
