// What is kept of a schedule, of a scheduled rule of EventBridge (which fires by the same engine),
// of a group, and of a firing that is not over yet.
#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "emulators/scheduler/limits.h"

namespace loopgate::scheduler {

using nlohmann::json;
using Tags = std::map<std::string, std::string>;

struct Target {
  std::string arn;       // of a resource, or "arn:aws:scheduler:::aws-sdk:SERVICE:ACTION"
  std::string role_arn;  // empty: of rules, whose targets let events.amazonaws.com in themselves
  std::optional<std::string> input{};
  std::string dead_letter_arn{};  // empty: none
  int retries = kDefaultRetries;
  std::chrono::seconds max_age = kDefaultMaxAge;
  std::string group_id{};       // SqsParameters.MessageGroupId
  json given = json::object();  // as it was given
};

struct Schedule {
  std::string arn;
  std::string group;  // empty: a rule
  std::string name;
  std::string description{};
  std::string expression{};
  std::string zone = "UTC";
  std::optional<WallTime> start{}, end{};  // both included
  int window_minutes = 0;                  // 0: OFF
  bool is_enabled = true;
  bool is_deleted_when_over = false;  // ActionAfterCompletion
  std::string kms_key_arn{};
  std::string client_token{};
  std::vector<Target> targets{};  // one; of a rule up to kMaxRuleTargets
  WallTime created{}, modified{};
  WallTime anchor{};  // from which a rate counts that has no start

  // When it will fire next, and when it will really: a window lies between. nullopt: never again.
  std::optional<WallTime> next{};
  WallTime due{};

  bool is_rule() const { return group.empty(); }
};

struct Group {
  std::string arn;
  std::string name;
  WallTime created{}, modified{};
  std::string client_token{};
  Tags tags{};
};

// One invocation of one target, until it has succeeded or is given up.
struct Firing {
  std::string id;            // <aws.scheduler.execution-id>
  std::string schedule_arn;  // which may be gone
  Target target{};           // as it was when the schedule fired
  WallTime scheduled{};      // <aws.scheduler.scheduled-time>
  WallTime first{};          // when it was first tried
  int attempts = 0;          // begun so far
  bool is_under_way = false;
  WallTime due{};  // of the next attempt
};

// As rows.
json to_row(const Schedule& schedule);
Schedule schedule_of(const std::string& arn, const json& row);
json to_row(const Group& group);
Group group_of(const std::string& arn, const json& row);
json to_row(const Firing& firing);
Firing firing_of(const std::string& id, const json& row);

// "arn:aws:scheduler:REGION:ACCOUNT:schedule/GROUP/NAME".
std::string schedule_arn(std::string_view region, std::string_view account, std::string_view group,
                         std::string_view name);
std::string group_arn(std::string_view region, std::string_view account, std::string_view name);

// Whether that is the ARN of a rule of EventBridge.
bool is_rule(std::string_view arn);

// "2026-11-02T09:15:00Z": as Scheduler writes its times.
std::string to_seconds_text(WallTime time);

}  // namespace loopgate::scheduler
