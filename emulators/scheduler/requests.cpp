#include "emulators/scheduler/requests.h"

#include <fmt/format.h>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/scheduler/calls.h"
#include "emulators/scheduler/errors.h"
#include "emulators/scheduler/expression/expression.h"

namespace loopgate::scheduler {

namespace {

std::string text(const json& params, std::string_view name) {
  const auto found = params.find(name);
  return found != params.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Numbers of seconds as the API has them, or text as templates do.
std::optional<WallTime> time_in(const json& params, std::string_view name) {
  const auto found = params.find(name);
  if (found == params.end()) return std::nullopt;
  if (found->is_string()) return parse_iso8601(found->get_ref<const std::string&>());
  // Up to the end of 2199, as expressions.
  constexpr double kLatest = 7'258'118'400;
  if (!found->is_number() || !(found->get<double>() >= 0 && found->get<double>() < kLatest)) {
    return std::nullopt;
  }
  const auto millis = std::llround(found->get<double>() * 1000);
  return WallTime(std::chrono::milliseconds(millis));
}

aws::Outcome<int> read_window(const json& params) {
  const auto window = params.value("FlexibleTimeWindow", json::object());
  const bool has_minutes = window.contains("MaximumWindowInMinutes");
  if (text(window, "Mode") == "FLEXIBLE") {
    if (has_minutes) return window.value("MaximumWindowInMinutes", 0);
    return aws::refuse(validation(
        "MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE."));
  }
  if (!has_minutes) return 0;
  return aws::refuse(validation(
      "MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF."));
}

aws::Outcome<void> read_dates(const json& params, WallTime now, Schedule& out) {
  for (const char* name : {"StartDate", "EndDate"}) {
    if (params.contains(name) && !time_in(params, name)) {
      return aws::refuse(validation(fmt::format("Invalid {}.", name)));
    }
  }
  out.start = time_in(params, "StartDate");
  out.end = time_in(params, "EndDate");
  if (out.start && *out.start < now - kStartTolerance) {
    return aws::refuse(
        validation("The StartDate you specify cannot be earlier than 5 minutes ago."));
  }
  if (out.end && *out.end < now) {
    return aws::refuse(validation("The EndDate you specify cannot be in the past."));
  }
  if (out.start && out.end && *out.end <= *out.start) {
    return aws::refuse(validation("The EndDate you specify must come after the StartDate."));
  }
  return {};
}

bool needs_json(const aws::Arn& arn) {
  return arn.service == "lambda" || arn.service == "states" || arn.service == "events";
}

// What Scheduler can call by itself, and what is not there yet.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
aws::Outcome<void> check_target(const Target& target) {
  if (const auto universal = UniversalTarget::parse(target.arn)) {
    if (universal->only_reads()) {
      return aws::refuse(validation(fmt::format(
          "{} is not a supported target: EventBridge Scheduler does not call {}, which only reads.",
          target.arn, universal->action)));
    }
    if (target.input && !check_json(*target.input)) {
      return aws::refuse(validation("Input must be valid JSON for the target."));
    }
    return {};
  }
  const auto arn = aws::Arn::parse(target.arn);
  if (!arn || arn->service.empty()) {
    return aws::refuse(validation("Provided Arn is not in correct format."));
  }
  if (target.input && needs_json(*arn) && !check_json(*target.input)) {
    return aws::refuse(validation("Input must be valid JSON for the target."));
  }
  return {};
}

}  // namespace

double seconds(WallTime time) {
  return static_cast<double>(to_millis(time)) / 1000;
}

aws::Outcome<Target> read_target(const json& given) {
  Target out{.arn = text(given, "Arn"), .role_arn = text(given, "RoleArn"), .given = given};
  if (given.contains("Input")) out.input = text(given, "Input");
  if (out.input && out.input->size() > kMaxInput) {
    return aws::refuse(validation("Input is longer than 262144 bytes."));
  }
  out.dead_letter_arn = text(given.value("DeadLetterConfig", json::object()), "Arn");
  const auto retries = given.value("RetryPolicy", json::object());
  out.retries = retries.value("MaximumRetryAttempts", kDefaultRetries);
  out.max_age = std::chrono::seconds(
      retries.value("MaximumEventAgeInSeconds", std::int64_t{kDefaultMaxAge.count()}));
  out.group_id = text(given.value("SqsParameters", json::object()), "MessageGroupId");
  if (auto checked = check_target(out); !checked) return aws::refuse(checked.error());
  return out;
}

aws::Outcome<Schedule> read_schedule(const json& params, WallTime now, Zones& zones) {
  Schedule out;
  out.name = text(params, "Name");
  out.group = text(params, "GroupName");
  if (out.group.empty()) out.group = "default";
  out.description = text(params, "Description");
  out.expression = text(params, "ScheduleExpression");
  if (!Expression::parse(out.expression)) return aws::refuse(invalid_expression(out.expression));
  if (auto zone = text(params, "ScheduleExpressionTimezone"); !zone.empty()) {
    out.zone = std::move(zone);
  }
  if (const auto zone = zones.find(out.zone); !zone) {
    return aws::refuse(validation(
        fmt::format("Invalid ScheduleExpressionTimezone {}: {}.", out.zone, zone.error().message)));
  }
  if (auto dates = read_dates(params, now, out); !dates) return aws::refuse(dates.error());
  const auto window = read_window(params);
  if (!window) return aws::refuse(window.error());
  out.window_minutes = *window;
  out.is_enabled = text(params, "State") != "DISABLED";
  out.is_deleted_when_over = text(params, "ActionAfterCompletion") == "DELETE";
  out.kms_key_arn = text(params, "KmsKeyArn");
  out.client_token = text(params, "ClientToken");
  auto target = read_target(params.value("Target", json::object()));
  if (!target) return aws::refuse(target.error());
  out.targets.push_back(*std::move(target));
  return out;
}

json describe(const Schedule& schedule) {
  json window = {{"Mode", schedule.window_minutes > 0 ? "FLEXIBLE" : "OFF"}};
  if (schedule.window_minutes > 0) window["MaximumWindowInMinutes"] = schedule.window_minutes;
  json target = json::object();
  if (!schedule.targets.empty()) {
    target = schedule.targets.front().given;
    // AWS shows what it assumes.
    target["RetryPolicy"] = {{"MaximumEventAgeInSeconds", schedule.targets.front().max_age.count()},
                             {"MaximumRetryAttempts", schedule.targets.front().retries}};
  }
  json out = {{"ActionAfterCompletion", schedule.is_deleted_when_over ? "DELETE" : "NONE"},
              {"Arn", schedule.arn},
              {"CreationDate", seconds(schedule.created)},
              {"FlexibleTimeWindow", std::move(window)},
              {"GroupName", schedule.group},
              {"LastModificationDate", seconds(schedule.modified)},
              {"Name", schedule.name},
              {"ScheduleExpression", schedule.expression},
              {"ScheduleExpressionTimezone", schedule.zone},
              {"State", schedule.is_enabled ? "ENABLED" : "DISABLED"},
              {"Target", std::move(target)}};
  if (!schedule.description.empty()) out["Description"] = schedule.description;
  if (!schedule.kms_key_arn.empty()) out["KmsKeyArn"] = schedule.kms_key_arn;
  if (schedule.start) out["StartDate"] = seconds(*schedule.start);
  if (schedule.end) out["EndDate"] = seconds(*schedule.end);
  return out;
}

json summarize(const Schedule& schedule) {
  return {{"Arn", schedule.arn},
          {"CreationDate", seconds(schedule.created)},
          {"GroupName", schedule.group},
          {"LastModificationDate", seconds(schedule.modified)},
          {"Name", schedule.name},
          {"State", schedule.is_enabled ? "ENABLED" : "DISABLED"},
          {"Target", {{"Arn", schedule.targets.empty() ? "" : schedule.targets.front().arn}}}};
}

json describe(const Group& group) {
  return {{"Arn", group.arn},
          {"CreationDate", seconds(group.created)},
          {"LastModificationDate", seconds(group.modified)},
          {"Name", group.name},
          {"State", "ACTIVE"}};
}

}  // namespace loopgate::scheduler
