// A state machine as it is configured, a version of it, an alias of versions, an activity.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "emulators/states/language/definition.h"

namespace loopgate::states {

using Tags = std::map<std::string, std::string>;

struct Logging {
  std::string level = "OFF";  // ALL, ERROR, FATAL
  bool data = false;          // includeExecutionData
  std::string group_arn{};    // with or without the trailing ":*"; empty: none
};

struct Machine {
  std::string arn{};  // of the machine itself
  std::string name{};
  MachineType type = MachineType::kStandard;
  std::string definition{};  // the text
  std::string role_arn{};
  Logging logging{};
  bool tracing = false;
  std::string revision{};  // empty before the first update
  WallTime created{};
  WallTime updated{};
  std::int64_t last_version = 0;
  Tags tags{};
  bool encrypted = true;  // always AWS's own key here
};

struct Version {
  std::string arn{};
  std::int64_t number = 0;
  std::string description{};
  WallTime created{};
  std::string revision{};
  std::string definition{};
  std::string role_arn{};
  Logging logging{};
  bool tracing = false;
};

struct Route {
  std::string version_arn{};
  std::int64_t weight = 0;
};

struct Alias {
  std::string arn{};
  std::string name{};
  std::string description{};
  WallTime created{};
  WallTime updated{};
  std::vector<Route> routes{};
};

struct Activity {
  std::string arn{};
  std::string name{};
  WallTime created{};
  Tags tags{};
};

// What an execution is started of: a machine's present state or that of a version.
struct Startable {
  std::string machine_arn{}, machine_name{};
  std::string version_arn{}, alias_arn{};
  MachineType type = MachineType::kStandard;
  std::string definition{};
  std::string role_arn{};
  std::string revision{};
  Logging logging{};
  bool tracing = false;
  WallTime updated{};
};

}  // namespace loopgate::states
