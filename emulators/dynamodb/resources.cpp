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
  cfn::ResourceState out{table.name, {{"Arn", table.arn}}};
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

std::vector<std::string_view> TableResource::properties(std::string_view) const {
  std::vector<std::string_view> out(std::begin(kRest), std::end(kRest));
  out.insert(out.end(), std::begin(kOfApi), std::end(kOfApi));
  return out;
}

Status TableResource::validate(const cfn::ResourceRequest& request,
                               std::vector<std::string>& warnings) {
  const auto& properties = request.properties;
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
  auto table = read_definition(parameters(request.properties, name));
  if (!table) return failed(request, table.error());
  table->arn = arn_of(request, name);
  table->tags = cfn::property_tags(request.properties);
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
  auto wanted = read_definition(parameters(request.properties, name));
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
  table.tags = cfn::property_tags(request.properties);
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
