// Tables by their names and ARNs, and in AWS's descriptions.
#include <fmt/format.h>

#include <algorithm>

#include "aws/arn.h"
#include "emulators/dynamodb/operations.h"

namespace loopgate::dynamodb {

std::string table_arn(const http::Caller& caller, const std::string& name_or_arn) {
  if (name_or_arn.starts_with("arn:")) return name_or_arn;
  return fmt::format("arn:aws:dynamodb:{}:{}:table/{}", caller.region, caller.account, name_or_arn);
}

Outcome<void> check_name(std::string_view name, std::string_view member) {
  std::string violations;
  std::size_t count = 0;
  const auto violates = [&](std::string_view constraint) {
    violations += fmt::format("{}Value '{}' at '{}' failed to satisfy constraint: {}",
                              count++ == 0 ? "" : "; ", name, member, constraint);
  };
  const bool is_plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  });
  if (!is_plain || name.empty()) {
    violates("Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  }
  if (name.size() < 3) violates("Member must have length greater than or equal to 3");
  if (name.size() > 255) violates("Member must have length less than or equal to 255");
  if (count == 0) return {};
  return refuse(validation(
      fmt::format("{} validation error{} detected: {}", count, count == 1 ? "" : "s", violations)));
}

Outcome<const Table*> find_table(Context& context, const http::Caller& caller,
                                 const std::string& name_or_arn) {
  if (!name_or_arn.starts_with("arn:")) {
    if (auto checked = check_name(name_or_arn, "tableName"); !checked) {
      return refuse(checked.error());
    }
  }
  const auto arn = table_arn(caller, name_or_arn);
  if (aws::account_of(arn) != caller.account) {
    return refuse(error("AccessDeniedException",
                        fmt::format("User: arn:aws:iam::{}:root is not authorized on resource: {} "
                                    "because no resource-based policy allows the action",
                                    caller.account, arn)));
  }
  const auto* table = context.tables.find(arn);
  if (table == nullptr) return refuse(not_found());
  return table;
}

json shown(const KeySchema& keys) {
  json out = json::array();
  out.push_back({{"AttributeName", keys.hash}, {"KeyType", "HASH"}});
  if (!keys.range.empty()) {
    out.push_back({{"AttributeName", keys.range}, {"KeyType", "RANGE"}});
  }
  return out;
}

namespace {

double seconds(WallTime time) {
  return static_cast<double>(to_millis(time)) / 1000;
}

json shown(const Throughput& throughput) {
  return {{"NumberOfDecreasesToday", 0},
          {"ReadCapacityUnits", throughput.read},
          {"WriteCapacityUnits", throughput.write}};
}

// What a table takes at once when it is new.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput.html
json warm(bool on_demand, const Throughput& throughput) {
  return {{"ReadUnitsPerSecond", on_demand ? 12000 : throughput.read},
          {"WriteUnitsPerSecond", on_demand ? 4000 : throughput.write},
          {"Status", "ACTIVE"}};
}

json shown(const Table& table, const Index& index) {
  json projection = {{"ProjectionType", index.projection}};
  if (!index.included.empty()) projection["NonKeyAttributes"] = index.included;
  json out = {{"IndexName", index.name},
              {"KeySchema", shown(index.keys)},
              {"Projection", std::move(projection)},
              {"IndexSizeBytes", 0},
              {"ItemCount", 0},
              {"IndexArn", table.arn + "/index/" + index.name}};
  if (!index.is_global) return out;
  out["IndexStatus"] = "ACTIVE";
  out["ProvisionedThroughput"] = shown(index.throughput);
  out["WarmThroughput"] = warm(table.on_demand, index.throughput);
  return out;
}

}  // namespace

namespace {

// The other regions of a global table.
json replicas(const http::Caller& caller, const Table& table) {
  auto regions = table.replicas;
  regions.push_back(aws::Arn::parse(table.arn).value_or(aws::Arn()).region);
  std::ranges::sort(regions);
  json out = json::array();
  for (const auto& region : regions) {
    if (region == caller.region) continue;
    out.push_back({{"RegionName", region}, {"ReplicaStatus", "ACTIVE"}});
  }
  return out;
}

}  // namespace

json description(Context& context, const http::Caller& caller, const Table& table,
                 std::string_view status) {
  const auto counts = context.tables.count(table);
  json attributes = json::array();
  for (const auto& [name, type] : table.attributes) {
    attributes.push_back({{"AttributeName", name}, {"AttributeType", type}});
  }
  json out = {{"AttributeDefinitions", std::move(attributes)},
              {"TableName", table.name},
              {"KeySchema", shown(table.keys)},
              {"TableStatus", status},
              {"CreationDateTime", seconds(table.created)},
              {"ProvisionedThroughput", shown(table.throughput)},
              {"TableSizeBytes", counts.bytes},
              {"ItemCount", counts.items},
              {"TableArn", table.replicas.empty() ? table.arn : table.arn_in(caller.region)},
              {"TableId", table.id},
              {"DeletionProtectionEnabled", table.is_protected},
              {"WarmThroughput", warm(table.on_demand, table.throughput)}};
  if (table.on_demand) {
    out["BillingModeSummary"] = {{"BillingMode", "PAY_PER_REQUEST"},
                                 {"LastUpdateToPayPerRequestDateTime", seconds(table.created)}};
  }
  for (const auto& index : table.indexes) {
    auto each = shown(table, index);
    each["ItemCount"] = counts.items;
    out[index.is_global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes"].push_back(
        std::move(each));
  }
  if (!table.replicas.empty()) {
    out["GlobalTableVersion"] = "2019.11.21";
    out["Replicas"] = replicas(caller, table);
  }
  if (!table.table_class.empty()) out["TableClassSummary"] = {{"TableClass", table.table_class}};
  if (table.is_encrypted) {
    out["SSEDescription"] = {{"Status", "ENABLED"}, {"SSEType", "KMS"}};
  }
  if (!table.stream_label.empty()) {
    out["LatestStreamLabel"] = table.stream_label;
    out["LatestStreamArn"] = table.stream_arn();
  }
  if (!table.stream_view.empty()) {
    out["StreamSpecification"] = {{"StreamEnabled", true}, {"StreamViewType", table.stream_view}};
  }
  return out;
}

}  // namespace loopgate::dynamodb
