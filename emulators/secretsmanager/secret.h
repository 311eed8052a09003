// A secret with its versions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace loopgate::secretsmanager {

using Tags = std::map<std::string, std::string>;

inline constexpr const char* kCurrent = "AWSCURRENT";
inline constexpr const char* kPrevious = "AWSPREVIOUS";
inline constexpr const char* kPending = "AWSPENDING";

struct Value {
  std::optional<std::string> text{};
  std::optional<std::string> binary{};  // base64, as in documents

  bool empty() const { return !text && !binary; }
  bool operator==(const Value&) const = default;
};

struct Version {
  std::string id;           // 32 to 64 characters
  std::int64_t number = 0;  // in the order of creation
  Value value{};            // empty: a rotation has begun it
  WallTime created{};
  std::optional<WallTime> accessed{};  // a day
  std::vector<std::string> stages{};

  bool has(std::string_view stage) const {
    for (const auto& each : stages) {
      if (each == stage) return true;
    }
    return false;
  }
};

struct Rotation {
  bool enabled = false;
  std::string function{};  // its ARN
  std::int64_t days = 0;   // AutomaticallyAfterDays; 0: not by that
  std::string schedule{};  // "rate(10 days)"; empty: by days
  std::string duration{};  // "3h": as it was given
  std::optional<WallTime> next{};
  std::optional<WallTime> last{};
  std::string under_way{};  // the id of the version that is made; empty: none
};

struct Secret {
  std::string account;
  std::string region;
  std::string name;
  std::string arn{};
  std::string description{};
  std::string key_id{};
  std::string type{};
  std::string policy{};  // JSON; empty: none
  WallTime created{};
  WallTime changed{};
  std::optional<WallTime> accessed{};  // a day
  std::optional<WallTime> deletion{};  // when it goes for good; nullopt: it is not deleted
  Tags tags{};
  Rotation rotation{};
  std::vector<Version> versions{};  // in the order of creation

  const Version* version(std::string_view id) const {
    for (const auto& each : versions) {
      if (each.id == id) return &each;
    }
    return nullptr;
  }
  const Version* staged(std::string_view stage) const {
    for (const auto& each : versions) {
      if (each.has(stage)) return &each;
    }
    return nullptr;
  }
};

}  // namespace loopgate::secretsmanager
