#include "gateway/deployment/destination_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "aws/arn.h"
#include "base/json.h"

namespace loopgate::gateway {

using nlohmann::json;

namespace {

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
  if (service_of(arn) == nullptr) {
    properties.fail(name,
                    fmt::format("\"{}\" is not an ARN of a service that destinations know", arn));
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

// Of all services: which one it is, an ARN says that may be attached later.
void parse_arguments(Properties& destination, DestinationSpec& spec) {
  const json nothing = json::object();
  const json* value = destination.get("Arguments");
  Properties arguments(value != nullptr ? value : &nothing, destination.pointer("Arguments"),
                       destination.notes());
  for (const auto* service : destination_services()) {
    spec.arguments[service->name] = service->read(arguments);
  }
  arguments.warn_of_unknown();
}

// One service for all ARNs, one that is emulated, and arguments that it takes.
void check_services(Properties& destination, const DestinationSpec& spec,
                    const ResourceOwner& owner) {
  const DestinationService* service = nullptr;
  for (const auto& [key, arn] : spec.arns) {
    const auto* other = service_of(arn);
    if (other == nullptr) continue;  // told already
    if (service != nullptr && other != service) {
      destination.fail("DestinationArn",
                       fmt::format("all ARNs must name the same service; {} and {} differ",
                                   service->name, other->name));
    }
    service = other;
    if (const auto refusal = refusal_of(arn, spec); !refusal.empty()) {
      destination.fail("Arguments", refusal);
    }
  }
  if (service == nullptr || service->is_emulated) return;
  const auto text = fmt::format("the service {} is not emulated", service->name);
  if (owner.allow_unsupported) {
    destination.notes().warnings.push_back(
        fmt::format("{}: {}; its packets will be discarded",
                    field_name(destination.pointer("DestinationArn")), text));
  } else {
    destination.fail("DestinationArn",
                     text + " (--allow-unsupported deploys it and discards its packets)");
  }
}

}  // namespace

std::string refusal_of(const std::string& arn, const DestinationSpec& spec) {
  const auto* service = service_of(arn);
  return service == nullptr ? "" : spec.arguments_for(*service).refusal_of(arn);
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
    properties.fail(name, fmt::format("\"{}\" is not an ARN of a role", out.arn));
  }
  return out;
}

DestinationSpec parse_destination(const json& value, const std::string& pointer,
                                  const ResourceOwner& owner, std::size_t index,
                                  ConfigNotes& notes) {
  DestinationSpec spec;
  Properties properties(&value, pointer, notes);
  const auto name = properties.text("Name");
  if (name && !is_destination_name(*name)) {
    properties.fail("Name", "must consist of letters, digits and '-'");
  }
  spec.name = name.value_or(fmt::format("dstn-{}-{}-{}", owner.stack, owner.logical_id, index));
  spec.description = properties.text("Description").value_or("");
  spec.role = parse_role(properties, "Role");
  spec.batching = parse_batching(properties);
  spec.arns = parse_arns(properties);
  spec.formatter = properties.formatter("Formatter", true);
  spec.filter = properties.expression("FilterExpression");
  spec.metrics = properties.boolean("MetricsEnabled").value_or(false);
  spec.log_group = parse_log_group(properties);
  parse_arguments(properties, spec);
  check_services(properties, spec, owner);
  properties.warn_of_unknown();
  if (value.is_object() && !properties.has("Role")) {
    notes.warnings.push_back(fmt::format("{}: there is none, so that nothing can be delivered",
                                         field_name(properties.pointer("Role"))));
  }
  spec.source = write_json(value);
  return spec;
}

}  // namespace loopgate::gateway
