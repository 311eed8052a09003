#include "emulators/scheduler/schedule.h"

#include <fmt/format.h>

namespace loopgate::scheduler {

namespace {

std::int64_t nanos(WallTime time) {
  return time.time_since_epoch().count();
}

json nanos(const std::optional<WallTime>& time) {
  return time ? json(nanos(*time)) : json();
}

WallTime time_of(const json& row, const char* name) {
  return WallTime(Duration(row.value(name, std::int64_t{0})));
}

std::optional<WallTime> optional_time(const json& row, const char* name) {
  const auto found = row.find(name);
  if (found == row.end() || !found->is_number()) return std::nullopt;
  return WallTime(Duration(found->get<std::int64_t>()));
}

json to_row(const Target& target) {
  return {{"arn", target.arn},
          {"role", target.role_arn},
          {"input", target.input ? json(*target.input) : json()},
          {"deadLetter", target.dead_letter_arn},
          {"retries", target.retries},
          {"maxAge", target.max_age.count()},
          {"groupId", target.group_id},
          {"given", target.given}};
}

Target target_of(const json& row) {
  Target out{.arn = row.value("arn", ""),
             .role_arn = row.value("role", ""),
             .dead_letter_arn = row.value("deadLetter", ""),
             .retries = row.value("retries", kDefaultRetries),
             .max_age = std::chrono::seconds(row.value("maxAge", std::int64_t{0})),
             .group_id = row.value("groupId", ""),
             .given = row.value("given", json::object())};
  if (const auto found = row.find("input"); found != row.end() && found->is_string()) {
    out.input = found->get<std::string>();
  }
  return out;
}

}  // namespace

json to_row(const Schedule& schedule) {
  json targets = json::array();
  for (const auto& target : schedule.targets) targets.push_back(to_row(target));
  return {{"group", schedule.group},
          {"name", schedule.name},
          {"description", schedule.description},
          {"expression", schedule.expression},
          {"zone", schedule.zone},
          {"start", nanos(schedule.start)},
          {"end", nanos(schedule.end)},
          {"window", schedule.window_minutes},
          {"enabled", schedule.is_enabled},
          {"deletes", schedule.is_deleted_when_over},
          {"key", schedule.kms_key_arn},
          {"token", schedule.client_token},
          {"targets", std::move(targets)},
          {"created", nanos(schedule.created)},
          {"modified", nanos(schedule.modified)},
          {"anchor", nanos(schedule.anchor)},
          {"next", nanos(schedule.next)},
          {"due", nanos(schedule.due)}};
}

Schedule schedule_of(const std::string& arn, const json& row) {
  Schedule out{.arn = arn,
               .group = row.value("group", ""),
               .name = row.value("name", ""),
               .description = row.value("description", ""),
               .expression = row.value("expression", ""),
               .zone = row.value("zone", "UTC"),
               .start = optional_time(row, "start"),
               .end = optional_time(row, "end"),
               .window_minutes = row.value("window", 0),
               .is_enabled = row.value("enabled", true),
               .is_deleted_when_over = row.value("deletes", false),
               .kms_key_arn = row.value("key", ""),
               .client_token = row.value("token", ""),
               .created = time_of(row, "created"),
               .modified = time_of(row, "modified"),
               .anchor = time_of(row, "anchor"),
               .next = optional_time(row, "next"),
               .due = time_of(row, "due")};
  for (const auto& target : row.value("targets", json::array())) {
    out.targets.push_back(target_of(target));
  }
  return out;
}

json to_row(const Group& group) {
  return {{"name", group.name},
          {"created", nanos(group.created)},
          {"modified", nanos(group.modified)},
          {"token", group.client_token},
          {"tags", group.tags}};
}

Group group_of(const std::string& arn, const json& row) {
  return {.arn = arn,
          .name = row.value("name", ""),
          .created = time_of(row, "created"),
          .modified = time_of(row, "modified"),
          .client_token = row.value("token", ""),
          .tags = row.value("tags", Tags())};
}

json to_row(const Firing& firing) {
  return {{"schedule", firing.schedule_arn},
          {"target", to_row(firing.target)},
          {"scheduled", nanos(firing.scheduled)},
          {"first", nanos(firing.first)},
          {"attempts", firing.attempts},
          {"underWay", firing.is_under_way},
          {"due", nanos(firing.due)}};
}

Firing firing_of(const std::string& id, const json& row) {
  return {.id = id,
          .schedule_arn = row.value("schedule", ""),
          .target = target_of(row.value("target", json::object())),
          .scheduled = time_of(row, "scheduled"),
          .first = time_of(row, "first"),
          .attempts = row.value("attempts", 0),
          .is_under_way = row.value("underWay", false),
          .due = time_of(row, "due")};
}

std::string schedule_arn(std::string_view region, std::string_view account, std::string_view group,
                         std::string_view name) {
  return fmt::format("arn:aws:scheduler:{}:{}:schedule/{}/{}", region, account, group, name);
}

std::string group_arn(std::string_view region, std::string_view account, std::string_view name) {
  return fmt::format("arn:aws:scheduler:{}:{}:schedule-group/{}", region, account, name);
}

bool is_rule(std::string_view arn) {
  return arn.starts_with("arn:aws:events:");
}

std::string to_seconds_text(WallTime time) {
  return to_iso8601(std::chrono::floor<std::chrono::seconds>(time)).substr(0, 19) + "Z";
}

}  // namespace loopgate::scheduler
