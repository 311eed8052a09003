#include "emulators/targets/http_target.h"

#include <fmt/format.h>

namespace loopgate::targets {
namespace {

constexpr io::HttpLimits kLimits{.connect = std::chrono::seconds(10),
                                 .first_byte = std::chrono::seconds(15),
                                 .whole = std::chrono::seconds(15),
                                 .head_bytes = 64 * 1024,
                                 .body_bytes = 1024 * 1024};
constexpr int kTooManyRequests = 429;
constexpr int kUnavailable = 503;

aws::Outcome<aws::Done> outcome_of(const Result<io::HttpResponse>& answer) {
  if (!answer) {
    return aws::refuse({"EndpointUnreachable", answer.error().message, kUnavailable, {}});
  }
  if (answer->status >= 200 && answer->status < 300) return aws::Done{};
  const bool may_pass = answer->status >= 500 || answer->status == kTooManyRequests;
  return aws::refuse({"EndpointRefused",
                      fmt::format("it answered {}", answer->status),
                      may_pass ? kUnavailable : 400,
                      {}});
}

}  // namespace

Target http_target(io::HttpSender& sender) {
  return {.service = "http",
          .action = "",
          .call = [&sender](const std::string& url, Payload payload, const Sender&,
                            aws::Completion<aws::Done> done) {
            io::HttpRequest request{.url = url, .limits = kLimits};
            for (auto& [name, value] : payload.headers) {
              request.headers.push_back({std::move(name), std::move(value)});
            }
            request.body = std::move(payload.body);
            sender.send(std::move(request),
                        [done = std::move(done)](const Result<io::HttpResponse>& answer) mutable {
                          done(outcome_of(answer));
                        });
          }};
}

}  // namespace loopgate::targets
