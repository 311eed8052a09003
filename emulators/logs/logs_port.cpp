#include "emulators/logs/logs_port.h"

#include <utility>

namespace loopgate::logs {

void EmbeddedLogs::put_log_events(aws::SessionPtr session, const std::string& region,
                                  const std::string& group, const std::string& stream,
                                  std::vector<aws::LogLine> lines,
                                  aws::Completion<aws::Done> done) {
  auto outcome = put(*session, {session->account, region}, group, stream, lines);
  tasks_.post([done = std::move(done), outcome = std::move(outcome)]() mutable {
    if (!outcome) return done(aws::refuse(std::move(outcome.error())));
    done(aws::Done{});
  });
}

aws::Outcome<void> EmbeddedLogs::put(const aws::Session& session, Place home,
                                     const std::string& group, const std::string& stream,
                                     const std::vector<aws::LogLine>& lines) {
  const auto [place, name] = find_group(std::move(home), group);
  const auto resource = stream_arn(place, name, stream);
  if (!logs_.stream(place, name, stream)) {
    if (auto allowed = authorizer_(session, "logs:CreateLogStream", resource); !allowed)
      return allowed;
    if (auto made = logs_.create_stream(place, name, stream); !made) return made;
  }
  if (auto allowed = authorizer_(session, "logs:PutLogEvents", resource); !allowed) return allowed;
  return logs_.put(place, name, stream, lines);
}

}  // namespace loopgate::logs
