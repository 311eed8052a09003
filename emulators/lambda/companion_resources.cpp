#include "emulators/lambda/companion_resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "emulators/lambda/called.h"
#include "emulators/lambda/properties.h"
#include "emulators/lambda/url_host.h"

namespace loopgate::lambda {

namespace {

using cfn::property_text;
using Json = nlohmann::json;

cfn::ResourceState add_permission(const cfn::ResourceRequest& request, FunctionConfig& config,
                                  const std::string& qualifier) {
  PermissionStatement statement;
  statement.id = request.physical_id.empty()
                     ? fmt::format("{}-{}", request.stack->name, request.logical_id)
                     : request.physical_id;
  statement.action = property_text(request.properties, "Action");
  statement.principal = property_text(request.properties, "Principal");
  statement.source_arn = property_text(request.properties, "SourceArn");
  statement.source_account = property_text(request.properties, "SourceAccount");
  statement.principal_org = property_text(request.properties, "PrincipalOrgID");
  statement.url_auth_type = property_text(request.properties, "FunctionUrlAuthType");
  statement.source_token = property_text(request.properties, "EventSourceToken");
  statement.qualifier = qualifier;
  auto& permissions = config.companions.permissions;
  std::erase_if(permissions, [&](const auto& one) { return one.id == statement.id; });
  permissions.push_back(statement);
  return {statement.id, {{"Id", statement.id}}};
}

// AdditionalVersionWeights: [{FunctionVersion, FunctionWeight}].
Status read_weights(const cfn::ResourceRequest& request, Alias& alias) {
  const auto routing = request.properties.value("RoutingConfig", Json::object());
  if (!routing.is_object()) return {};
  for (const auto& one : routing.value("AdditionalVersionWeights", Json::array())) {
    const auto weight = property_text(one, "FunctionWeight");
    double value = 0;
    const auto [end, error] = std::from_chars(weight.data(), weight.data() + weight.size(), value);
    if (error != std::errc() || value < 0 || value > 1) {
      return fail_at(request, "/RoutingConfig/AdditionalVersionWeights",
                     "FunctionWeight must be a number from 0 to 1");
    }
    alias.weights[property_text(one, "FunctionVersion")] = value;
  }
  return {};
}

}  // namespace

std::vector<std::string_view> CompanionResource::attributes(std::string_view type) const {
  if (type == "AWS::Lambda::Permission") return {"Id"};
  if (type == "AWS::Lambda::Version") return {"Version", "FunctionArn"};
  if (type == "AWS::Lambda::Alias") return {"AliasArn"};
  if (type == "AWS::Lambda::Url") return {"FunctionArn", "FunctionUrl"};
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
  if (type == "AWS::Lambda::Url") {
    return {"AuthType", "Cors", "InvokeMode", "Qualifier", "TargetFunctionArn"};
  }
  return {"DestinationConfig", "FunctionName", "MaximumEventAgeInSeconds", "MaximumRetryAttempts",
          "Qualifier"};
}

Result<CompanionResource::Meant> CompanionResource::find_function(
    const cfn::ResourceRequest& request, const Json& properties) const {
  const char* property = request.type == "AWS::Lambda::Url" ? "TargetFunctionArn" : "FunctionName";
  const auto pointer = fmt::format("/{}", property);
  const auto given = property_text(properties, property);
  const auto name = FunctionName::parse(given);
  if (!name) return fail_at(request, pointer, fmt::format("'{}' names no function", given));
  const auto arn =
      function_arn(name->region.empty() ? request.stack->region : name->region,
                   name->account.empty() ? request.stack->account : name->account, name->name);
  const auto function = functions_.find(arn);
  if (!function) return fail_at(request, pointer, fmt::format("Function not found: {}", arn));
  auto qualifier = property_text(properties, "Qualifier");
  if (qualifier.empty()) qualifier = name->qualifier;
  return Meant{*function, std::move(qualifier)};
}

Result<cfn::ResourceState> CompanionResource::publish(const cfn::ResourceRequest& request,
                                                      const Meant& meant) {
  const auto arn = meant.function.arn();
  auto state = [&](const std::string& version) {
    const auto qualified = arn + ":" + version;
    return cfn::ResourceState{qualified, {{"Version", version}, {"FunctionArn", qualified}}};
  };
  // A version is what it was when it was made; of another function, it is another one.
  if (request.physical_id.starts_with(arn + ":")) {
    return state(request.physical_id.substr(request.physical_id.rfind(':') + 1));
  }
  std::optional<std::string> description;
  if (request.properties.contains("Description")) {
    description = property_text(request.properties, "Description");
  }
  const auto version = functions_.publish(arn, std::move(description));
  if (!version) return fail_at(request, "", version.error().message);
  return state((*version)->version);
}

Result<cfn::ResourceState> CompanionResource::put_alias(const cfn::ResourceRequest& request,
                                                        Meant& meant) {
  const auto name = property_text(request.properties, "Name");
  if (!is_function_name(name))
    return fail_at(request, "/Name", "an alias needs a Name of letters and digits");
  Alias alias;
  alias.version = property_text(request.properties, "FunctionVersion");
  if (alias.version.empty()) alias.version = kLatest;
  alias.description = property_text(request.properties, "Description");
  alias.revision_id = functions_.surroundings().random.uuid();
  if (const auto read = read_weights(request, alias); !read) {
    return std::unexpected(read.error());
  }
  const auto arn = meant.function.arn();
  auto wanted = alias.weights;
  wanted[alias.version] = 1;
  for (const auto& [version, weight] : wanted) {
    if (version == kLatest || functions_.resolve(arn + ":" + version)) continue;
    return fail_at(request, "/FunctionVersion",
                   fmt::format("Function not found: {}:{}", arn, version));
  }
  meant.function.companions.aliases[name] = std::move(alias);
  const auto alias_arn = arn + ":" + name;
  return cfn::ResourceState{alias_arn, {{"AliasArn", alias_arn}}};
}

Result<cfn::ResourceState> CompanionResource::put_url(const cfn::ResourceRequest& request,
                                                      Meant& meant) {
  auto& url = meant.function.companions.urls[meant.qualifier];
  const auto now = to_millis(functions_.surroundings().clock.wall());
  if (url.id.empty()) {
    url.id = functions_.surroundings().random.hex(kUrlIdDigits);
    url.created_ms = now;
  }
  url.modified_ms = now;
  url.auth_type = property_text(request.properties, "AuthType");
  if (url.auth_type != "NONE" && url.auth_type != "AWS_IAM") {
    return fail_at(request, "/AuthType", "AuthType must be AWS_IAM or NONE");
  }
  const auto mode = property_text(request.properties, "InvokeMode");
  url.invoke_mode = mode.empty() ? "BUFFERED" : mode;
  url.cors = request.properties.value("Cors", Json());
  const CalledFunction of{meant.function.arn(), meant.qualifier};
  return cfn::ResourceState{
      of.qualified(),
      {{"FunctionArn", of.qualified()}, {"FunctionUrl", function_url(functions_, of.arn, url)}}};
}

Result<cfn::ResourceState> CompanionResource::change(const cfn::ResourceRequest& request,
                                                     Meant& meant) {
  if (request.type == "AWS::Lambda::Permission") {
    return add_permission(request, meant.function, meant.qualifier);
  }
  if (request.type == "AWS::Lambda::Alias") return put_alias(request, meant);
  if (request.type == "AWS::Lambda::Url") return put_url(request, meant);
  EventInvokeConfig invoke;
  const auto read = read_invoke_config(request.properties, invoke);
  if (!read) return fail_at(request, read.error().pointer, read.error().message);
  invoke.modified_ms = to_millis(functions_.surroundings().clock.wall());
  if (meant.qualifier.empty()) meant.qualifier = kLatest;
  meant.function.companions.event_invoke[meant.qualifier] = std::move(invoke);
  return cfn::ResourceState{fmt::format("{}-{}", request.stack->name, request.logical_id), {}};
}

Result<cfn::ResourceState> CompanionResource::apply(const cfn::ResourceRequest& request) {
  auto meant = find_function(request, request.properties);
  if (!meant) return std::unexpected(meant.error());
  if (request.type == "AWS::Lambda::Version") return publish(request, *meant);
  auto state = change(request, *meant);
  if (!state) return state;
  if (const auto updated = functions_.update_companions(std::move(meant->function)); !updated) {
    return fail_at(request, "", updated.error().message);
  }
  return state;
}

void CompanionResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(apply(request));
}

// On another function than before it is not where it was: versions, aliases and URLs get another
// ARN then, and the engine removes the old one.
void CompanionResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto state = apply(request);
  const auto now = find_function(request, request.properties);
  auto before = find_function(request, request.old_properties);
  const bool moved = state && before && now->function.arn() != before->function.arn();
  if (moved && state->physical_id == request.physical_id) take_from(*std::move(before), request);
  done(std::move(state));
}

void CompanionResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  auto meant = find_function(
      request, request.properties.empty() ? request.old_properties : request.properties);
  if (meant) take_from(*std::move(meant), request);  // else the function has gone, and this with it
  done({});
}

void CompanionResource::take_from(Meant meant, const cfn::ResourceRequest& request) {
  const auto last = request.physical_id.substr(request.physical_id.rfind(':') + 1);
  auto& companions = meant.function.companions;
  if (request.type == "AWS::Lambda::Version") {
    const bool is_used = std::ranges::any_of(companions.aliases, [&](const auto& item) {
      return item.second.version == last || item.second.weights.contains(last);
    });
    if (!is_used) functions_.remove_version(meant.function.arn(), last);
    return;
  }
  if (request.type == "AWS::Lambda::Permission") {
    std::erase_if(companions.permissions,
                  [&](const auto& one) { return one.id == request.physical_id; });
  }
  if (request.type == "AWS::Lambda::Alias") companions.aliases.erase(last);
  if (request.type == "AWS::Lambda::Url") companions.urls.erase(meant.qualifier);
  if (request.type == "AWS::Lambda::EventInvokeConfig") {
    companions.event_invoke.erase(meant.qualifier.empty() ? std::string(kLatest) : meant.qualifier);
  }
  (void)functions_.update_companions(std::move(meant.function));
}

}  // namespace loopgate::lambda
