#include "emulators/lambda/sources/mapping.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<MappingState, std::string_view>, 7> kStates = {{
    {MappingState::kCreating, "Creating"},
    {MappingState::kEnabling, "Enabling"},
    {MappingState::kUpdating, "Updating"},
    {MappingState::kDisabling, "Disabling"},
    {MappingState::kDeleting, "Deleting"},
    {MappingState::kEnabled, "Enabled"},
    {MappingState::kDisabled, "Disabled"},
}};

MappingState parse_state(std::string_view text) {
  for (const auto& [state, word] : kStates) {
    if (word == text) return state;
  }
  return MappingState::kCreating;
}

}  // namespace

std::string_view name(MappingState state) {
  return kStates[static_cast<std::size_t>(state)].second;
}

std::string EventSourceMapping::arn() const {
  return fmt::format("arn:aws:lambda:{}:{}:event-source-mapping:{}", region, account, uuid);
}

Json to_json(const EventSourceMapping& mapping) {
  Json out = {{"uuid", mapping.uuid},
              {"account", mapping.account},
              {"region", mapping.region},
              {"source_arn", mapping.source_arn},
              {"function_arn", mapping.function_arn},
              {"batch_size", mapping.batch_size},
              {"window", mapping.window.count()},
              {"filters", mapping.filters},
              {"reports_item_failures", mapping.reports_item_failures},
              {"stream", mapping.stream},
              {"enabled", mapping.enabled},
              {"ignored", mapping.ignored},
              {"state", name(mapping.state)},
              {"modified_ms", mapping.modified_ms},
              {"tags", mapping.tags}};
  if (mapping.max_concurrency) out["max_concurrency"] = *mapping.max_concurrency;
  return out;
}

Result<EventSourceMapping> parse_mapping(const Json& document) {
  try {
    EventSourceMapping out;
    document.at("uuid").get_to(out.uuid);
    document.at("account").get_to(out.account);
    document.at("region").get_to(out.region);
    document.at("source_arn").get_to(out.source_arn);
    document.at("function_arn").get_to(out.function_arn);
    document.at("batch_size").get_to(out.batch_size);
    out.window = std::chrono::seconds(document.at("window").get<std::int64_t>());
    document.at("filters").get_to(out.filters);
    document.at("reports_item_failures").get_to(out.reports_item_failures);
    out.stream = document.value("stream", Json::object());
    document.at("enabled").get_to(out.enabled);
    out.ignored = document.at("ignored");
    out.state = parse_state(document.at("state").get<std::string>());
    document.at("modified_ms").get_to(out.modified_ms);
    document.at("tags").get_to(out.tags);
    if (document.contains("max_concurrency")) {
      out.max_concurrency = document["max_concurrency"].get<std::int64_t>();
    }
    return out;
  } catch (const Json::exception& error) {
    return fail(fmt::format("a stored event source mapping cannot be read: {}", error.what()));
  }
}

Json describe(const EventSourceMapping& mapping) {
  Json out = mapping.ignored;
  out.update(mapping.stream);
  out.update(Json{{"UUID", mapping.uuid},
                  {"EventSourceMappingArn", mapping.arn()},
                  {"EventSourceArn", mapping.source_arn},
                  {"FunctionArn", mapping.function_arn},
                  {"BatchSize", mapping.batch_size},
                  {"MaximumBatchingWindowInSeconds", mapping.window.count()},
                  {"FunctionResponseTypes", Json::array()},
                  {"State", name(mapping.state)},
                  {"StateTransitionReason", "USER_INITIATED"},
                  {"LastModified", static_cast<double>(mapping.modified_ms) / 1000.0}});
  if (mapping.reports_item_failures) {
    out["FunctionResponseTypes"].push_back("ReportBatchItemFailures");
  }
  for (const auto& pattern : mapping.filters) {
    out["FilterCriteria"]["Filters"].push_back({{"Pattern", pattern}});
  }
  if (mapping.max_concurrency) {
    out["ScalingConfig"] = {{"MaximumConcurrency", *mapping.max_concurrency}};
  }
  return out;
}

}  // namespace loopgate::lambda
