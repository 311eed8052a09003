// Schedules as requests say them, checked in AWS's words where these are known, and as answers do.
#pragma once

#include <string>
#include <string_view>

#include "aws/error.h"
#include "emulators/scheduler/schedule.h"
#include "emulators/scheduler/zones.h"

namespace loopgate::scheduler {

// Of CreateSchedule and UpdateSchedule, without what belongs to the account (ARN, times). Errors:
// ValidationException.
aws::Outcome<Schedule> read_schedule(const json& params, WallTime now, Zones& zones);
// ValidationException.
aws::Outcome<Target> read_target(const json& given);

json describe(const Schedule& schedule);   // GetSchedule
json summarize(const Schedule& schedule);  // of ListSchedules
json describe(const Group& group);         // GetScheduleGroup, and of ListScheduleGroups

// Of documents: seconds since 1970.
double seconds(WallTime time);

}  // namespace loopgate::scheduler
