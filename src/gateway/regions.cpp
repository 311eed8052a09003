#include "gateway/regions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <numbers>

#include "aws/arn.h"
#include "gateway/limits.h"

namespace loopgate::gateway {

namespace {

struct Location {
  std::string_view region;
  double latitude;
  double longitude;
};

// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html names the
// places; whole degrees are enough to order them.
constexpr std::array kLocations = {
    Location{"af-south-1", -34, 18},     Location{"ap-east-1", 22, 114},
    Location{"ap-east-2", 25, 121},      Location{"ap-northeast-1", 36, 140},
    Location{"ap-northeast-2", 37, 127}, Location{"ap-northeast-3", 35, 135},
    Location{"ap-south-1", 19, 73},      Location{"ap-south-2", 17, 78},
    Location{"ap-southeast-1", 1, 104},  Location{"ap-southeast-2", -34, 151},
    Location{"ap-southeast-3", -6, 107}, Location{"ap-southeast-4", -38, 145},
    Location{"ap-southeast-5", 3, 102},  Location{"ap-southeast-6", -37, 175},
    Location{"ap-southeast-7", 14, 100}, Location{"ca-central-1", 45, -74},
    Location{"ca-west-1", 51, -114},     Location{"eu-central-1", 50, 9},
    Location{"eu-central-2", 47, 9},     Location{"eu-north-1", 59, 18},
    Location{"eu-south-1", 45, 9},       Location{"eu-south-2", 42, -1},
    Location{"eu-west-1", 53, -6},       Location{"eu-west-2", 52, 0},
    Location{"eu-west-3", 49, 2},        Location{"il-central-1", 32, 35},
    Location{"me-central-1", 25, 55},    Location{"me-south-1", 26, 51},
    Location{"mx-central-1", 21, -100},  Location{"sa-east-1", -24, -47},
    Location{"us-east-1", 39, -77},      Location{"us-east-2", 40, -83},
    Location{"us-gov-east-1", 40, -83},  Location{"us-gov-west-1", 46, -120},
    Location{"us-west-1", 37, -122},     Location{"us-west-2", 46, -120},
};

const Location* locate(std::string_view region) {
  const auto found = std::ranges::find(kLocations, region, &Location::region);
  return found == kLocations.end() ? nullptr : &*found;
}

std::string region_of(std::string_view key, const std::string& arn) {
  const auto parsed = aws::Arn::parse(arn);
  return parsed && !parsed->region.empty() ? parsed->region : std::string(key);
}

}  // namespace

std::optional<double> region_distance(std::string_view a, std::string_view b) {
  const Location* from = locate(a);
  const Location* to = locate(b);
  if (from == nullptr || to == nullptr) return std::nullopt;
  constexpr double kDegree = std::numbers::pi / 180;
  constexpr double kEarthRadiusKm = 6371;
  const double between = std::sin(from->latitude * kDegree) * std::sin(to->latitude * kDegree) +
                         std::cos(from->latitude * kDegree) * std::cos(to->latitude * kDegree) *
                             std::cos((from->longitude - to->longitude) * kDegree);
  return kEarthRadiusKm * std::acos(std::clamp(between, -1.0, 1.0));
}

std::optional<ArnChoice> choose_arn(const RegionalArns& arns, std::string_view ingress_region) {
  if (arns.empty()) return std::nullopt;
  if (const auto own = arns.find(ingress_region); own != arns.end()) return ArnChoice{own->second};
  if (const auto any = arns.find("*"); any != arns.end()) return ArnChoice{any->second};
  // A region that the table lacks is farther than all others; among equals the first by name.
  const auto distance = [&](const auto& entry) {
    return region_distance(ingress_region, region_of(entry.first, entry.second))
        .value_or(std::numeric_limits<double>::max());
  };
  const auto nearest = std::ranges::min_element(
      arns, [&](const auto& a, const auto& b) { return distance(a) < distance(b); });
  return ArnChoice{nearest->second, true};
}

bool looks_like_region(std::string_view text) {
  const auto lower = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0; };
  const auto last_dash = text.rfind('-');
  if (last_dash == std::string_view::npos || last_dash < 4 || last_dash + 1 == text.size())
    return false;
  const auto number = text.substr(last_dash + 1);
  const auto words = text.substr(0, last_dash);
  return std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }) &&
         words.find('-') != std::string_view::npos &&
         std::ranges::all_of(words, [&](char c) { return lower(c) || c == '-'; });
}

Status check_ingress_regions(const std::vector<std::string>& regions) {
  if (regions.empty() || regions.size() > kMaxIngressRegions) {
    return fail(fmt::format("there are {} ingress regions; 1 to {} are possible", regions.size(),
                            kMaxIngressRegions));
  }
  for (auto region = regions.begin(); region != regions.end(); ++region) {
    if (!looks_like_region(*region)) {
      return fail(fmt::format("'{}' is not the name of a region, like us-west-2", *region));
    }
    if (std::find(regions.begin(), region, *region) != region) {
      return fail(fmt::format("the region {} is named twice", *region));
    }
  }
  return {};
}

}  // namespace loopgate::gateway
