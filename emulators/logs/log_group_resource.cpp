#include "emulators/logs/log_group_resource.h"

#include <fmt/format.h>

#include <charconv>

#include "emulators/logs/limits.h"

namespace loopgate::logs {

namespace {

using Json = nlohmann::json;

std::string text(const Json& properties, const char* name) {
  const auto found = properties.find(name);
  if (found == properties.end()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::int64_t retention(const Json& properties) {
  const auto days = text(properties, "RetentionInDays");
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

std::unexpected<Error> refuse(const cfn::ResourceRequest& request, const std::string& message) {
  const auto place = request.place_of ? request.place_of("/LogGroupName") : request.place;
  return fail(fmt::format("{}: {}", request.logical_id, message), place);
}

}  // namespace

std::vector<std::string_view> LogGroupResource::attributes(std::string_view) const {
  return {"Arn"};
}

void LogGroupResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto name = text(request.properties, "LogGroupName");
  if (name.empty()) {
    name = fmt::format("{}-{}", request.stack->name, request.logical_id)
               .substr(0, kMaxGroupName - 13) +
           "-" + random_.upper_alnum(12);
  }
  if (const auto made = logs_.create_group(place_of(request), name); !made) {
    return done(refuse(request, fmt::format("{} ({})", made.error().message, name)));
  }
  (void)logs_.set_retention(place_of(request), name, retention(request.properties));
  done(state_of(request, name));
}

void LogGroupResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (text(request.properties, "LogGroupName") != text(request.old_properties, "LogGroupName")) {
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
