#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "emulators/dynamodb/definition.h"
#include "emulators/dynamodb/limits.h"
#include "emulators/dynamodb/operations.h"

namespace loopgate::dynamodb {

namespace {

Tags read_tags(const json& params) {
  Tags out;
  for (const auto& tag : params.value("Tags", json::array())) {
    out[text_param(tag, "Key")] = text_param(tag, "Value");
  }
  return out;
}

// Of an operation on a table itself, whose error names it.
Outcome<const Table*> named_table(Context& context, const ApiCall& call) {
  const auto name = text_param(call.params, "TableName");
  auto table = find_table(context, call.caller, name);
  if (!table && table.error().code == "ResourceNotFoundException") {
    return refuse(table_not_found(name.substr(name.find('/') + 1)));
  }
  return table;
}

Outcome<const Table*> tagged_table(Context& context, const ApiCall& call) {
  const auto arn = text_param(call.params, "ResourceArn");
  if (!arn.starts_with("arn:aws:dynamodb:")) {
    return refuse(validation("Invalid TableArn: Invalid ResourceArn provided as input " + arn));
  }
  const auto* table = context.tables.find(arn);
  if (table == nullptr) return refuse(arn_not_found(arn));
  return table;
}

Outcome<void> check_tags(const Tags& tags) {
  if (tags.size() <= kMostTags) return {};
  return refuse(validation(fmt::format(
      "One or more parameter values were invalid: Too many tags; the limit is {}", kMostTags)));
}

}  // namespace

ApiResult create_table(Context& context, const ApiCall& call) {
  const auto name = text_param(call.params, "TableName");
  const auto arn = table_arn(call.caller, name);
  const auto own_name = arn == name ? name.substr(name.find('/') + 1) : name;
  if (auto checked = check_name(own_name, "tableName"); !checked) return refuse(checked.error());
  auto table = read_definition(call.params);
  if (!table) return refuse(table.error());
  table->name = own_name;
  table->arn = arn;
  table->tags = read_tags(call.params);
  if (auto checked = check_tags(table->tags); !checked) return refuse(checked.error());
  const auto made = context.tables.create(std::move(*table));
  if (!made) return refuse(made.error());
  return json{{"TableDescription", description(context, call.caller, **made, "CREATING")}};
}

ApiResult describe_table(Context& context, const ApiCall& call) {
  const auto table = named_table(context, call);
  if (!table) return refuse(table.error());
  return json{{"Table", description(context, call.caller, **table, "ACTIVE")}};
}

ApiResult list_tables(Context& context, const ApiCall& call) {
  const auto prefix = table_arn(call.caller, "");
  const auto after_name = text_param(call.params, "ExclusiveStartTableName");
  const auto most = call.params.value("Limit", kMostTablesListed);
  json names = json::array();
  json out;
  std::set<std::string_view> all;
  for (const auto& [arn, table] : context.tables.all()) {
    if (context.tables.find(prefix + table.name) == &table) all.insert(table.name);
  }
  for (const auto name : all) {
    if (name <= after_name) continue;
    if (static_cast<std::int64_t>(names.size()) == most) {
      out["LastEvaluatedTableName"] = names.back();
      break;
    }
    names.push_back(name);
  }
  out["TableNames"] = std::move(names);
  return out;
}

ApiResult update_table(Context& context, const ApiCall& call) {
  const auto table = named_table(context, call);
  if (!table) return refuse(table.error());
  auto changed = changed_definition(**table, call.params);
  if (!changed) return refuse(changed.error());
  const auto& now = context.tables.change(std::move(*changed));
  return json{{"TableDescription", description(context, call.caller, now, "UPDATING")}};
}

ApiResult delete_table(Context& context, const ApiCall& call) {
  const auto table = named_table(context, call);
  if (!table) return refuse(table.error());
  auto shown = description(context, call.caller, **table, "DELETING");
  if (const auto arn = table_arn(call.caller, (*table)->name); arn != (*table)->arn) {
    auto fewer = **table;  // of the caller's region alone
    std::erase(fewer.replicas, call.caller.region);
    context.tables.change(std::move(fewer));
    return json{{"TableDescription", std::move(shown)}};
  }
  if (!(*table)->replicas.empty()) {
    return refuse(validation("The table has replicas in other regions: delete those first"));
  }
  if (auto removed = context.tables.remove((*table)->arn); !removed) {
    return refuse(removed.error());
  }
  return json{{"TableDescription", std::move(shown)}};
}

// --- time to live ---

ApiResult update_time_to_live(Context& context, const ApiCall& call) {
  const auto table = named_table(context, call);
  if (!table) return refuse(table.error());
  const auto& wanted = call.params["TimeToLiveSpecification"];
  const auto attribute = text_param(wanted, "AttributeName");
  const bool enables = wanted.value("Enabled", false);
  const auto& current = (*table)->ttl_attribute;
  if (enables && !current.empty()) {
    return refuse(validation(attribute == current
                                 ? "TimeToLive is already enabled"
                                 : "TimeToLive is active on a different AttributeName: current "
                                   "AttributeName is " +
                                       current));
  }
  if (!enables && current.empty()) return refuse(validation("TimeToLive is already disabled"));
  if (!enables && attribute != current) {
    return refuse(validation(
        "TimeToLive is active on a different AttributeName: current AttributeName is " + current));
  }
  auto changed = **table;
  changed.ttl_attribute = enables ? attribute : "";
  context.tables.change(std::move(changed));
  return json{{"TimeToLiveSpecification", wanted}};
}

ApiResult describe_time_to_live(Context& context, const ApiCall& call) {
  const auto table = named_table(context, call);
  if (!table) return refuse(table.error());
  const auto& attribute = (*table)->ttl_attribute;
  json shown = {{"TimeToLiveStatus", attribute.empty() ? "DISABLED" : "ENABLED"}};
  if (!attribute.empty()) shown["AttributeName"] = attribute;
  return json{{"TimeToLiveDescription", std::move(shown)}};
}

// --- tags ---

ApiResult tag_resource(Context& context, const ApiCall& call) {
  const auto table = tagged_table(context, call);
  if (!table) return refuse(table.error());
  auto changed = **table;
  for (auto& [key, value] : read_tags(call.params)) changed.tags[key] = std::move(value);
  if (auto checked = check_tags(changed.tags); !checked) return refuse(checked.error());
  context.tables.change(std::move(changed));
  return json::object();
}

ApiResult untag_resource(Context& context, const ApiCall& call) {
  const auto table = tagged_table(context, call);
  if (!table) return refuse(table.error());
  auto changed = **table;
  for (const auto& key : call.params["TagKeys"]) changed.tags.erase(key.get<std::string>());
  context.tables.change(std::move(changed));
  return json::object();
}

ApiResult list_tags_of_resource(Context& context, const ApiCall& call) {
  const auto table = tagged_table(context, call);
  if (!table) return refuse(table.error());
  json list = json::array();
  for (const auto& [key, value] : (*table)->tags) list.push_back({{"Key", key}, {"Value", value}});
  return json{{"Tags", std::move(list)}};
}

// --- facts about the account ---

ApiResult describe_limits(Context&, const ApiCall&) {
  return json{{"AccountMaxReadCapacityUnits", 80000},
              {"AccountMaxWriteCapacityUnits", 80000},
              {"TableMaxReadCapacityUnits", 40000},
              {"TableMaxWriteCapacityUnits", 40000}};
}

ApiResult describe_continuous_backups(Context& context, const ApiCall& call) {
  const auto name = text_param(call.params, "TableName");
  if (!find_table(context, call.caller, name)) {
    return refuse(error("TableNotFoundException", "Table not found: " + name));
  }
  return json{{"ContinuousBackupsDescription",
               {{"ContinuousBackupsStatus", "ENABLED"},
                {"PointInTimeRecoveryDescription", {{"PointInTimeRecoveryStatus", "DISABLED"}}}}}};
}

// SDKs that look for endpoints stay with the one that they have.
ApiResult describe_endpoints(Context&, const ApiCall& call) {
  auto address = call.caller.base_url;
  if (const auto scheme = address.find("://"); scheme != std::string::npos) {
    address = address.substr(scheme + 3);
  }
  return json{{"Endpoints", json::array({{{"Address", address}, {"CachePeriodInMinutes", 1440}}})}};
}

}  // namespace loopgate::dynamodb
