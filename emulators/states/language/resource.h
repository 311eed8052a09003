// What a Task's Resource says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace loopgate::states {

struct Resource {
  enum class Kind : std::uint8_t { kIntegration, kFunction, kActivity };

  Kind kind = Kind::kIntegration;
  std::string arn;
  std::string service{};  // "sqs", "aws-sdk:sfn", "http"
  std::string action{};   // "sendMessage"
  std::string pattern{};  // "", "sync", "sync:2", "waitForTaskToken"

  // As events have it: "sendMessage.waitForTaskToken".
  std::string event_resource() const { return pattern.empty() ? action : action + "." + pattern; }

  static std::optional<Resource> parse(std::string_view arn);
};

}  // namespace loopgate::states
