#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "base/json.h"
#include "gateway/config.h"

namespace loopgate::gateway {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 14> kServices = {
    "lambda",   "states", "execute-api", "sqs",      "sns", "events", "kinesis",
    "firehose", "s3",     "logs",        "dynamodb", "iot", "geo",    "iotdata"};

// [a-zA-Z0-9-]+
bool is_destination_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameLength && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Batching parse_batching(Properties& destination) {
  Batching out;
  const json* value = destination.get("Batching");
  if (value == nullptr) return out;
  Properties properties(value, destination.pointer("Batching"), destination.notes());
  if (const auto count = properties.integer("Count", 1, kMaxBatchCount)) {
    out.count = static_cast<std::size_t>(*count);
  }
  if (const auto seconds = properties.number("TimeoutInSeconds", 0, kMaxBatchSeconds)) {
    out.timeout = Duration(static_cast<Duration::rep>(*seconds * 1e9));
  }
  auto megabytes = properties.number("SizeInMB", 0.000'001, kMaxBatchMegabytes);
  if (!megabytes) megabytes = properties.number("SizeInMb", 0.000'001, kMaxBatchMegabytes);
  properties.ignore({"SizeInMb"});
  if (megabytes) out.size_bytes = static_cast<std::size_t>(*megabytes * kBytesPerMegabyte);
  properties.warn_of_unknown();
  return out;
}

void check_arn(Properties& properties, const std::string& name, const std::string& arn) {
  if (service_of(arn).empty()) {
    properties.fail(name, fmt::format("\"{}\" is no ARN of a service that destinations know", arn));
  }
}

// A string, or a map from region or `*` to ARN; unresolved ones are left out.
RegionalArns parse_arns(Properties& destination) {
  RegionalArns out;
  const json* value = destination.get("DestinationArn");
  if (value == nullptr) return out;
  if (value->is_string()) {
    if (const auto arn = destination.text("DestinationArn")) {
      check_arn(destination, "DestinationArn", *arn);
      out.emplace("*", *arn);
    }
    return out;
  }
  Properties map(value, destination.pointer("DestinationArn"), destination.notes());
  if (!value->is_object()) return out;
  for (const auto& [key, entry] : value->items()) {
    if (key != "*" && !looks_like_region(key)) map.fail(key, "is neither a region nor *");
    if (const auto arn = map.text(key)) {
      check_arn(map, key, *arn);
      out.emplace(key, *arn);
    }
  }
  return out;
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

// Location is not emulated: what is wrong is told all the same.
void check_location(Properties& arguments) {
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
}

// The arguments of all services have names of their own, so that they can be read before the
// service is known.
void parse_arguments(Properties& destination, DestinationSpec& spec) {
  const json* value = destination.get("Arguments");
  if (value == nullptr) return;
  Properties arguments(value, destination.pointer("Arguments"), destination.notes());
  auto& lambda = spec.lambda;
  lambda.async = arguments.boolean("UseAsyncInvoke").value_or(false);
  lambda.streaming = arguments.boolean("UseResponseStreaming").value_or(false);
  if (lambda.async && lambda.streaming) {
    arguments.fail(
        "UseResponseStreaming",
        "cannot be true together with UseAsyncInvoke: an asynchronous invocation never answers");
  }
  lambda.tenant_id = arguments.text("TenantId").value_or("");
  lambda.tenant_expression = arguments.expression("TenantIdExpression");
  lambda.tenant_formatter =
      arguments.formatter("TenantIdFormatter", false).value_or(codec::Formatter::kHex);
  auto& sqs = spec.sqs;
  sqs.send_raw = arguments.boolean("SendRaw").value_or(false);
  sqs.message_attributes = arguments.boolean("UseMessageAttributes").value_or(false);
  sqs.group_expression = arguments.expression("MessageGroupIdExpression");
  sqs.group_formatter =
      arguments.formatter("MessageGroupIdFormatter", false).value_or(codec::Formatter::kHex);
  sqs.deduplication_expression = arguments.expression("MessageDeduplicationIdExpression");
  sqs.deduplication_formatter = arguments.formatter("MessageDeduplicationIdFormatter", false)
                                    .value_or(codec::Formatter::kHex);
  for (const auto name :
       {"PartitionKeyFormatter", "PartitionKeyExpressionFormatter", "TopicSuffixFormatter"}) {
    arguments.formatter(name, false);
  }
  for (const auto name : {"PartitionKeyExpression", "TopicSuffixExpression"}) {
    arguments.expression(name);
  }
  arguments.boolean("DynamicTopicSuffix");
  check_location(arguments);
  arguments.warn_of_unknown();
}

// One service for all ARNs, one that is emulated, and arguments that it takes.
void check_services(Properties& destination, const DestinationSpec& spec,
                    const Deployer& deployer) {
  std::string service;
  for (const auto& [key, arn] : spec.arns) {
    const std::string other = service_of(arn);
    if (!service.empty() && other != service) {
      destination.fail(
          "DestinationArn",
          fmt::format("all ARNs must name the same service; {} and {} differ", service, other));
    }
    service = other;
    if (const auto refusal = refusal_of(arn, spec); !refusal.empty()) {
      destination.fail("Arguments", refusal);
    }
  }
  if (service.empty() || is_emulated_service(service)) return;
  const auto text = fmt::format("the service {} is not emulated", service);
  if (deployer.allow_unsupported) {
    destination.notes().warnings.push_back(
        fmt::format("{}: {}; its packets will be discarded",
                    field_name(destination.pointer("DestinationArn")), text));
  } else {
    destination.fail("DestinationArn",
                     text + " (--allow-unsupported deploys it and discards its packets)");
  }
}

}  // namespace

std::string service_of(std::string_view text) {
  const auto arn = aws::Arn::parse(text);
  if (!arn || arn->resource.empty()) return "";
  return std::ranges::find(kServices, arn->service) != kServices.end() || arn->service == "sns"
             ? arn->service
             : "";
}

bool is_emulated_service(std::string_view service) {
  return service == "lambda" || service == "sqs";
}

std::string refusal_of(const std::string& arn, const DestinationSpec& spec) {
  if (service_of(arn) == "sqs" && arn.ends_with(".fifo") && !spec.sqs.group_expression) {
    return fmt::format("{} is a FIFO queue, which requires MessageGroupIdExpression", arn);
  }
  return "";
}

RoleSpec parse_role(Properties& properties, std::string_view name) {
  RoleSpec out;
  const json* value = properties.get(name);
  if (value == nullptr) return out;
  if (value->is_object()) {
    Properties role(value, properties.pointer(name), properties.notes());
    out.arn = role.required("Arn").value_or("");
    if (const auto text = role.text("Duration")) {
      const auto duration = parse_role_duration(*text);
      if (!duration || *duration <= Duration{}) {
        role.fail("Duration", fmt::format("\"{}\" is not of the form [d.]hh:mm:ss", *text));
      } else {
        out.duration = std::clamp(*duration, kMinRoleDuration, kMaxRoleDuration);
        if (out.duration != *duration) {
          role.notes().warnings.push_back(
              fmt::format("{}: {} (hours, minutes, seconds) is outside of what sts:AssumeRole "
                          "takes, 15 minutes "
                          "to 12 hours; the nearer of the two counts",
                          field_name(role.pointer("Duration")), *text));
        }
      }
    }
    role.warn_of_unknown();
  } else {
    out.arn = properties.text(name).value_or("");
  }
  if (!out.arn.empty() && !aws::Arn::parse(out.arn)) {
    properties.fail(name, fmt::format("\"{}\" is no ARN of a role", out.arn));
  }
  return out;
}

DestinationSpec parse_destination(const json& value, const std::string& pointer,
                                  const Deployer& deployer, std::size_t index, ConfigNotes& notes) {
  DestinationSpec spec;
  Properties properties(&value, pointer, notes);
  const auto name = properties.text("Name");
  if (name && !is_destination_name(*name)) {
    properties.fail("Name", "must consist of letters, digits and '-'");
  }
  spec.name =
      name.value_or(fmt::format("dstn-{}-{}-{}", deployer.stack, deployer.logical_id, index));
  spec.description = properties.text("Description").value_or("");
  spec.role = parse_role(properties, "Role");
  spec.batching = parse_batching(properties);
  spec.arns = parse_arns(properties);
  spec.formatter = properties.formatter("Formatter", true);
  spec.filter = properties.expression("FilterExpression");
  spec.metrics = properties.boolean("MetricsEnabled").value_or(false);
  spec.log_group = parse_log_group(properties);
  parse_arguments(properties, spec);
  check_services(properties, spec, deployer);
  properties.warn_of_unknown();
  if (value.is_object() && !properties.has("Role")) {
    notes.warnings.push_back(fmt::format("{}: there is none, so that nothing can be delivered",
                                         field_name(properties.pointer("Role"))));
  }
  spec.source = write_json(value);
  return spec;
}

}  // namespace loopgate::gateway
