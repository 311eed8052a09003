#include "emulators/dynamodb/definition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "emulators/dynamodb/limits.h"

namespace loopgate::dynamodb {

namespace {

using Names = std::vector<std::string>;

aws::AwsError null_member(std::string_view member) {
  return validation(
      fmt::format("1 validation error detected: Value null at '{}' failed to satisfy constraint: "
                  "Member must not be null",
                  member));
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Names defined_names(const Table& table) {
  Names out;
  for (const auto& [name, type] : table.attributes) out.push_back(name);
  return out;
}

Outcome<KeySchema> read_keys(const json& schema, const Table& table) {
  Names names;
  for (const auto& each : schema) names.push_back(text_of(each, "AttributeName"));
  const auto defined = defined_names(table);
  const bool all_defined = std::ranges::all_of(
      names, [&](const auto& name) { return std::ranges::find(defined, name) != defined.end(); });
  if (!all_defined) {
    return refuse(invalid(fmt::format(
        "Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], "
        "AttributeDefinitions: [{}]",
        fmt::join(names, ", "), fmt::join(defined, ", "))));
  }
  if (names.size() == 2 && names[0] == names[1]) {
    return refuse(validation(
        "Both the Hash Key and the Range Key element in the KeySchema have the same name"));
  }
  if (text_of(schema[0], "KeyType") != "HASH") {
    return refuse(
        validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"));
  }
  if (names.size() == 2 && text_of(schema[1], "KeyType") != "RANGE") {
    return refuse(
        validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"));
  }
  return KeySchema{names[0], names.size() == 2 ? names[1] : ""};
}

Throughput read_throughput(const json& params) {
  const auto found = params.find("ProvisionedThroughput");
  if (found == params.end()) return {};
  return {found->value("ReadCapacityUnits", std::int64_t{0}),
          found->value("WriteCapacityUnits", std::int64_t{0})};
}

Outcome<void> read_billing(Table& table, const json& params) {
  table.on_demand = text_of(params, "BillingMode") == "PAY_PER_REQUEST";
  table.throughput = read_throughput(params);
  if (table.on_demand && params.contains("ProvisionedThroughput")) {
    return refuse(invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
        "PAY_PER_REQUEST"));
  }
  if (!table.on_demand && (table.throughput.read == 0 || table.throughput.write == 0)) {
    return refuse(invalid(
        "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
        "PROVISIONED"));
  }
  return {};
}

Outcome<void> read_projection(Index& index, const json& definition) {
  const auto projection = definition.value("Projection", json::object());
  index.projection = text_of(projection, "ProjectionType");
  if (index.projection.empty()) return refuse(invalid("Unknown ProjectionType: null"));
  const bool names_some = projection.contains("NonKeyAttributes");
  if (names_some && index.projection != "INCLUDE") {
    return refuse(invalid(
        fmt::format("ProjectionType is {}, but NonKeyAttributes is specified", index.projection)));
  }
  if (!names_some && index.projection == "INCLUDE") {
    return refuse(invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified"));
  }
  index.included = projection.value("NonKeyAttributes", Names());
  return {};
}

Outcome<Index> read_index(const Table& table, const json& definition, bool is_global) {
  Index out{.name = text_of(definition, "IndexName"), .is_global = is_global};
  auto keys = read_keys(definition.value("KeySchema", json::array()), table);
  if (!keys) return refuse(keys.error());
  out.keys = std::move(*keys);
  if (!is_global && out.keys.range.empty()) {
    return refuse(invalid("Index KeySchema does not have a range key for index: " + out.name));
  }
  if (!is_global && out.keys.hash != table.keys.hash) {
    return refuse(invalid(fmt::format(
        "Index KeySchema does not have the same leading hash key as table KeySchema for "
        "index: {}. index hash key: {}, table hash key: {}",
        out.name, out.keys.hash, table.keys.hash)));
  }
  if (auto read = read_projection(out, definition); !read) return refuse(read.error());
  out.throughput = read_throughput(definition);
  if (is_global && table.on_demand && definition.contains("ProvisionedThroughput")) {
    return refuse(invalid(
        fmt::format("ProvisionedThroughput should not be specified for index: {} when BillingMode "
                    "is PAY_PER_REQUEST",
                    out.name)));
  }
  if (is_global && !table.on_demand && out.throughput.read == 0) {
    return refuse(
        invalid(fmt::format("ProvisionedThroughput must be specified for index: {}", out.name)));
  }
  return out;
}

Outcome<void> read_indexes(Table& table, const json& params, bool is_global) {
  const char* const member = is_global ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes";
  const auto found = params.find(member);
  if (found == params.end()) return {};
  if (found->empty()) return refuse(invalid(fmt::format("List of {} is empty", member)));
  if (!is_global && table.keys.range.empty()) {
    return refuse(
        invalid("Table KeySchema does not have a range key, which is required when specifying a "
                "LocalSecondaryIndex"));
  }
  for (const auto& definition : *found) {
    auto index = read_index(table, definition, is_global);
    if (!index) return refuse(index.error());
    if (table.index(index->name) != nullptr) {
      return refuse(invalid("Duplicate index name: " + index->name));
    }
    table.indexes.push_back(std::move(*index));
  }
  if (!is_global && found->size() > kMostLocalIndexes) {
    return refuse(invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5"));
  }
  if (is_global && found->size() > kMostGlobalIndexes) {
    return refuse(invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20"));
  }
  return {};
}

// Each attribute that is defined is a key of something.
Outcome<void> check_all_used(const Table& table) {
  std::set<std::string> used;
  for (const auto& name : table.keys.names()) used.insert(name);
  std::size_t included = 0;
  for (const auto& index : table.indexes) {
    for (const auto& name : index.keys.names()) used.insert(name);
    included += index.included.size();
  }
  if (included > kMostProjected) {
    return refuse(invalid("Total number of NonKeyAttributes exceeds the per-table limit of 100"));
  }
  if (used.size() == table.attributes.size()) return {};
  if (table.indexes.empty()) {
    return refuse(invalid(
        "Number of attributes in KeySchema does not exactly match number of attributes defined in "
        "AttributeDefinitions"));
  }
  return refuse(invalid(
      fmt::format("Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: "
                  "[{}]",
                  fmt::join(defined_names(table), ", "), fmt::join(used, ", "))));
}

Outcome<void> read_stream(Table& table, const json& params) {
  const auto found = params.find("StreamSpecification");
  if (found == params.end()) return {};
  const bool enabled = found->value("StreamEnabled", false);
  const auto view = text_of(*found, "StreamViewType");
  if (enabled && view.empty()) {
    return refuse(invalid("StreamViewType is required when StreamEnabled is true"));
  }
  if (!enabled && !view.empty()) {
    return refuse(
        invalid("Table is being created with a stream disabled, UpdateStreamViewType should not be "
                "specified"));
  }
  table.stream_view = enabled ? view : "";
  return {};
}

Outcome<void> read_attributes(Table& table, const json& params) {
  for (const auto& each : params.value("AttributeDefinitions", json::array())) {
    const auto name = text_of(each, "AttributeName");
    const bool is_known = !table.type_of(name).empty();
    if (is_known && table.type_of(name) != text_of(each, "AttributeType")) {
      return refuse(invalid(fmt::format("Attribute types for {} contradict each other", name)));
    }
    if (!is_known) table.attributes.emplace_back(name, text_of(each, "AttributeType"));
  }
  return {};
}

void read_rest(Table& table, const json& params) {
  if (params.contains("TableClass")) table.table_class = text_of(params, "TableClass");
  table.is_protected = params.value("DeletionProtectionEnabled", table.is_protected);
  if (const auto sse = params.find("SSESpecification"); sse != params.end()) {
    table.is_encrypted = sse->value("Enabled", false);
  }
}

}  // namespace

Outcome<Table> read_definition(const json& params) {
  for (const char* member : {"AttributeDefinitions", "KeySchema"}) {
    if (params.contains(member)) continue;
    std::string path(member);
    path[0] = static_cast<char>(path[0] - 'A' + 'a');
    return refuse(null_member(path));
  }
  Table out{.name = text_of(params, "TableName")};
  auto done = read_billing(out, params);
  if (done) done = read_attributes(out, params);
  if (!done) return refuse(done.error());
  auto keys = read_keys(params["KeySchema"], out);
  if (!keys) return refuse(keys.error());
  out.keys = std::move(*keys);
  done = read_indexes(out, params, false);
  if (done) done = read_indexes(out, params, true);
  if (done) done = check_all_used(out);
  if (done) done = read_stream(out, params);
  if (!done) return refuse(done.error());
  read_rest(out, params);
  return out;
}

namespace {

Outcome<void> change_billing(Table& table, const json& params) {
  const auto mode = text_of(params, "BillingMode");
  const bool has_throughput = params.contains("ProvisionedThroughput");
  const bool was_on_demand = table.on_demand;
  if (mode == "PAY_PER_REQUEST") {
    if (has_throughput) {
      return refuse(invalid(
          "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
          "PAY_PER_REQUEST"));
    }
    table.on_demand = true;
    table.throughput = {};
    for (auto& index : table.indexes) index.throughput = {};
    return {};
  }
  if (mode == "PROVISIONED") table.on_demand = false;
  if (table.on_demand && has_throughput) {
    return refuse(invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
        "PAY_PER_REQUEST"));
  }
  if (!table.on_demand && was_on_demand && !has_throughput) {
    return refuse(
        invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED"));
  }
  if (!has_throughput) return {};
  const auto wanted = read_throughput(params);
  if (!was_on_demand && wanted == table.throughput && mode.empty()) {
    return refuse(validation(fmt::format(
        "The provisioned throughput for the table will not change. The requested value equals the "
        "current value. Current ReadCapacityUnits provisioned for the table: {}. Requested "
        "ReadCapacityUnits: {}. Current WriteCapacityUnits provisioned for the table: {}. "
        "Requested "
        "WriteCapacityUnits: {}. Refer to the Amazon DynamoDB Developer Guide for current limits "
        "and how to request higher limits.",
        table.throughput.read, wanted.read, table.throughput.write, wanted.write)));
  }
  table.throughput = wanted;
  return {};
}

Outcome<void> change_index(Table& table, const json& change) {
  if (const auto create = change.find("Create"); create != change.end()) {
    auto index = read_index(table, *create, true);
    if (!index) return refuse(index.error());
    if (table.index(index->name) != nullptr) {
      return refuse(in_use("Attempting to create an index which already exists"));
    }
    table.indexes.push_back(std::move(*index));
    return {};
  }
  const bool deletes = change.contains("Delete");
  const auto& named = deletes ? change["Delete"] : change.value("Update", json::object());
  const auto found = std::ranges::find(table.indexes, text_of(named, "IndexName"), &Index::name);
  if (found == table.indexes.end() || !found->is_global) {
    return refuse(error("ResourceNotFoundException", "Requested resource not found"));
  }
  if (deletes) {
    table.indexes.erase(found);
  } else {
    found->throughput = read_throughput(named);
  }
  return {};
}

// Replicas are added and taken away by their regions.
Outcome<void> change_replicas(Table& table, const json& params) {
  for (const auto& change : params.value("ReplicaUpdates", json::array())) {
    const bool deletes = change.contains("Delete");
    const auto region =
        text_of(change.value(deletes ? "Delete" : "Create", json::object()), "RegionName");
    const bool is_there = std::ranges::find(table.replicas, region) != table.replicas.end();
    if (deletes && !is_there) {
      return refuse(validation(fmt::format(
          "Update global table operation failed because the replica in {} does not exist",
          region)));
    }
    if (deletes) {
      std::erase(table.replicas, region);
    } else if (!region.empty() && is_there) {
      return refuse(
          validation(fmt::format("Failed to create a the new replica of table with name: '{}' "
                                 "because one or more replicas "
                                 "already existed as tables.",
                                 table.name)));
    } else if (!region.empty()) {
      table.replicas.push_back(region);
    }
  }
  return {};
}

// Attributes that are keys of nothing any more.
void drop_unused_attributes(Table& table) {
  std::erase_if(table.attributes, [&](const auto& attribute) {
    const auto is_key_of = [&](const KeySchema& keys) {
      return attribute.first == keys.hash || attribute.first == keys.range;
    };
    return !is_key_of(table.keys) && std::ranges::none_of(table.indexes, [&](const Index& index) {
      return is_key_of(index.keys);
    });
  });
}

}  // namespace

Outcome<Table> changed_definition(Table table, const json& params) {
  constexpr const char* kKnown[] = {"ProvisionedThroughput",
                                    "BillingMode",
                                    "GlobalSecondaryIndexUpdates",
                                    "StreamSpecification",
                                    "SSESpecification",
                                    "ReplicaUpdates",
                                    "TableClass",
                                    "DeletionProtectionEnabled",
                                    "OnDemandThroughput",
                                    "WarmThroughput"};
  if (std::ranges::none_of(kKnown, [&](const char* name) { return params.contains(name); })) {
    return refuse(validation(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"));
  }
  auto done = change_billing(table, params);
  if (done) done = read_attributes(table, params);
  if (!done) return refuse(done.error());
  for (const auto& change : params.value("GlobalSecondaryIndexUpdates", json::array())) {
    if (done = change_index(table, change); !done) return refuse(done.error());
  }
  const bool had_stream = !table.stream_view.empty();
  if (const auto stream = params.find("StreamSpecification"); stream != params.end()) {
    const bool enables = stream->value("StreamEnabled", false);
    if (enables && had_stream) {
      return refuse(validation("Table already has an enabled stream: TableName: " + table.name));
    }
    if (!enables && !had_stream) {
      return refuse(validation("Table has no stream to disable: TableName: " + table.name));
    }
    if (done = read_stream(table, params); !done) return refuse(done.error());
  }
  if (done = change_replicas(table, params); !done) return refuse(done.error());
  drop_unused_attributes(table);
  read_rest(table, params);
  return table;
}

}  // namespace loopgate::dynamodb
