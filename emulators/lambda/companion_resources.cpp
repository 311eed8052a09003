#include "emulators/lambda/companion_resources.h"

#include <fmt/format.h>

#include <algorithm>

#include "emulators/lambda/properties.h"

namespace loopgate::lambda {

namespace {

using cfn::property_text;
using Json = nlohmann::json;

cfn::ResourceState add_permission(const cfn::ResourceRequest& request, FunctionConfig& config) {
  PermissionStatement statement;
  statement.id = request.physical_id.empty()
                     ? fmt::format("{}-{}", request.stack->name, request.logical_id)
                     : request.physical_id;
  statement.action = property_text(request.properties, "Action");
  statement.principal = property_text(request.properties, "Principal");
  statement.source_arn = property_text(request.properties, "SourceArn");
  std::erase_if(config.permissions, [&](const auto& one) { return one.id == statement.id; });
  config.permissions.push_back(statement);
  return {statement.id, {{"Id", statement.id}}};
}

cfn::ResourceState publish_version(const cfn::ResourceRequest& request, FunctionConfig& config) {
  std::string version = std::to_string(config.last_version);
  if (!request.physical_id.starts_with(config.arn() + ":")) {
    version = std::to_string(++config.last_version);
  } else {
    version = request.physical_id.substr(request.physical_id.rfind(':') + 1);
  }
  const auto arn = config.arn() + ":" + version;
  return {arn, {{"Version", version}, {"FunctionArn", arn}}};
}

Result<cfn::ResourceState> put_alias(const cfn::ResourceRequest& request, FunctionConfig& config) {
  const auto name = property_text(request.properties, "Name");
  auto version = property_text(request.properties, "FunctionVersion");
  if (!is_function_name(name))
    return fail_at(request, "/Name", "an alias needs a Name of letters and digits");
  if (version.empty()) version = "$LATEST";
  config.aliases[name] = version;
  const auto arn = config.arn() + ":" + name;
  return cfn::ResourceState{arn, {{"AliasArn", arn}}};
}

}  // namespace

std::vector<std::string_view> CompanionResource::attributes(std::string_view type) const {
  if (type == "AWS::Lambda::Permission") return {"Id"};
  if (type == "AWS::Lambda::Version") return {"Version", "FunctionArn"};
  if (type == "AWS::Lambda::Alias") return {"AliasArn"};
  return {};
}

std::vector<std::string_view> CompanionResource::properties(std::string_view type) const {
  if (type == "AWS::Lambda::Permission") {
    return {"Action",
            "EventSourceToken",
            "FunctionName",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "Principal",
            "PrincipalOrgID",
            "SourceAccount",
            "SourceArn"};
  }
  if (type == "AWS::Lambda::Version") {
    return {"CodeSha256",
            "Description",
            "FunctionName",
            "FunctionScalingConfig",
            "ProvisionedConcurrencyConfig",
            "RuntimePolicy"};
  }
  if (type == "AWS::Lambda::Alias") {
    return {
        "Description",  "FunctionName", "FunctionVersion", "Name", "ProvisionedConcurrencyConfig",
        "RoutingConfig"};
  }
  return {"DestinationConfig", "FunctionName", "MaximumEventAgeInSeconds", "MaximumRetryAttempts",
          "Qualifier"};
}

Result<FunctionConfig> CompanionResource::find_function(const cfn::ResourceRequest& request,
                                                        const Json& properties) const {
  const auto given = property_text(properties, "FunctionName");
  const auto name = FunctionName::parse(given);
  if (!name) return fail_at(request, "/FunctionName", fmt::format("'{}' names no function", given));
  const auto arn =
      function_arn(name->region.empty() ? request.stack->region : name->region,
                   name->account.empty() ? request.stack->account : name->account, name->name);
  const auto function = functions_.find(arn);
  if (!function)
    return fail_at(request, "/FunctionName", fmt::format("Function not found: {}", arn));
  return *function;
}

Result<cfn::ResourceState> CompanionResource::apply(const cfn::ResourceRequest& request) {
  auto config = find_function(request, request.properties);
  if (!config) return std::unexpected(config.error());
  Result<cfn::ResourceState> state;
  if (request.type == "AWS::Lambda::Permission") {
    state = add_permission(request, *config);
  } else if (request.type == "AWS::Lambda::Version") {
    state = publish_version(request, *config);
  } else if (request.type == "AWS::Lambda::Alias") {
    state = put_alias(request, *config);
  } else {
    const auto read = read_invoke_config(request.properties, *config);
    if (!read) return fail_at(request, read.error().pointer, read.error().message);
    state = cfn::ResourceState{fmt::format("{}-{}", request.stack->name, request.logical_id), {}};
  }
  if (!state) return state;
  if (const auto updated = functions_.update(std::move(*config)); !updated) {
    return fail_at(request, "", updated.error().message);
  }
  return state;
}

void CompanionResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(apply(request));
}

// On another function than before it is not where it was: versions and aliases get another ARN
// then, and the engine removes the old one.
void CompanionResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto state = apply(request);
  const auto now = find_function(request, request.properties);
  const auto before = find_function(request, request.old_properties);
  const bool moved = state && before && now->arn() != before->arn();
  if (moved && state->physical_id == request.physical_id) take_from(*before, request);
  done(std::move(state));
}

void CompanionResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  auto config = find_function(
      request, request.properties.empty() ? request.old_properties : request.properties);
  if (config)
    take_from(std::move(*config), request);  // else the function has gone, and this with it
  done({});
}

void CompanionResource::take_from(FunctionConfig config, const cfn::ResourceRequest& request) {
  const auto last = request.physical_id.substr(request.physical_id.rfind(':') + 1);
  std::erase_if(config.permissions, [&](const auto& one) { return one.id == request.physical_id; });
  if (request.type == "AWS::Lambda::Alias") config.aliases.erase(last);
  if (request.type == "AWS::Lambda::EventInvokeConfig") {
    (void)read_invoke_config(Json::object(), config);
  }
  (void)functions_.update(std::move(config));
}

}  // namespace loopgate::lambda
