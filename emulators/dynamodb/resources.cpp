#include "emulators/dynamodb/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "emulators/dynamodb/definition.h"

namespace loopgate::dynamodb {

namespace {

using cfn::property_text;

// As in the API: these are CreateTable's own.
constexpr const char* kOfApi[] = {"AttributeDefinitions",
                                  "KeySchema",
                                  "LocalSecondaryIndexes",
                                  "GlobalSecondaryIndexes",
                                  "BillingMode",
                                  "ProvisionedThroughput",
                                  "TableClass"};
constexpr std::string_view kRest[] = {"ContributorInsightsSpecification",
                                      "DeletionProtectionEnabled",
                                      "ImportSourceSpecification",
                                      "KinesisStreamSpecification",
                                      "OnDemandThroughput",
                                      "PointInTimeRecoverySpecification",
                                      "ResourcePolicy",
                                      "SSESpecification",
                                      "StreamSpecification",
                                      "TableName",
                                      "Tags",
                                      "TimeToLiveSpecification",
                                      "WarmThroughput"};
// Of a global table: the rest is of its replicas.
constexpr std::string_view kOfGlobal[] = {"AttributeDefinitions",
                                          "BillingMode",
                                          "GlobalSecondaryIndexes",
                                          "GlobalTableWitnesses",
                                          "KeySchema",
                                          "LocalSecondaryIndexes",
                                          "MultiRegionConsistency",
                                          "Replicas",
                                          "SSESpecification",
                                          "StreamSpecification",
                                          "TableName",
                                          "TimeToLiveSpecification",
                                          "WarmThroughput",
                                          "WriteOnDemandThroughputSettings",
                                          "WriteProvisionedThroughputSettings"};
// A change of these makes another table.
constexpr const char* kOfIdentity[] = {"TableName", "KeySchema", "LocalSecondaryIndexes"};

bool is_true(const json& properties, const char* name) {
  return property_text(properties, name) == "true";
}

// Templates write numbers as they like.
void to_numbers(json& value) {
  if (value.is_array()) {
    for (auto& each : value) to_numbers(each);
  }
  if (!value.is_object()) return;
  for (auto& member : value.items()) {
    const bool is_units =
        member.key() == "ReadCapacityUnits" || member.key() == "WriteCapacityUnits";
    if (!is_units) {
      to_numbers(member.value());
    } else if (member.value().is_string()) {
      const auto& text = member.value().get_ref<const std::string&>();
      std::int64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      member.value() = number;
    }
  }
}

// The first whole number below: of settings that scale by themselves, where they begin.
std::int64_t units_in(const json& settings) {
  for (const char* name : {"ReadCapacityUnits", "WriteCapacityUnits", "MinCapacity"}) {
    const auto text = property_text(settings, name);
    std::int64_t out = 0;
    std::from_chars(text.data(), text.data() + text.size(), out);
    if (out > 0) return out;
  }
  for (const auto& inner : settings) {
    if (const auto out = inner.is_object() ? units_in(inner) : 0; out > 0) return out;
  }
  return 0;
}

// A global table's properties as those of the table in the stack's region.
json as_table(const cfn::ResourceRequest& request, const json& properties) {
  if (request.type != "AWS::DynamoDB::GlobalTable") return properties;
  json out = properties;
  json own = json::object();
  for (const auto& replica : properties.value("Replicas", json::array())) {
    if (property_text(replica, "Region") == request.stack->region) own = replica;
  }
  for (const char* name : {"Tags", "TableClass", "DeletionProtectionEnabled"}) {
    if (own.contains(name)) out[name] = own[name];
  }
  if (property_text(properties, "BillingMode") == "PAY_PER_REQUEST") return out;
  const auto throughput = [&](const json& write, const json& read) {
    return json{{"ReadCapacityUnits", std::max<std::int64_t>(units_in(read), 1)},
                {"WriteCapacityUnits", std::max<std::int64_t>(units_in(write), 1)}};
  };
  const auto write = properties.value("WriteProvisionedThroughputSettings", json::object());
  const auto read = own.value("ReadProvisionedThroughputSettings", json::object());
  out["ProvisionedThroughput"] = throughput(write, read);
  if (const auto indexes = out.find("GlobalSecondaryIndexes"); indexes != out.end()) {
    for (auto& index : *indexes) {
      index["ProvisionedThroughput"] =
          throughput(index.value("WriteProvisionedThroughputSettings", json::object()), read);
    }
  }
  return out;
}

std::vector<std::string> replica_regions(const cfn::ResourceRequest& request) {
  std::vector<std::string> out;
  for (const auto& replica : request.properties.value("Replicas", json::array())) {
    auto region = property_text(replica, "Region");
    if (region != request.stack->region) out.push_back(std::move(region));
  }
  return out;
}

// The parameters of CreateTable that the properties say.
json parameters(const json& properties, const std::string& name) {
  json out = {{"TableName", name}};
  for (const char* each : kOfApi) {
    if (const auto found = properties.find(each); found != properties.end()) out[each] = *found;
  }
  to_numbers(out);
  out["DeletionProtectionEnabled"] = is_true(properties, "DeletionProtectionEnabled");
  const auto sse = properties.value("SSESpecification", json::object());
  if (is_true(sse, "SSEEnabled")) out["SSESpecification"] = {{"Enabled", true}};
  const auto view =
      property_text(properties.value("StreamSpecification", json::object()), "StreamViewType");
  if (!view.empty()) {
    out["StreamSpecification"] = {{"StreamEnabled", true}, {"StreamViewType", view}};
  }
  return out;
}

std::string ttl_attribute(const json& properties) {
  const auto wanted = properties.value("TimeToLiveSpecification", json::object());
  return is_true(wanted, "Enabled") ? property_text(wanted, "AttributeName") : std::string();
}

std::string arn_of(const cfn::ResourceRequest& request, const std::string& name) {
  return fmt::format("arn:aws:dynamodb:{}:{}:table/{}", request.stack->region,
                     request.stack->account, name);
}

cfn::ResourceState state(const Table& table) {
  cfn::ResourceState out{table.name, {{"Arn", table.arn}, {"TableId", table.id}}};
  if (!table.stream_view.empty()) out.attributes["StreamArn"] = table.stream_arn();
  return out;
}

// The sentence names what is wrong: its line is that of the property.
std::unexpected<Error> failed(const cfn::ResourceRequest& request, const aws::AwsError& error) {
  for (const char* name : kOfApi) {
    if (request.properties.contains(name) && error.message.find(name) != std::string::npos) {
      return fail_at(request, std::string("/") + name, error.message);
    }
  }
  return fail_at(request, "", error.message);
}

}  // namespace

std::vector<std::string_view> TableResource::properties(std::string_view type) const {
  if (type == "AWS::DynamoDB::GlobalTable") return {std::begin(kOfGlobal), std::end(kOfGlobal)};
  std::vector<std::string_view> out(std::begin(kRest), std::end(kRest));
  out.insert(out.end(), std::begin(kOfApi), std::end(kOfApi));
  return out;
}

Status TableResource::validate(const cfn::ResourceRequest& request,
                               std::vector<std::string>& warnings) {
  const auto& properties = request.properties;
  const auto replicas = properties.value("Replicas", json::array());
  if (request.type == "AWS::DynamoDB::GlobalTable" &&
      std::ranges::none_of(replicas, [&](const json& replica) {
        return property_text(replica, "Region") == request.stack->region;
      })) {
    return fail_at(
        request, "/Replicas",
        "a global table needs a replica in its stack's region, " + request.stack->region);
  }
  if (properties.contains("ImportSourceSpecification")) {
    return fail_at(request, "/ImportSourceSpecification", "imports from S3 are not emulated");
  }
  if (is_true(properties.value("PointInTimeRecoverySpecification", json::object()),
              "PointInTimeRecoveryEnabled")) {
    warnings.push_back(request.logical_id +
                       ": point-in-time recovery is not emulated; the table has none here");
  }
  const auto name = property_text(properties, "TableName");
  if (name.empty() || cfn::is_unresolved(name)) return {};
  if (auto checked = check_name(name, "tableName"); !checked) {
    return fail_at(request, "/TableName", checked.error().message);
  }
  return {};
}

Result<cfn::ResourceState> TableResource::make(const cfn::ResourceRequest& request) {
  constexpr std::size_t kMostNameChars = 255;
  auto name = property_text(request.properties, "TableName");
  if (name.empty()) name = generated_name(request, context_.tables.random(), kMostNameChars);
  const auto properties = as_table(request, request.properties);
  auto table = read_definition(parameters(properties, name));
  if (!table) return failed(request, table.error());
  table->arn = arn_of(request, name);
  table->replicas = replica_regions(request);
  table->tags = cfn::property_tags(properties);
  table->ttl_attribute = ttl_attribute(request.properties);
  const auto made = context_.tables.create(std::move(*table));
  if (!made) return failed(request, made.error());
  return state(**made);
}

void TableResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

// The table as the properties say it, with the indexes that stay.
Result<cfn::ResourceState> TableResource::change(const cfn::ResourceRequest& request) {
  const auto& name = request.physical_id;
  const auto* current = context_.tables.find(arn_of(request, name));
  if (current == nullptr) return make(request);
  const auto properties = as_table(request, request.properties);
  auto wanted = read_definition(parameters(properties, name));
  if (!wanted) return failed(request, wanted.error());
  auto table = *current;
  for (auto& index : wanted->indexes) {
    const auto* same = current->index(index.name);
    const bool stays = same != nullptr && same->keys.names() == index.keys.names() &&
                       same->projection == index.projection && same->included == index.included;
    if (stays) index.number = same->number;
  }
  table.attributes = std::move(wanted->attributes);
  table.indexes = std::move(wanted->indexes);
  table.on_demand = wanted->on_demand;
  table.throughput = wanted->throughput;
  table.table_class = wanted->table_class;
  table.is_protected = wanted->is_protected;
  table.is_encrypted = wanted->is_encrypted;
  table.stream_view = wanted->stream_view;
  table.replicas = replica_regions(request);
  table.tags = cfn::property_tags(properties);
  table.ttl_attribute = ttl_attribute(request.properties);
  return state(context_.tables.change(std::move(table)));
}

void TableResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  const bool replaces = std::ranges::any_of(
      kOfIdentity, [&](const char* name) { return cfn::changes(request, name); });
  if (replaces) {
    if (!cfn::changes(request, "TableName") &&
        !property_text(request.properties, "TableName").empty()) {
      return done(fail_at(request, "/TableName",
                          "CloudFormation cannot update a stack when a custom-named resource "
                          "requires replacing. Rename " +
                              request.physical_id + " and update the stack again."));
    }
    return done(make(request));
  }
  done(change_or_restore(request, [&](const auto& wanted) { return change(wanted); }));
}

void TableResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  const auto arn = arn_of(request, request.physical_id);
  if (context_.tables.find(arn) == nullptr) return done({});
  if (auto removed = context_.tables.remove(arn); !removed) {
    return done(fail(removed.error().message));
  }
  done({});
}

}  // namespace loopgate::dynamodb
