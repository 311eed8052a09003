#include "gateway/destinations/logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "gateway/destinations/chunked_delivery.h"

namespace loopgate::gateway {

namespace {

using nlohmann::json;

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
constexpr ChunkLimits kLimits = {.entries = 10'000,
                                 .bytes = 1'048'576,
                                 .entry_bytes = 262'144,
                                 .entry_text = "CloudWatch Logs takes 256 KiB an event"};
constexpr std::size_t kEventOverhead = 26;  // counted with each event

constexpr std::string_view kResource = "log-group:";

struct LogEvent {
  std::int64_t at_ms = 0;  // since the epoch
  std::string text;
};

// "packets" of "log-group:packets:*", which is how CloudFormation writes it, or without the end.
// Empty: it is not a group.
std::string group_of(const aws::Arn& arn) {
  if (!arn.resource.starts_with(kResource)) return "";
  auto name = arn.resource.substr(kResource.size());
  if (name.ends_with(":*")) name.resize(name.size() - 2);
  return name.contains(':') ? "" : name;
}

// The events that the service took the call without: those too old, expired, and too new.
aws::SendResult result_of(const json& answer, std::size_t count) {
  const auto info = answer.value("rejectedLogEventsInfo", json::object());
  const auto old_end = std::max(info.value("tooOldLogEventEndIndex", std::size_t{0}),
                                info.value("expiredLogEventEndIndex", std::size_t{0}));
  const auto new_start = info.value("tooNewLogEventStartIndex", count);
  aws::SendResult out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i >= old_end && i < new_start) continue;
    out.failed.push_back({i,
                          {"RejectedLogEvent",
                           i < old_end ? "the event is older than the group keeps"
                                       : "the event is too far in the future",
                           400,
                           {}}});
  }
  return out;
}

class LogsDelivery final : public ChunkedDelivery<LogEvent> {
 public:
  LogsDelivery(Context& context, Owner owner, const DestinationIdentity& identity)
      : ChunkedDelivery(context, std::move(owner), kLimits),
        stream_("udp-gateway/" + identity.name) {}

  bool wants_bare_data() const override { return true; }
  // When it was received.
  std::size_t keys_per_packet() const override { return 1; }
  std::string read_keys(const RequestPacket& packet, std::span<std::string> keys) const override {
    keys[0] = packet.received_at;
    return {};
  }

 private:
  json place_of(const aws::Arn& arn) const {
    return {{"logGroupName", group_of(arn)}, {"logStreamName", stream_}};
  }

  void prepare(const aws::SessionPtr& session, const std::string& text,
               aws::Completion<aws::Done> done) override {
    const auto arn = *aws::Arn::parse(text);
    context_.ports.api.call(session, {arn.region, "logs", "CreateLogStream"}, place_of(arn),
                            [done = std::move(done)](aws::Outcome<json> made) mutable {
                              if (made || made.error().code == "ResourceAlreadyExistsException")
                                return done(aws::Done{});
                              done(aws::refuse(std::move(made.error())));
                            });
  }
  std::expected<LogEvent, Failure> make_entry(const std::string&, const Batch& batch,
                                              std::size_t index) override {
    LogEvent out{.text = std::string(batch.text_of(batch.entries[index]))};
    if (out.text.empty()) {
      return std::unexpected(
          Failure{Reason::kDestinationError, "CloudWatch Logs takes no event without text"});
    }
    const auto received = parse_iso8601(batch.keys_of(index)[0]);
    out.at_ms = to_millis(received.value_or(context_.clock.wall()));
    return out;
  }
  std::size_t size_of(const LogEvent& event) const override {
    return event.text.size() + kEventOverhead;
  }
  std::string assumption(const std::string&) const override {
    return fmt::format("into the stream {}", stream_);
  }
  void send(const aws::SessionPtr& session, const std::string& text, const Batch&,
            std::vector<LogEvent> events, aws::Completion<aws::SendResult> done) override {
    const auto arn = *aws::Arn::parse(text);
    json params = place_of(arn);
    // In chronological order, or the call is refused: the clock may have been set back.
    std::int64_t at_ms = 0;
    for (auto& event : events) {
      at_ms = std::max(at_ms, event.at_ms);
      params["logEvents"].push_back({{"timestamp", at_ms}, {"message", std::move(event.text)}});
    }
    context_.ports.api.call(
        session, {arn.region, "logs", "PutLogEvents"}, std::move(params),
        [done = std::move(done), count = events.size()](aws::Outcome<json> answer) mutable {
          if (!answer) return done(aws::refuse(std::move(answer.error())));
          done(result_of(*answer, count));
        });
  }

  std::string stream_;
};

class LogsArguments final : public ServiceArguments {
 public:
  std::string refusal_of(const std::string& text) const override {
    const auto arn = aws::Arn::parse(text);
    if (arn && !group_of(*arn).empty()) return "";
    return fmt::format(
        "{} is not the ARN of a log group (arn:aws:logs:REGION:ACCOUNT:log-group:NAME:*)", text);
  }
  std::shared_ptr<Delivery> connect(Context& context, Delivery::Owner owner,
                                    const DestinationIdentity& identity) const override {
    return std::make_shared<LogsDelivery>(context, std::move(owner), identity);
  }
};

}  // namespace

ServiceArgumentsPtr read_logs_arguments(Properties&) {
  return std::make_shared<LogsArguments>();
}

}  // namespace loopgate::gateway
