// The time zones that this machine knows: the files of its tzdata, each read once.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "emulators/scheduler/expression/time_zone.h"

namespace loopgate::scheduler {

class Zones {
 public:
  // By its IANA name, "America/New_York". The error says that there is none of that name, or that
  // the machine has no time zones at all and what to install. Lives as long as the zones.
  Result<const TimeZone*> find(const std::string& name);

 private:
  std::map<std::string, TimeZone> zones_;
};

}  // namespace loopgate::scheduler
