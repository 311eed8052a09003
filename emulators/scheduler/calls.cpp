#include "emulators/scheduler/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "aws/arn.h"
#include "aws/sdk_names.h"
#include "aws/shapes/services.h"
#include "base/json.h"
#include "emulators/scheduler/errors.h"

namespace loopgate::scheduler {

namespace {

constexpr std::string_view kUniversal = "arn:aws:scheduler:::aws-sdk:";
constexpr std::string_view kSchedule = "schedule/";
constexpr int kMaxDepth = 100;

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html#unsupported-api-actions
constexpr auto kReading = std::to_array<std::string_view>({"get",
                                                           "describe",
                                                           "list",
                                                           "poll",
                                                           "receive",
                                                           "search",
                                                           "scan",
                                                           "query",
                                                           "select",
                                                           "read",
                                                           "lookup",
                                                           "discover",
                                                           "validate",
                                                           "batchGet",
                                                           "batchDescribe",
                                                           "batchRead",
                                                           "transactGet",
                                                           "adminGet",
                                                           "adminList",
                                                           "testMigration",
                                                           "retrieve",
                                                           "testConnection",
                                                           "translateDocument",
                                                           "isAuthorized",
                                                           "invokeModel"});

const aws::ServiceModel* model_of(std::string_view signing) {
  for (const auto* model : aws::shapes::kServices) {
    if (model->name == signing) return model;
  }
  return nullptr;
}

std::string with_first(std::string_view name, char (*change)(char)) {
  std::string out(name);
  if (!out.empty()) out[0] = change(out[0]);
  return out;
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// As the service names its members: the SDKs begin all with a capital letter.
json as_parameters(const aws::Shape& shape, const json& given, int depth = 0) {
  if (depth > kMaxDepth) return nullptr;
  json out = given;
  if (given.is_object() && shape.type() == aws::ShapeType::kStructure) {
    out = json::object();
    for (std::uint16_t i = 0; i < shape.member_count(); ++i) {
      const auto member = shape.member(i);
      const std::string name(member.name());
      auto found = given.find(name);
      if (found == given.end()) found = given.find(with_first(name, upper));
      if (found == given.end()) found = given.find(with_first(name, lower));
      if (found != given.end()) out[name] = as_parameters(member.shape(), *found, depth + 1);
    }
  } else if (given.is_object() && shape.type() == aws::ShapeType::kMap) {
    for (auto& item : out.items()) {
      item.value() = as_parameters(shape.element(), item.value(), depth + 1);
    }
  } else if (given.is_array() && shape.type() == aws::ShapeType::kList) {
    for (auto& item : out) item = as_parameters(shape.element(), item, depth + 1);
  }
  return out;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

aws::MessageAttribute attribute(std::string name, std::string value) {
  return {.name = std::move(name), .type = "String", .value = std::move(value)};
}

}  // namespace

std::optional<UniversalTarget> UniversalTarget::parse(std::string_view arn) {
  if (!arn.starts_with(kUniversal)) return std::nullopt;
  arn.remove_prefix(kUniversal.size());
  const auto colon = arn.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == arn.size()) return std::nullopt;
  return UniversalTarget{std::string(arn.substr(0, colon)), std::string(arn.substr(colon + 1))};
}

bool UniversalTarget::only_reads() const {
  return std::ranges::any_of(kReading,
                             [&](std::string_view prefix) { return action.starts_with(prefix); });
}

std::string title(const std::string& schedule_arn) {
  const auto arn = aws::Arn::parse(schedule_arn);
  if (!arn) return schedule_arn;
  const auto name = arn->resource.substr(arn->resource.find('/') + 1);
  return (is_rule(schedule_arn) ? "the rule " : "the schedule ") + name;
}

aws::Outcome<aws::SessionPtr> Calls::assume(const std::string& role_arn,
                                            const std::string& schedule_arn,
                                            const std::string& session_name) const {
  if (is_rule(schedule_arn)) {
    return neighbours_.assume(role_arn, "events.amazonaws.com", schedule_arn, session_name);
  }
  // Roles are asked on behalf of the group.
  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  const auto arn = aws::Arn::parse(schedule_arn).value_or(aws::Arn());
  const auto rest = arn.resource.substr(std::min(arn.resource.size(), kSchedule.size()));
  return neighbours_.assume(role_arn, "scheduler.amazonaws.com",
                            group_arn(arn.region, arn.account, rest.substr(0, rest.find('/'))),
                            session_name);
}

void Calls::call(const Firing& firing, aws::Completion<aws::Done> done) {
  aws::SessionPtr session;
  if (!firing.target.role_arn.empty()) {
    auto assumed = assume(firing.target.role_arn, firing.schedule_arn, firing.id);
    if (!assumed) return done(aws::refuse(std::move(assumed.error())));
    session = *std::move(assumed);
  }
  const auto universal = UniversalTarget::parse(firing.target.arn);
  if (universal && session == nullptr) {
    return done(aws::refuse(validation("a universal target needs a role")));
  }
  if (universal) {
    return call_universal(firing, *universal, std::move(session), std::move(done));
  }
  neighbours_.dispatcher.try_once(parcel(firing, std::move(session)), std::move(done));
}

targets::Parcel Calls::parcel(const Firing& firing, aws::SessionPtr session) {
  const auto& target = firing.target;
  targets::Sender sender{.sender_id = firing.id, .session = std::move(session)};
  // Without a role the target's own policy has to let the rule in.
  if (sender.session == nullptr) {
    sender.principal = "events.amazonaws.com";
    sender.source_arn = firing.schedule_arn;
  }
  return {.what = title(firing.schedule_arn) + " could not deliver",
          .arn = target.arn,
          .payload = {.body = payload(firing), .group_id = target.group_id},
          .sender = std::move(sender),
          .dead_letter_arn = target.dead_letter_arn,
          .no_dead_letter = ". The invocation is lost: its target has no DeadLetterConfig."};
}

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
std::string Calls::payload(const Firing& firing) {
  const bool rule = is_rule(firing.schedule_arn);
  const auto time = to_seconds_text(firing.scheduled);
  if (firing.target.input) {
    std::string out = *firing.target.input;
    if (rule) return out;
    replace_all(out, "<aws.scheduler.schedule-arn>", firing.schedule_arn);
    replace_all(out, "<aws.scheduler.scheduled-time>", time);
    replace_all(out, "<aws.scheduler.execution-id>", firing.id);
    replace_all(out, "<aws.scheduler.attempt-number>", std::to_string(firing.attempts));
    return out;
  }
  const auto arn = aws::Arn::parse(firing.schedule_arn).value_or(aws::Arn());
  return write_json(json{{"version", "0"},
                         {"id", random_.uuid()},
                         {"detail-type", "Scheduled Event"},
                         {"source", rule ? "aws.events" : "aws.scheduler"},
                         {"account", arn.account},
                         {"time", time},
                         {"region", arn.region},
                         {"resources", {firing.schedule_arn}},
                         {"detail", rule ? json::object() : json("{}")}});
}

void Calls::call_universal(const Firing& firing, const UniversalTarget& target,
                           aws::SessionPtr session, aws::Completion<aws::Done> done) {
  const auto input = firing.target.input ? payload(firing) : "{}";
  const auto given = read_json(input);
  if (!given || !given->is_object()) {
    return done(aws::refuse(validation("the Input of a universal target must be a JSON object")));
  }
  const std::string signing(aws::signing_name_of_sdk(target.service));
  const auto operation = with_first(target.action, upper);
  const auto* model = model_of(signing);
  const auto shape = model == nullptr ? std::nullopt : model->find(operation);
  const auto region = aws::Arn::parse(firing.schedule_arn).value_or(aws::Arn()).region;
  neighbours_.api.call(std::move(session),
                       {.region = region, .service = signing, .name = operation},
                       shape && shape->input() ? as_parameters(*shape->input(), *given) : *given,
                       [done = std::move(done)](aws::Outcome<json> answer) mutable {
                         if (!answer) return done(aws::refuse(std::move(answer.error())));
                         done(aws::Done{});
                       });
}

// https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
void Calls::give_up(const Firing& firing, const aws::AwsError& error, std::string_view exhausted) {
  aws::SessionPtr session;
  const auto& role = firing.target.role_arn;
  if (!role.empty()) {
    auto assumed = assume(role, firing.schedule_arn, firing.id);
    if (assumed) session = *std::move(assumed);
  }
  auto given_up = parcel(firing, session);
  if (!role.empty() && session == nullptr && !given_up.dead_letter_arn.empty()) {
    given_up.dead_letter_arn.clear();
    given_up.no_dead_letter = ". Nothing went to the dead-letter queue: the role cannot be assumed";
  }
  targets::Payload letter{.body = given_up.payload.body};
  auto& attributes = letter.attributes;
  attributes.push_back(attribute("ERROR_CODE", error.code_for_query()));
  attributes.push_back(attribute("ERROR_MESSAGE", error.message));
  if (!exhausted.empty()) {
    attributes.push_back(attribute("EXHAUSTED_RETRY_CONDITION", std::string(exhausted)));
  }
  attributes.push_back(attribute("RETRY_ATTEMPTS", std::to_string(firing.attempts - 1)));
  attributes.push_back(attribute("TARGET_ARN", firing.target.arn));
  if (is_rule(firing.schedule_arn)) {
    attributes.push_back(attribute("RULE_ARN", firing.schedule_arn));
  } else {
    attributes.push_back(attribute("EXECUTION_ID", firing.id));
    attributes.push_back(attribute("IS_PAYLOAD_TRUNCATED", "false"));
    attributes.push_back(attribute("SCHEDULED_TIME", to_seconds_text(firing.scheduled)));
    attributes.push_back(attribute("SCHEDULE_ARN", firing.schedule_arn));
  }
  given_up.dead_letter = std::move(letter);
  neighbours_.dispatcher.give_up(given_up, error);
}

}  // namespace loopgate::scheduler
