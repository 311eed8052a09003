#include "emulators/scheduler/resources.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "aws/protocol/json_document.h"
#include "aws/protocol/validate.h"
#include "aws/shapes/services.h"
#include "emulators/scheduler/operations.h"
#include "emulators/scheduler/requests.h"

namespace loopgate::scheduler {

namespace {

using cfn::property_text;

constexpr std::size_t kNameLength = 64;

Place place_of(const cfn::ResourceRequest& request) {
  return {request.stack->region, request.stack->account};
}

std::string group_of(const json& properties) {
  auto group = property_text(properties, "GroupName");
  return group.empty() ? "default" : group;
}

// The parameters of CreateSchedule.
json parameters(const cfn::ResourceRequest& request, const std::string& name) {
  json out = request.properties;
  out["Name"] = name;
  settings_to_numbers(out);
  auto target = out.find("Target");
  if (target != out.end() && target->is_object() && target->contains("Input")) {
    (*target)["Input"] = property_text(*target, "Input");
  }
  return out;
}

// By the shapes of the API, whose sentences the user gets.
Status check(const cfn::ResourceRequest& request, json params) {
  const auto operation = aws::shapes::kScheduler.find("CreateSchedule");
  if (auto typed = aws::check_document(*operation->input(), params); !typed) {
    return cfn::fail_at(request, "", typed.error().message);
  }
  auto checked = aws::Validator().check(*operation, aws::Protocol::kRestJson, params);
  if (!checked) return cfn::fail_at(request, "", checked.error().message);
  return {};
}

bool is_unresolved(const json& value) {
  if (value.is_string()) return cfn::is_unresolved(value.get_ref<const std::string&>());
  if (!value.is_structured()) return false;
  for (const auto& each : value) {
    if (is_unresolved(each)) return true;
  }
  return false;
}

}  // namespace

void settings_to_numbers(json& value) {
  constexpr auto kNumbers = std::to_array<std::string_view>(
      {"MaximumWindowInMinutes", "MaximumRetryAttempts", "MaximumEventAgeInSeconds"});
  if (value.is_array()) {
    for (auto& each : value) settings_to_numbers(each);
  }
  if (!value.is_object()) return;
  for (auto& member : value.items()) {
    if (!member.value().is_string()) {
      settings_to_numbers(member.value());
    } else if (std::ranges::find(kNumbers, member.key()) != kNumbers.end()) {
      const auto text = member.value().get<std::string>();
      std::int64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error == std::errc() && end == text.data() + text.size()) member.value() = number;
    }
  }
}

std::vector<std::string_view> ScheduleResource::properties(std::string_view) const {
  return {"Description",
          "EndDate",
          "FlexibleTimeWindow",
          "GroupName",
          "KmsKeyArn",
          "Name",
          "ScheduleExpression",
          "ScheduleExpressionTimezone",
          "StartDate",
          "State",
          "Target"};
}

Status ScheduleResource::validate(const cfn::ResourceRequest& request,
                                  std::vector<std::string>& warnings) {
  (void)warnings;
  for (const char* name : {"ScheduleExpression", "FlexibleTimeWindow", "Target"}) {
    if (!request.properties.contains(name)) {
      return cfn::fail_at(request, "", fmt::format("property {} is required", name));
    }
  }
  const auto text = property_text(request.properties, "ScheduleExpression");
  if (!cfn::is_unresolved(text) && !Expression::parse(text)) {
    return cfn::fail_at(request, "/ScheduleExpression", invalid_expression(text).message);
  }
  const auto zone = property_text(request.properties, "ScheduleExpressionTimezone");
  if (!zone.empty() && !cfn::is_unresolved(zone)) {
    if (const auto found = engine_.zones().find(zone); !found) {
      return cfn::fail_at(request, "/ScheduleExpressionTimezone",
                          fmt::format("{}: {}", zone, found.error().message));
    }
  }
  if (is_unresolved(request.properties)) return {};
  return check(request, parameters(request, "name"));
}

Result<cfn::ResourceState> ScheduleResource::make(const cfn::ResourceRequest& request) {
  auto name = property_text(request.properties, "Name");
  if (name.empty()) name = cfn::generated_name(request, random_, kNameLength);
  const auto params = parameters(request, name);
  if (auto checked = check(request, params); !checked) return std::unexpected(checked.error());
  const auto made = make_schedule(engine_, place_of(request), params);
  if (!made) return cfn::fail_at(request, "", made.error().message);
  return cfn::ResourceState{name, {{"Arn", *made}}};
}

void ScheduleResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

void ScheduleResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (cfn::changes(request, "GroupName")) {
    // Another schedule, of the same name: the old one is not told from it by its physical id.
    auto made = make(request);
    if (made && made->physical_id == request.physical_id) {
      const auto place = place_of(request);
      engine_.remove(schedule_arn(place.region, place.account, group_of(request.old_properties),
                                  request.physical_id));
    }
    return done(std::move(made));
  }
  if (cfn::changes(request, "Name")) return done(make(request));
  done(cfn::change_or_restore(
      request, [&](const cfn::ResourceRequest& wanted) -> Result<cfn::ResourceState> {
        const auto params = parameters(wanted, wanted.physical_id);
        if (auto checked = check(wanted, params); !checked) return std::unexpected(checked.error());
        const auto changed = change_schedule(engine_, place_of(wanted), params);
        if (!changed) return cfn::fail_at(wanted, "", changed.error().message);
        return cfn::ResourceState{wanted.physical_id, {{"Arn", *changed}}};
      }));
}

void ScheduleResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  const auto place = place_of(request);
  engine_.remove(
      schedule_arn(place.region, place.account, group_of(request.properties), request.physical_id));
  done({});
}

// --- groups ---

Result<cfn::ResourceState> GroupResource::make(const cfn::ResourceRequest& request) {
  auto name = property_text(request.properties, "Name");
  if (name.empty()) name = cfn::generated_name(request, random_, kNameLength);
  const auto made =
      make_group(engine_, place_of(request), name, cfn::property_tags(request.properties), "");
  if (!made) return cfn::fail_at(request, "/Name", made.error().message);
  const auto* group = engine_.tables().group(*made);
  return cfn::ResourceState{name,
                            {{"Arn", *made},
                             {"CreationDate", to_iso8601(group->created)},
                             {"LastModificationDate", to_iso8601(group->modified)},
                             {"State", "ACTIVE"}}};
}

void GroupResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  done(make(request));
}

void GroupResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (cfn::changes(request, "Name")) return done(make(request));
  const auto place = place_of(request);
  const auto arn = group_arn(place.region, place.account, request.physical_id);
  std::vector<std::string> stale;
  for (const auto& [key, value] : cfn::property_tags(request.old_properties)) stale.push_back(key);
  const auto changed = change_tags(engine_, arn, cfn::property_tags(request.properties), stale);
  if (!changed) return done(cfn::fail_at(request, "/Tags", changed.error().message));
  const auto* group = engine_.tables().group(arn);
  done(cfn::ResourceState{request.physical_id,
                          {{"Arn", arn},
                           {"CreationDate", to_iso8601(group->created)},
                           {"LastModificationDate", to_iso8601(group->modified)},
                           {"State", "ACTIVE"}}});
}

void GroupResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  const auto place = place_of(request);
  (void)drop_group(engine_, group_arn(place.region, place.account, request.physical_id));
  done({});
}

}  // namespace loopgate::scheduler
