#include "emulators/states/operations.h"

#include <fmt/format.h>

#include <charconv>

#include "aws/arn.h"
#include "codec/base64.h"
#include "emulators/states/limits.h"

namespace loopgate::states {

aws::Outcome<void> check_arn(const std::string& arn, std::string_view kind) {
  const auto parsed = aws::Arn::parse(arn);
  if (!parsed) return aws::refuse(invalid_arn("Invalid ARN prefix: " + arn));
  const auto type = parsed->resource.substr(0, parsed->resource.find(':'));
  if (parsed->service != "states" || type == parsed->resource) {
    return aws::refuse(invalid_arn("Invalid ARN prefix: " + arn));
  }
  if (type != kind) {
    return aws::refuse(
        invalid_arn(fmt::format("Resource type not valid in this context: {}", type)));
  }
  return {};
}

json to_json(const Logging& logging) {
  json out = {{"level", logging.level}, {"includeExecutionData", logging.data}};
  if (!logging.group_arn.empty()) {
    out["destinations"] =
        json::array({{{"cloudWatchLogsLogGroup", {{"logGroupArn", logging.group_arn}}}}});
  }
  return out;
}

aws::Outcome<Logging> read_logging(const json& params) {
  Logging out;
  const auto found = params.find("loggingConfiguration");
  if (found == params.end() || !found->is_object()) return out;
  const auto refuse = [](std::string_view why) {
    return aws::refuse(named("InvalidLoggingConfiguration", "Invalid Logging Configuration", why));
  };
  out.level = found->value("level", "OFF");
  out.data = found->value("includeExecutionData", false);
  const auto destinations = found->value("destinations", json::array());
  if (destinations.size() > 1 || (destinations.empty() && out.level != "OFF")) {
    return aws::refuse(error("InvalidLoggingConfiguration",
                             "Invalid Logging Configuration: Must specify exactly one Log "
                             "Destination."));
  }
  if (destinations.empty()) return out;
  const auto group = destinations[0].value("cloudWatchLogsLogGroup", json::object());
  out.group_arn = group.value("logGroupArn", "");
  if (!aws::Arn::parse(out.group_arn)) {
    return refuse("Invalid Log Group ARN: " + out.group_arn);
  }
  return out;
}

Tags read_tags(const json& params) {
  Tags out;
  for (const auto& tag : params.value("tags", json::array())) {
    out[tag.value("key", "")] = tag.value("value", "");
  }
  return out;
}

aws::Outcome<Page> read_page(const json& params) {
  auto count = params.value("maxResults", std::int64_t{0});
  Page page{.count =
                static_cast<std::size_t>(count > 0 ? std::min(count, kMostPage) : kDefaultPage)};
  const auto token = http::text_param(params, "nextToken");
  if (token.empty()) return page;
  const auto text = codec::base64_decode_text(token);
  const auto refused = [&] {
    return aws::refuse(named("InvalidToken", "Invalid Token", "Invalid token"));
  };
  if (!text || !text->starts_with("from=")) return refused();
  const auto [end, error] =
      std::from_chars(text->data() + 5, text->data() + text->size(), page.from);
  if (error != std::errc() || end != text->data() + text->size()) return refused();
  return page;
}

void put_token(json& out, const Page& page, std::size_t total) {
  const auto next = page.from + page.count;
  if (next >= total) return;
  out["nextToken"] = codec::base64_encode(as_bytes(fmt::format("from={}", next)));
}

}  // namespace loopgate::states
