#include "emulators/lambda/sources/mapping_resource.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>

#include "emulators/lambda/sources/mapping_request.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;
using cfn::property_text;

struct NumberRule {
  const char* name;
  std::int64_t least;
  std::int64_t most;
};
constexpr std::array<NumberRule, 6> kNumbers = {{{"BatchSize", 1, 10'000},
                                                 {"MaximumBatchingWindowInSeconds", 0, 300},
                                                 {"MaximumRecordAgeInSeconds", -1, 604'800},
                                                 {"MaximumRetryAttempts", -1, 10'000},
                                                 {"ParallelizationFactor", 1, 10},
                                                 {"TumblingWindowInSeconds", 0, 900}}};
constexpr NumberRule kConcurrency = {"MaximumConcurrency", 2, 1000};

std::optional<std::int64_t> number_of(const Json& value) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!value.is_string()) return std::nullopt;
  const auto& text = value.get_ref<const std::string&>();
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// Templates write numbers and booleans as they like; the API's parameters have types.
Status set_number(const cfn::ResourceRequest& request, Json& holder, const NumberRule& rule,
                  const std::string& parent) {
  const auto given = holder.find(rule.name);
  if (given == holder.end()) return {};
  if (given->is_string() && cfn::is_unresolved(given->get_ref<const std::string&>())) {
    holder.erase(rule.name);
    return {};
  }
  const auto number = number_of(*given);
  if (!number || *number < rule.least || *number > rule.most) {
    return fail_at(
        request, parent + "/" + rule.name,
        fmt::format("{} must be a number from {} to {}", rule.name, rule.least, rule.most));
  }
  *given = *number;
  return {};
}

// The parameters of the API that the properties stand for.
Result<Json> params_of(const cfn::ResourceRequest& request) {
  Json out = request.properties;
  for (const auto& rule : kNumbers) {
    if (auto set = set_number(request, out, rule, ""); !set) return std::unexpected(set.error());
  }
  if (const auto scaling = out.find("ScalingConfig"); scaling != out.end()) {
    if (auto set = set_number(request, *scaling, kConcurrency, "/ScalingConfig"); !set) {
      return std::unexpected(set.error());
    }
  }
  if (out.contains("Enabled")) out["Enabled"] = property_text(out, "Enabled") != "false";
  if (const auto bisects = out.find("BisectBatchOnFunctionError"); bisects != out.end()) {
    *bisects = property_text(out, "BisectBatchOnFunctionError") == "true";
  }
  if (const auto types = out.find("FunctionResponseTypes"); types != out.end()) {
    for (const auto& type : types->is_array() ? *types : Json::array({*types})) {
      if (type == "ReportBatchItemFailures") continue;
      return fail_at(request, "/FunctionResponseTypes",
                     "FunctionResponseTypes can hold ReportBatchItemFailures alone");
    }
  }
  Json tags = Json::object();
  for (const auto& [name, value] : cfn::property_tags(out)) tags[name] = value;
  out["Tags"] = std::move(tags);
  return out;
}

// What a template no longer says goes back to what it is without.
void add_defaults(const cfn::ResourceRequest& request, Json& params) {
  const auto* type = source_type(property_text(params, "EventSourceArn"));
  const Json standard = {{"BatchSize", type == nullptr ? 10 : type->default_batch_size},
                         {"Enabled", true},
                         {"FilterCriteria", Json::object()},
                         {"FunctionResponseTypes", Json::array()},
                         {"MaximumBatchingWindowInSeconds", 0},
                         {"ScalingConfig", Json::object()}};
  for (const auto& [name, value] : standard.items()) {
    if (request.old_properties.contains(name) && !params.contains(name)) params[name] = value;
  }
}

EventSourceMappings::Home home_of(const cfn::ResourceRequest& request) {
  return {request.stack->account, request.stack->region};
}

EventSourceMappings::Reply answer(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  return [place = request.place,
          done = std::move(done)](aws::Outcome<EventSourceMapping> mapping) mutable {
    if (!mapping) return done(fail(mapping.error().message, place));
    done(cfn::ResourceState{mapping->uuid,
                            {{"Id", mapping->uuid}, {"EventSourceMappingArn", mapping->arn()}}});
  };
}

}  // namespace

std::vector<std::string_view> MappingResource::properties(std::string_view) const {
  return {"AmazonManagedKafkaEventSourceConfig",
          "BatchSize",
          "BisectBatchOnFunctionError",
          "DestinationConfig",
          "DocumentDBEventSourceConfig",
          "Enabled",
          "EventSourceArn",
          "FilterCriteria",
          "FunctionName",
          "FunctionResponseTypes",
          "KmsKeyArn",
          "LoggingConfig",
          "MaximumBatchingWindowInSeconds",
          "MaximumRecordAgeInSeconds",
          "MaximumRetryAttempts",
          "MetricsConfig",
          "ParallelizationFactor",
          "ProvisionedPollerConfig",
          "Queues",
          "ScalingConfig",
          "SelfManagedEventSource",
          "SelfManagedKafkaEventSourceConfig",
          "SourceAccessConfigurations",
          "StartingPosition",
          "StartingPositionTimestamp",
          "Tags",
          "Topics",
          "TumblingWindowInSeconds"};
}

Status MappingResource::validate(const cfn::ResourceRequest& request, std::vector<std::string>&) {
  const auto params = params_of(request);
  if (!params) return std::unexpected(params.error());
  if (property_text(*params, "FunctionName").empty()) {
    return fail_at(request, "", "it has no FunctionName");
  }
  if (cfn::is_unresolved(property_text(*params, "EventSourceArn"))) return {};
  const auto type = requested_source(*params);
  if (!type) return fail_at(request, "/EventSourceArn", type.error().message);
  EventSourceMapping mapping;
  mapping.source_arn = property_text(*params, "EventSourceArn");
  mapping.batch_size = (*type)->default_batch_size;
  if (auto applied = apply_request(*params, **type, mapping); !applied) {
    return fail_at(request, "", applied.error().message);
  }
  return {};
}

void MappingResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  const auto params = params_of(request);
  if (!params) return done(std::unexpected(params.error()));
  mappings_.create(home_of(request), *params, answer(request, std::move(done)));
}

void MappingResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  const bool is_another = changes(request, "EventSourceArn");
  auto params = params_of(request);
  if (!params) return done(std::unexpected(params.error()));
  if (is_another || !mappings_.get(home_of(request), request.physical_id)) {
    return mappings_.create(home_of(request), *params, answer(request, std::move(done)));
  }
  add_defaults(request, *params);
  mappings_.update(home_of(request), request.physical_id, *params,
                   answer(request, std::move(done)));
}

// One that is gone counts as removed.
void MappingResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  (void)mappings_.remove(home_of(request), request.physical_id);
  done({});
}

}  // namespace loopgate::lambda
