#include <fmt/format.h>

#include "emulators/scheduler/operations.h"
#include "emulators/scheduler/page.h"
#include "emulators/scheduler/requests.h"

namespace loopgate::scheduler {

namespace {

using http::text_param;

constexpr const char* kDefaultGroup = "default";

std::string group_in(const json& params) {
  auto group = text_param(params, "GroupName");
  return group.empty() ? kDefaultGroup : group;
}

Place place_of(const ApiCall& call) {
  return {call.caller.region, call.caller.account};
}

std::string arn_in(const ApiCall& call) {
  return schedule_arn(call.caller.region, call.caller.account, group_in(call.params),
                      text_param(call.params, "Name"));
}

// Every account has the group that is named by nobody.
aws::Outcome<void> find_group(Engine& engine, const Place& place, const std::string& name) {
  const auto arn = group_arn(place.region, place.account, name);
  if (engine.tables().group(arn) != nullptr) return {};
  if (name != kDefaultGroup) return aws::refuse(group_missing(name));
  const auto now = engine.clock().wall();
  engine.tables().put(Group{.arn = arn, .name = name, .created = now, .modified = now});
  return {};
}

aws::Outcome<Schedule> checked(Engine& engine, const Place& place, const json& params) {
  auto schedule = read_schedule(params, engine.clock().wall(), engine.zones());
  if (!schedule) return schedule;
  if (auto found = find_group(engine, place, schedule->group); !found) {
    return aws::refuse(found.error());
  }
  schedule->arn = schedule_arn(place.region, place.account, schedule->group, schedule->name);
  const auto& role = schedule->targets.front().role_arn;
  if (!engine.calls().assume(role, schedule->arn, schedule->name)) {
    return aws::refuse(
        validation("The execution role you provide must allow AWS EventBridge Scheduler to assume "
                   "the role."));
  }
  schedule->modified = engine.clock().wall();
  return schedule;
}

}  // namespace

aws::Outcome<std::string> make_schedule(Engine& engine, const Place& place, const json& params) {
  auto schedule = checked(engine, place, params);
  if (!schedule) return aws::refuse(schedule.error());
  if (const auto* found = engine.tables().schedule(schedule->arn)) {
    const bool again =
        !schedule->client_token.empty() && found->client_token == schedule->client_token;
    if (again) return found->arn;
    return aws::refuse(schedule_exists(schedule->name));
  }
  if (engine.tables().schedules().size() >= kMaxSchedules) {
    return aws::refuse(quota_exceeded("The number of schedules exceeds the sandbox's limit."));
  }
  schedule->created = schedule->modified;
  auto arn = schedule->arn;
  engine.put(*std::move(schedule));
  return arn;
}

aws::Outcome<std::string> change_schedule(Engine& engine, const Place& place, const json& params) {
  auto schedule = checked(engine, place, params);
  if (!schedule) return aws::refuse(schedule.error());
  const auto* found = engine.tables().schedule(schedule->arn);
  if (found == nullptr) return aws::refuse(schedule_missing(schedule->name));
  schedule->created = found->created;
  auto arn = schedule->arn;
  engine.put(*std::move(schedule));
  return arn;
}

ApiResult create_schedule(Context& context, const ApiCall& call) {
  const auto made = make_schedule(context.engine, place_of(call), call.params);
  if (!made) return aws::refuse(made.error());
  return json{{"ScheduleArn", *made}};
}

ApiResult update_schedule(Context& context, const ApiCall& call) {
  const auto changed = change_schedule(context.engine, place_of(call), call.params);
  if (!changed) return aws::refuse(changed.error());
  return json{{"ScheduleArn", *changed}};
}

ApiResult delete_schedule(Context& context, const ApiCall& call) {
  const auto arn = arn_in(call);
  if (context.engine.tables().schedule(arn) == nullptr) {
    return aws::refuse(schedule_missing(text_param(call.params, "Name")));
  }
  context.engine.remove(arn);
  return json::object();
}

ApiResult get_schedule(Context& context, const ApiCall& call) {
  const auto* schedule = context.engine.tables().schedule(arn_in(call));
  if (schedule == nullptr) {
    return aws::refuse(schedule_missing(text_param(call.params, "Name")));
  }
  return describe(*schedule);
}

ApiResult list_schedules(Context& context, const ApiCall& call) {
  const auto group = text_param(call.params, "GroupName");
  const auto name_prefix = text_param(call.params, "NamePrefix");
  const auto state = text_param(call.params, "State");
  if (!group.empty()) {
    if (auto found = find_group(context.engine, place_of(call), group); !found) {
      return aws::refuse(found.error());
    }
  }
  const auto prefix = fmt::format("arn:aws:scheduler:{}:{}:schedule/{}", call.caller.region,
                                  call.caller.account, group.empty() ? "" : group + "/");
  return page_of(context.engine.tables().schedules(), prefix, call.params, "Schedules",
                 [&](const Schedule& schedule) -> json {
                   const bool wanted =
                       schedule.name.starts_with(name_prefix) &&
                       (state.empty() || schedule.is_enabled == (state == "ENABLED"));
                   return wanted ? summarize(schedule) : json();
                 });
}

// --- groups ---

aws::Outcome<std::string> make_group(Engine& engine, const Place& place, const std::string& name,
                                     Tags tags, const std::string& client_token) {
  const auto arn = group_arn(place.region, place.account, name);
  (void)find_group(engine, place, kDefaultGroup);
  if (const auto* found = engine.tables().group(arn)) {
    if (!client_token.empty() && found->client_token == client_token) return arn;
    return aws::refuse(group_exists(name));
  }
  if (engine.tables().groups().size() >= kMaxGroups) {
    return aws::refuse(quota_exceeded("The number of schedule groups exceeds the limit of 500."));
  }
  const auto now = engine.clock().wall();
  engine.tables().put(Group{.arn = arn,
                            .name = name,
                            .created = now,
                            .modified = now,
                            .client_token = client_token,
                            .tags = std::move(tags)});
  return arn;
}

aws::Outcome<void> drop_group(Engine& engine, const std::string& arn) {
  const auto* group = engine.tables().group(arn);
  const auto name = arn.substr(arn.rfind('/') + 1);
  if (group == nullptr) return aws::refuse(group_missing(name));
  if (name == kDefaultGroup) {
    return aws::refuse(validation("The default schedule group cannot be deleted."));
  }
  std::string prefix = arn;
  prefix.replace(prefix.find(":schedule-group/"), 16, ":schedule/");
  prefix += '/';
  std::vector<std::string> schedules;
  const auto& all = engine.tables().schedules();
  for (auto each = all.lower_bound(prefix); each != all.end() && each->first.starts_with(prefix);
       ++each) {
    schedules.push_back(each->first);
  }
  for (const auto& schedule : schedules) engine.remove(schedule);
  engine.tables().remove_group(arn);
  return {};
}

aws::Outcome<void> change_tags(Engine& engine, const std::string& arn, const Tags& set,
                               const std::vector<std::string>& removed) {
  const auto* found = engine.tables().group(arn);
  if (found == nullptr) return aws::refuse(group_missing(arn.substr(arn.rfind('/') + 1)));
  Group group = *found;
  for (const auto& key : removed) group.tags.erase(key);
  for (const auto& [key, value] : set) group.tags[key] = value;
  if (group.tags.size() > kMaxTags) {
    return aws::refuse(quota_exceeded("The number of tags exceeds the limit of 50."));
  }
  group.modified = engine.clock().wall();
  engine.tables().put(std::move(group));
  return {};
}

namespace {

std::string group_arn_in(const ApiCall& call) {
  return group_arn(call.caller.region, call.caller.account, text_param(call.params, "Name"));
}

Tags tags_in(const json& params) {
  Tags out;
  for (const auto& tag : params.value("Tags", json::array())) {
    out[text_param(tag, "Key")] = text_param(tag, "Value");
  }
  return out;
}

}  // namespace

ApiResult create_schedule_group(Context& context, const ApiCall& call) {
  const auto made = make_group(context.engine, place_of(call), text_param(call.params, "Name"),
                               tags_in(call.params), text_param(call.params, "ClientToken"));
  if (!made) return aws::refuse(made.error());
  return json{{"ScheduleGroupArn", *made}};
}

ApiResult delete_schedule_group(Context& context, const ApiCall& call) {
  const auto dropped = drop_group(context.engine, group_arn_in(call));
  if (!dropped) return aws::refuse(dropped.error());
  return json::object();
}

ApiResult get_schedule_group(Context& context, const ApiCall& call) {
  const auto name = text_param(call.params, "Name");
  const auto found = find_group(context.engine, place_of(call), name);
  if (!found) return aws::refuse(found.error());
  return describe(*context.engine.tables().group(group_arn_in(call)));
}

ApiResult list_schedule_groups(Context& context, const ApiCall& call) {
  (void)find_group(context.engine, place_of(call), kDefaultGroup);
  const auto prefix =
      group_arn(call.caller.region, call.caller.account, text_param(call.params, "NamePrefix"));
  return page_of(context.engine.tables().groups(), prefix, call.params, "ScheduleGroups",
                 [](const Group& group) { return describe(group); });
}

ApiResult tag_resource(Context& context, const ApiCall& call) {
  const auto changed =
      change_tags(context.engine, text_param(call.params, "ResourceArn"), tags_in(call.params), {});
  if (!changed) return aws::refuse(changed.error());
  return json::object();
}

ApiResult untag_resource(Context& context, const ApiCall& call) {
  const auto changed = change_tags(context.engine, text_param(call.params, "ResourceArn"), {},
                                   call.params.value("TagKeys", std::vector<std::string>()));
  if (!changed) return aws::refuse(changed.error());
  return json::object();
}

ApiResult list_tags_for_resource(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "ResourceArn");
  const auto* group = context.engine.tables().group(arn);
  if (group == nullptr) return aws::refuse(group_missing(arn.substr(arn.rfind('/') + 1)));
  auto list = json::array();
  for (const auto& [key, value] : group->tags) list.push_back({{"Key", key}, {"Value", value}});
  return json{{"Tags", std::move(list)}};
}

}  // namespace loopgate::scheduler
