#include "gateway/destinations/not_emulated.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

namespace loopgate::gateway {

namespace {

using nlohmann::json;

// What Amazon Location keeps with a position.
constexpr std::size_t kMaxPositionProperties = 3;

ServiceArgumentsPtr read_none(Properties&) {
  return std::make_shared<ServiceArguments>();
}

ServiceArgumentsPtr read_kinesis(Properties& arguments) {
  arguments.expression("PartitionKeyExpression");
  arguments.formatter("PartitionKeyExpressionFormatter", false);
  arguments.formatter("PartitionKeyFormatter", false);  // so in the vendor's examples
  return read_none(arguments);
}

ServiceArgumentsPtr read_iot(Properties& arguments) {
  arguments.boolean("DynamicTopicSuffix");
  arguments.expression("TopicSuffixExpression");
  arguments.formatter("TopicSuffixFormatter", false);
  return read_none(arguments);
}

// A list, or names with an expression each: the shape is not published.
void check_position_properties(Properties& arguments) {
  constexpr std::string_view kName = "PositionPropertyExpressions";
  const json* value = arguments.get(kName);
  if (value == nullptr ||
      (value->is_string() && is_unresolved(value->get_ref<const std::string&>())))
    return;
  if (!value->is_structured() || value->size() > kMaxPositionProperties) {
    return arguments.fail(kName, fmt::format("must hold at most {}", kMaxPositionProperties));
  }
  json named = json::object();
  for (const auto& [key, entry] : value->items()) named[key] = entry;
  Properties expressions(&named, arguments.pointer(kName), arguments.notes());
  for (const auto& [key, entry] : named.items()) expressions.expression(key);
}

ServiceArgumentsPtr read_location(Properties& arguments) {
  for (const auto name : {"DeviceIdExpression", "LatitudeExpression", "LongitudeExpression",
                          "AccuracyExpression", "TimestampExpression"}) {
    arguments.expression(name);
  }
  check_position_properties(arguments);
  const auto unit = arguments.text("TimestampTimeUnit");
  if (unit && *unit != "seconds" && *unit != "milliseconds") {
    arguments.fail("TimestampTimeUnit",
                   fmt::format("must be seconds or milliseconds, not \"{}\"", *unit));
  }
  arguments.ignore({"ScaleFactor"});
  return read_none(arguments);
}

constexpr DestinationService not_emulated(std::string_view name,
                                          ServiceArgumentsPtr (*read)(Properties&) = read_none) {
  return {.name = name, .read = read, .is_emulated = false};
}

constexpr std::array kNotEmulated = {
    not_emulated("execute-api"),
    not_emulated("events"),
    not_emulated("kinesis", read_kinesis),
    not_emulated("firehose"),
    not_emulated("s3"),
    not_emulated("iot", read_iot),
    not_emulated("iotdata", read_iot),
    not_emulated("geo", read_location),
};

}  // namespace

std::span<const DestinationService> services_not_emulated() {
  return kNotEmulated;
}

}  // namespace loopgate::gateway
