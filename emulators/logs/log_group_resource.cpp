#include "emulators/logs/log_group_resource.h"

#include <fmt/format.h>

#include <charconv>

#include "emulators/logs/limits.h"

namespace loopgate::logs {

namespace {

using cfn::property_text;

std::int64_t retention(const nlohmann::json& properties) {
  const auto days = property_text(properties, "RetentionInDays");
  std::int64_t value = 0;
  std::from_chars(days.data(), days.data() + days.size(), value);
  return value;
}

Place place_of(const cfn::ResourceRequest& request) {
  return {request.stack->account, request.stack->region};
}

cfn::ResourceState state_of(const cfn::ResourceRequest& request, const std::string& name) {
  return {name, {{"Arn", group_arn(place_of(request), name) + ":*"}}};
}

}  // namespace

std::vector<std::string_view> LogGroupResource::attributes(std::string_view) const {
  return {"Arn"};
}

std::vector<std::string_view> LogGroupResource::properties(std::string_view) const {
  return {"BearerTokenAuthenticationEnabled",
          "DataProtectionPolicy",
          "DeletionProtectionEnabled",
          "FieldIndexPolicies",
          "KmsKeyId",
          "LogGroupClass",
          "LogGroupName",
          "ResourcePolicyDocument",
          "RetentionInDays",
          "Tags"};
}

void LogGroupResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto name = property_text(request.properties, "LogGroupName");
  if (name.empty()) {
    name = generated_name(request, random_, kMaxGroupName);
  }
  if (const auto made = logs_.create_group(place_of(request), name); !made) {
    return done(
        fail_at(request, "/LogGroupName", fmt::format("{} ({})", made.error().message, name)));
  }
  (void)logs_.set_retention(place_of(request), name, retention(request.properties));
  done(state_of(request, name));
}

void LogGroupResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (changes(request, "LogGroupName")) {
    return create(request, std::move(done));
  }
  const auto changed =
      logs_.set_retention(place_of(request), request.physical_id, retention(request.properties));
  if (!changed) return create(request, std::move(done));
  done(state_of(request, request.physical_id));
}

void LogGroupResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  (void)logs_.delete_group(place_of(request), request.physical_id);
  done({});
}

}  // namespace loopgate::logs
