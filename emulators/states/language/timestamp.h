// Timestamps of the States Language: RFC 3339 with a time zone, "2016-03-14T01:59:00Z".
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace loopgate::states {

// Down to nanoseconds; seconds may be missing. Years that our time cannot hold become its ends.
std::optional<WallTime> parse_timestamp(std::string_view text);

}  // namespace loopgate::states
