// Which ARN of a destination serves a packet: the one keyed with its ingress region, else `*`, else
// that of the nearest region (gateway.md calls for a fixed latency table; ours orders regions by
// the great-circle distance between their published locations).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loopgate::gateway {

// Region or "*" → ARN.
using RegionalArns = std::map<std::string, std::string, std::less<>>;

struct ArnChoice {
  std::string arn;
  bool nearest = false;  // chosen by distance, our own rule
};

std::optional<ArnChoice> choose_arn(const RegionalArns& arns, std::string_view ingress_region);

// Kilometres, roughly; nullopt when either region is not in the table.
std::optional<double> region_distance(std::string_view a, std::string_view b);

// "us-west-2": what a region's name looks like, also one that did not exist when this was written.
bool looks_like_region(std::string_view text);

// What stands against these as the ingress regions of a gateway.
Status check_ingress_regions(const std::vector<std::string>& regions);

}  // namespace loopgate::gateway
