// A parameter with its versions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace loopgate::ssm {

using Tags = std::map<std::string, std::string>;

inline constexpr std::string_view kSecure = "SecureString";

struct Version {
  std::int64_t number = 1;
  std::string type{};  // "String", "StringList", "SecureString"
  std::string value{};
  std::string cipher{};  // of a SecureString: what is shown without decryption
  std::string key_id{};  // of a SecureString
  std::string description{};
  std::string allowed_pattern{};
  std::string tier = "Standard";  // or "Advanced"
  std::string data_type = "text";
  std::string modified_by{};  // an ARN
  WallTime modified{};
  std::vector<std::string> labels{};

  bool is_secure() const { return type == kSecure; }
};

struct Parameter {
  std::string account;
  std::string region;
  std::string name;
  std::vector<Version> versions{};  // ascending, never empty
  Tags tags{};

  const Version& latest() const { return versions.back(); }
  const Version* version(std::int64_t number) const {
    for (const auto& each : versions) {
      if (each.number == number) return &each;
    }
    return nullptr;
  }
  const Version* labelled(std::string_view label) const {
    for (const auto& each : versions) {
      for (const auto& own : each.labels) {
        if (own == label) return &each;
      }
    }
    return nullptr;
  }
};

}  // namespace loopgate::ssm
