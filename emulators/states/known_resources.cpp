// The integrations that AWS has by name, emulated or not: what a definition may name.
// https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "emulators/states/integrations.h"

namespace loopgate::states {

namespace {

enum Patterns : unsigned { kPlain = 1, kSync = 2, kToken = 4, kSync2 = 8 };

struct Known {
  std::string_view service;
  std::string_view action;
  unsigned patterns;
};
constexpr auto kKnown = std::to_array<Known>({
    {"lambda", "invoke", kPlain | kToken},
    {"sqs", "sendMessage", kPlain | kToken},
    {"sns", "publish", kPlain | kToken},
    {"dynamodb", "getItem", kPlain},
    {"dynamodb", "putItem", kPlain},
    {"dynamodb", "deleteItem", kPlain},
    {"dynamodb", "updateItem", kPlain},
    {"events", "putEvents", kPlain | kToken},
    {"states", "startExecution", kPlain | kSync | kSync2 | kToken},
    {"http", "invoke", kPlain},
    {"apigateway", "invoke", kPlain | kToken},
    {"athena", "startQueryExecution", kPlain | kSync},
    {"athena", "stopQueryExecution", kPlain},
    {"athena", "getQueryExecution", kPlain},
    {"athena", "getQueryResults", kPlain},
    {"batch", "submitJob", kPlain | kSync | kToken},
    {"bedrock", "invokeModel", kPlain | kToken},
    {"bedrock", "createModelCustomizationJob", kPlain | kSync},
    {"codebuild", "startBuild", kPlain | kSync},
    {"codebuild", "stopBuild", kPlain},
    {"codebuild", "batchDeleteBuilds", kPlain},
    {"codebuild", "batchGetReports", kPlain},
    {"codebuild", "startBuildBatch", kPlain | kSync},
    {"databrew", "startJobRun", kPlain | kSync},
    {"ecs", "runTask", kPlain | kSync | kToken},
    {"eks", "call", kPlain},
    {"eks", "runJob", kPlain | kSync},
    {"eks", "createCluster", kPlain | kSync},
    {"eks", "deleteCluster", kPlain | kSync},
    {"elasticmapreduce", "createCluster", kPlain | kSync},
    {"elasticmapreduce", "addStep", kPlain | kSync},
    {"elasticmapreduce", "cancelStep", kPlain},
    {"elasticmapreduce", "terminateCluster", kPlain | kSync},
    {"emr-containers", "startJobRun", kPlain | kSync},
    {"emr-serverless", "startJobRun", kPlain | kSync},
    {"glue", "startJobRun", kPlain | kSync},
    {"mediaconvert", "createJob", kPlain | kSync},
    {"sagemaker", "createEndpoint", kPlain},
    {"sagemaker", "createEndpointConfig", kPlain},
    {"sagemaker", "createModel", kPlain},
    {"sagemaker", "createHyperParameterTuningJob", kPlain | kSync},
    {"sagemaker", "createLabelingJob", kPlain | kSync},
    {"sagemaker", "createProcessingJob", kPlain | kSync},
    {"sagemaker", "createTrainingJob", kPlain | kSync},
    {"sagemaker", "createTransformJob", kPlain | kSync},
    {"sagemaker", "updateEndpoint", kPlain},
});

unsigned bit_of(std::string_view pattern) {
  if (pattern.empty()) return kPlain;
  if (pattern == "sync") return kSync;
  return pattern == "sync:2" ? kSync2 : kToken;
}

bool is_known(const Resource& resource) {
  if (resource.kind != Resource::Kind::kIntegration) return true;
  if (resource.service.starts_with("aws-sdk:")) {
    // Its thousands are not listed: names are as the SDK for Java has them.
    const char first = resource.action.front();
    return first >= 'a' && first <= 'z' && !resource.pattern.starts_with("sync");
  }
  return std::ranges::any_of(kKnown, [&](const Known& known) {
    return known.service == resource.service && known.action == resource.action &&
           (known.patterns & bit_of(resource.pattern)) != 0;
  });
}

// "The field 'QueueUrl' is required but was missing": of what is checked before anything is sent.
struct Required {
  std::string_view service, action;
  std::array<std::string_view, 3> fields;
};
constexpr auto kRequired = std::to_array<Required>({
    {"lambda", "invoke", {"FunctionName"}},
    {"sqs", "sendMessage", {"QueueUrl", "MessageBody"}},
    {"sns", "publish", {"Message"}},
    {"states", "startExecution", {"StateMachineArn"}},
    {"events", "putEvents", {"Entries"}},
    {"apigateway", "invoke", {"ApiEndpoint", "Method"}},
    {"http", "invoke", {"ApiEndpoint", "Method"}},
});

bool is_list_of_texts(const Json& json) {
  return json.is_array() &&
         std::ranges::all_of(json, [](const Json& each) { return each.is_string(); });
}

}  // namespace

std::expected<void, std::string> check_resource(const std::string& arn, MachineType type) {
  const auto resource = Resource::parse(arn);
  if (!resource || !is_known(*resource)) {
    return std::unexpected(
        fmt::format("The resource provided {} is not recognized. The value is not a valid resource "
                    "ARN, or the resource is not available in this region.",
                    arn));
  }
  if (type == MachineType::kStandard) return {};
  if (resource->kind == Resource::Kind::kActivity) {
    return std::unexpected("Express state machine does not support Activity ARN");
  }
  if (!resource->pattern.empty()) {
    return std::unexpected(fmt::format(
        "Express state machine does not support '.{}' service integration ", resource->pattern));
  }
  return {};
}

std::optional<std::string> refuse_parameters(const Resource& resource, const Datum& parameters) {
  if (resource.kind != Resource::Kind::kIntegration) return std::nullopt;
  const Json& json = parameters.json();
  if (!json.is_object()) return "The parameters must be an object";
  for (const auto& required : kRequired) {
    if (required.service != resource.service || required.action != resource.action) continue;
    for (const auto field : required.fields) {
      if (!field.empty() && !json.contains(field)) {
        return fmt::format("The field '{}' is required but was missing", field);
      }
    }
  }
  if (resource.service != "apigateway" && resource.service != "http") return std::nullopt;
  const auto headers = json.find("Headers");
  if (headers == json.end() || headers->is_null()) return std::nullopt;
  const bool lists =
      headers->is_object() && std::ranges::all_of(headers->items(), [&](const auto& header) {
        return is_list_of_texts(header.value()) ||
               (resource.service == "http" && header.value().is_string());
      });
  if (lists) return std::nullopt;
  return "The value of the field 'Headers' has an invalid format";
}

}  // namespace loopgate::states
