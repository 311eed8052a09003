// What `aws-sdk:SERVICE:ACTION` calls a service: the SDKs' identifier, which is mostly, but not
// always, the name that its requests are signed for.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace loopgate::aws {

// "states" of "sfn".
inline std::string_view signing_name_of_sdk(std::string_view sdk) {
  constexpr auto kNames = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"sfn", "states"},
      {"cloudwatchlogs", "logs"},
      {"eventbridge", "events"},
      {"cloudwatch", "monitoring"},
      {"sesv2", "ses"},
  });
  for (const auto& [name, signing] : kNames) {
    if (name == sdk) return signing;
  }
  return sdk;
}

}  // namespace loopgate::aws
