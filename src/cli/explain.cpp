#include <fmt/format.h>

#include "base/json.h"
#include "cli/cli.h"
#include "cli/client.h"

namespace loopgate::cli {

namespace {

struct ExplainFlags {
  std::string topic;
  std::string message;
  std::string attributes;
  std::string message_id;
  bool as_json = false;
  std::string endpoint;
};

Result<nlohmann::json> request_of(const ExplainFlags& flags) {
  if (!flags.message_id.empty()) return nlohmann::json{{"message_id", flags.message_id}};
  if (flags.topic.empty()) return fail("say which --topic, or the --message-id of a publish");
  nlohmann::json out = {{"topic", flags.topic}, {"message", flags.message}};
  if (flags.attributes.empty()) return out;
  auto attributes = read_json(flags.attributes);
  if (!attributes || !attributes->is_object()) {
    return fail("--attributes is not a JSON object like {\"store\":\"books\",\"price\":9}");
  }
  out["attributes"] = std::move(*attributes);
  return out;
}

std::string compact(const nlohmann::json& value) {
  return value.is_array() && value.empty() ? "nothing" : write_json(value);
}

void print(const nlohmann::json& answer) {
  const auto& subscriptions = answer["subscriptions"];
  fmt::print("{}\n", answer["topic"].get<std::string>());
  if (subscriptions.empty()) fmt::print("  has no subscriptions\n");
  for (const auto& each : subscriptions) {
    fmt::print("{} {} {}: {}\n", each["delivers"] == true ? "✓" : "✗",
               each["protocol"].get<std::string>(), each["endpoint"].get<std::string>(),
               each["why"].get<std::string>());
    for (const auto& key : each.value("keys", nlohmann::json::array())) {
      const auto branch = key.value("branch", "");
      fmt::print("    {} {}{} accepts {}, got {}\n", key["matches"] == true ? "✓" : "✗",
                 branch.empty() ? "" : "$or " + branch + ": ", key["key"].get<std::string>(),
                 compact(key["accepts"]), compact(key["got"]));
    }
  }
}

int explain(const ExplainFlags& flags) {
  const auto request = request_of(flags);
  if (!request) return report(request.error());
  Client client(flags.endpoint);
  const auto answer = client.post("/_loopgate/explain", *request);
  if (!answer) return report(answer.error());
  if (flags.as_json) {
    fmt::print("{}\n", write_json(*answer));
  } else {
    print(*answer);
  }
  return 0;
}

}  // namespace

void add_explain(CLI::App& app, Outcome& outcome) {
  auto* verb = app.add_subcommand(
      "explain", "Say who gets a message that is published to a topic, and why: key by key");
  auto flags = std::make_shared<ExplainFlags>();
  verb->add_option("--topic", flags->topic, "The topic's ARN or name");
  verb->add_option("--message", flags->message, "Its body; nothing is published");
  verb->add_option("--attributes", flags->attributes,
                   "Its attributes as a JSON object: texts, numbers and lists");
  verb->add_option("--message-id", flags->message_id,
                   "Instead of all these: the id of a message that was published lately");
  verb->add_flag("--json", flags->as_json, "The answer as JSON");
  verb->add_option("--endpoint", flags->endpoint, "The running sandbox");
  verb->callback([&outcome, flags] { outcome.status = explain(*flags); });
}

}  // namespace loopgate::cli
