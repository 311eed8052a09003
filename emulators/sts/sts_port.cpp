#include "emulators/sts/sts_port.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "emulators/iam/limits.h"

namespace loopgate::sts {

aws::Outcome<void> check_duration(const iam::Role& role, Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  if (seconds < iam::kMinSession || seconds > iam::kMaxSession) {
    const bool low = seconds < iam::kMinSession;
    return aws::refuse(aws::validation_error(
        "1 validation error detected: Value '" + std::to_string(seconds.count()) +
        "' at 'durationSeconds' failed to satisfy constraint: Member must have value " +
        (low ? "greater than or equal to 900" : "less than or equal to 43200")));
  }
  if (seconds.count() > role.max_session_seconds) {
    return aws::refuse(aws::validation_error(
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
  }
  return {};
}

aws::Outcome<void> check_session_name(const std::string& name) {
  const bool legal = name.size() >= 2 && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') ||
                              std::string_view("_+=,.@-").find(c) != std::string_view::npos;
                     });
  if (legal) return {};
  return aws::refuse(aws::validation_error(
      "1 validation error detected: Value '" + name.substr(0, 64) +
      "' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression "
      "pattern: [\\w+=,.@-]* and have 2 to 64 characters"));
}

void EmbeddedSts::assume_role(const std::string& role_arn, const std::string& principal_arn,
                              const std::string& session_name, Duration duration,
                              aws::Completion<aws::SessionPtr> done) {
  auto outcome = [&]() -> aws::Outcome<aws::SessionPtr> {
    if (auto checked = check_session_name(session_name); !checked) {
      return aws::refuse(checked.error());
    }
    const auto role = roles_.check_trust(role_arn, principal_arn);
    if (!role) return aws::refuse(role.error());
    if (auto checked = check_duration(**role, duration); !checked) {
      return aws::refuse(checked.error());
    }
    return std::make_shared<const aws::Session>(
        aws::Session{(*role)->account, role_arn, session_name, clock_.wall() + duration});
  }();
  tasks_.post([done = std::move(done), outcome = std::move(outcome)]() mutable {
    done(std::move(outcome));
  });
}

}  // namespace loopgate::sts
