// An event source mapping as it is configured: which source is polled for which function, and how.
// https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace loopgate::lambda {

// Between what was asked for and what is in effect lie the states in -ing.
enum class MappingState : unsigned char {
  kCreating,
  kEnabling,
  kUpdating,
  kDisabling,
  kDeleting,
  kEnabled,
  kDisabled,
};
std::string_view name(MappingState state);  // "Creating"

struct EventSourceMapping {
  std::string uuid;
  std::string account;
  std::string region;
  std::string source_arn;
  std::string function_arn;  // as it was named: with a qualifier or without
  std::int64_t batch_size = 0;
  std::chrono::seconds window{0};    // for gathering a batch
  std::vector<std::string> filters;  // patterns; a record passes by any of them
  bool reports_item_failures = false;
  std::optional<std::int64_t> max_concurrency;
  // Of streams: where it began, and what becomes of records that fail. By AWS's names.
  nlohmann::json stream = nlohmann::json::object();
  bool enabled = true;
  // What changes nothing here and is shown as it was given (metrics, keys, provisioned pollers).
  nlohmann::json ignored = nlohmann::json::object();

  MappingState state = MappingState::kCreating;
  std::int64_t modified_ms = 0;  // wall clock
  std::map<std::string, std::string> tags;

  std::string arn() const;
  bool operator==(const EventSourceMapping&) const = default;
};

// In the store.
nlohmann::json to_json(const EventSourceMapping& mapping);
Result<EventSourceMapping> parse_mapping(const nlohmann::json& document);

// As the API shows it.
nlohmann::json describe(const EventSourceMapping& mapping);

}  // namespace loopgate::lambda
