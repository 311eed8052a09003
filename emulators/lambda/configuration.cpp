#include "emulators/lambda/configuration.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "codec/sha256.h"

namespace loopgate::lambda {

namespace {

using Json = nlohmann::json;

Json logging(const FunctionConfig& config) {
  Json json = {{"LogFormat", config.json_logs ? "JSON" : "Text"},
               {"LogGroup", config.log_group_name()}};
  if (!config.json_logs) return json;
  json["ApplicationLogLevel"] = config.application_log_level;
  json["SystemLogLevel"] = config.system_log_level;
  return json;
}

// Nothing is optimized here: snapshots are what published versions would have.
Json snap_start(const FunctionConfig& config) {
  const auto given = config.told_back.value("SnapStart", Json::object());
  const auto apply = given.value("ApplyOn", "None");
  const bool is_on = apply == "PublishedVersions" && config.version != kLatest;
  return {{"ApplyOn", apply}, {"OptimizationStatus", is_on ? "On" : "Off"}};
}

Json layers(const FunctionConfig& config) {
  auto list = Json::array();
  for (const auto& layer : config.layers) {
    list.push_back({{"Arn", layer.arn}, {"CodeSize", layer.content.size}});
  }
  return list;
}

// Each runtime has one version, which its name makes.
std::string runtime_version(const FunctionConfig& config) {
  return fmt::format("arn:aws:lambda:{}::runtime:{}", config.region,
                     codec::sha256_hex(as_bytes(config.runtime.name)));
}

void add_state(Json& json, const FunctionConfig& config) {
  constexpr const char* kReason = "The function is being created.";
  json["State"] = config.progress == Progress::kCreating ? "Pending" : "Active";
  if (config.runtime.kind != RuntimeKind::kBuiltIn) {
    json["RuntimeVersionConfig"] = {{"RuntimeVersionArn", runtime_version(config)}};
  }
  switch (config.progress) {
    case Progress::kCreating:
      json["StateReason"] = kReason;
      json["StateReasonCode"] = "Creating";
      return;
    case Progress::kUpdating:
      json["LastUpdateStatus"] = "InProgress";
      json["LastUpdateStatusReason"] = kReason;
      json["LastUpdateStatusReasonCode"] = "Creating";
      return;
    case Progress::kDone:
      json["LastUpdateStatus"] = "Successful";
      return;
  }
}

}  // namespace

std::string timestamp(std::int64_t wall_ms) {
  auto text = to_iso8601(WallTime(std::chrono::milliseconds(wall_ms)));
  return text.substr(0, text.size() - 1) + "+0000";
}

Json listed_configuration(const FunctionConfig& config, std::string_view qualifier) {
  auto arn = config.arn();
  if (!qualifier.empty()) arn += fmt::format(":{}", qualifier);
  Json json = {{"FunctionName", config.name},
               {"FunctionArn", std::move(arn)},
               {"Runtime", config.runtime.name},
               {"Role", config.role},
               {"Handler", config.handler},
               {"CodeSize", config.code.size},
               {"CodeSha256", config.code.sha256},
               {"Description", config.description},
               {"Timeout", config.timeout.count()},
               {"MemorySize", config.memory_mb},
               {"LastModified", timestamp(config.modified_ms)},
               {"Version", config.version},
               {"RevisionId", config.revision_id},
               {"PackageType", "Zip"},
               {"TracingConfig", {{"Mode", "PassThrough"}}},
               {"Architectures", {"x86_64"}},
               {"EphemeralStorage", {{"Size", 512}}},
               {"LoggingConfig", logging(config)},
               {"SnapStart", snap_start(config)}};
  for (const auto& [name, value] : config.told_back.items()) {
    if (name != "SnapStart") json[name] = value;
  }
  if (config.has_environment) json["Environment"] = {{"Variables", config.environment}};
  if (!config.layers.empty()) json["Layers"] = layers(config);
  if (!config.dead_letter_arn.empty()) {
    json["DeadLetterConfig"] = {{"TargetArn", config.dead_letter_arn}};
  }
  return json;
}

Json configuration(const FunctionConfig& config, std::string_view qualifier) {
  auto json = listed_configuration(config, qualifier);
  add_state(json, config);
  return json;
}

}  // namespace loopgate::lambda
