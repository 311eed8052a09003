#include "emulators/lambda/sources/mapping_request.h"

#include <fmt/format.h>

#include <array>

#include "aws/arn.h"
#include "codec/rules/event_pattern.h"
#include "emulators/http/api.h"
#include "emulators/lambda/errors.h"
#include "emulators/lambda/sources/limits.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

constexpr std::array<const char*, 5> kIgnored = {"KMSKeyArn", "LoggingConfig", "MetricsConfig",
                                                 "ProvisionedPollerConfig", "Queues"};

// Of streams, by the name that each has; those that a function's records do not depend on here are
// shown as they were given.
constexpr std::array<const char*, 8> kOfStreams = {
    "BisectBatchOnFunctionError", "DestinationConfig",      "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",       "ParallelizationFactor",  "StartingPosition",
    "StartingPositionTimestamp",  "TumblingWindowInSeconds"};

aws::Outcome<void> read_filters(const Json& criteria, std::vector<std::string>& out) {
  const auto filters = criteria.is_object() ? criteria.value("Filters", Json::array()) : Json();
  std::vector<std::string> patterns;
  for (const auto& filter : filters) {
    const auto pattern = http::text_param(filter, "Pattern");
    if (!rules::EventPattern::parse(pattern)) {
      return aws::refuse(invalid_parameter("Invalid filter pattern definition."));
    }
    patterns.push_back(pattern);
  }
  if (patterns.size() > kMaxFilters) {
    return aws::refuse(invalid_parameter(
        fmt::format("An event source mapping can have at most {} filters.", kMaxFilters)));
  }
  out = std::move(patterns);
  return {};
}

void read_tags(const Json& tags, std::map<std::string, std::string>& out) {
  for (const auto& [name, value] : tags.items()) {
    if (value.is_string()) out[name] = value.get<std::string>();
  }
}

}  // namespace

aws::Outcome<const EventSourceType*> requested_source(const Json& params) {
  const auto source = http::text_param(params, "EventSourceArn");
  if (const auto* type = source_type(source)) return type;
  const auto arn = aws::Arn::parse(source);
  if (!arn) return aws::refuse(invalid_parameter("Unrecognized event source."));
  std::string names;
  for (const auto& type : source_types()) {
    names += fmt::format("{}{}", names.empty() ? "" : ", ", type.service);
  }
  return aws::refuse(
      invalid_parameter(fmt::format("Unrecognized event source. Sources of {} cannot be polled "
                                    "here; those of these services can: "
                                    "{}.",
                                    arn->service.substr(0, 100), names)));
}

aws::Outcome<void> apply_request(const Json& params, const EventSourceType& type,
                                 EventSourceMapping& mapping) {
  mapping.batch_size = params.value("BatchSize", mapping.batch_size);
  mapping.window =
      std::chrono::seconds(params.value("MaximumBatchingWindowInSeconds", mapping.window.count()));
  mapping.enabled = params.value("Enabled", mapping.enabled);
  if (const auto types = params.find("FunctionResponseTypes"); types != params.end()) {
    mapping.reports_item_failures = !types->empty();
  }
  if (const auto scaling = params.find("ScalingConfig"); scaling != params.end()) {
    const auto most = scaling->find("MaximumConcurrency");
    mapping.max_concurrency =
        most == scaling->end() ? std::nullopt : std::optional(most->get<std::int64_t>());
  }
  if (const auto criteria = params.find("FilterCriteria"); criteria != params.end()) {
    if (auto read = read_filters(*criteria, mapping.filters); !read) return read;
  }
  if (type.is_stream) {
    for (const auto* name : kOfStreams) {
      if (const auto given = params.find(name); given != params.end())
        mapping.stream[name] = *given;
    }
  }
  for (const auto* name : kIgnored) {
    if (const auto given = params.find(name); given != params.end()) mapping.ignored[name] = *given;
  }
  if (const auto tags = params.find("Tags"); tags != params.end()) read_tags(*tags, mapping.tags);
  return type.validate(params, mapping);
}

}  // namespace loopgate::lambda
