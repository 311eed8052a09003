#include "emulators/scheduler/rule_resource.h"

#include <fmt/format.h>

#include "aws/arn.h"
#include "base/json.h"
#include "emulators/scheduler/calls.h"
#include "emulators/scheduler/expression/expression.h"
#include "emulators/scheduler/requests.h"
#include "emulators/scheduler/resources.h"

namespace loopgate::scheduler {

namespace {

using cfn::property_text;

constexpr std::size_t kNameLength = 64;

std::string rule_arn(const cfn::ResourceRequest& request, const std::string& name) {
  return fmt::format("arn:aws:events:{}:{}:rule/{}", request.stack->region, request.stack->account,
                     name);
}

json targets_of(const cfn::ResourceRequest& request) {
  return request.properties.value("Targets", json::array());
}

Status check_target(const cfn::ResourceRequest& request, const json& target, std::size_t index) {
  const auto pointer = fmt::format("/Targets/{}", index);
  for (const char* name : {"Id", "Arn"}) {
    if (property_text(target, name).empty()) {
      return cfn::fail_at(request, pointer, fmt::format("a target needs the property {}", name));
    }
  }
  for (const char* name : {"InputPath", "InputTransformer"}) {
    if (target.contains(name)) {
      return cfn::fail_at(
          request, pointer + "/" + name,
          fmt::format("{} of a rule's target is not emulated here: give it an Input", name));
    }
  }
  if (property_text(target, "Arn").starts_with("arn:aws:scheduler:::")) {
    return cfn::fail_at(request, pointer + "/Arn",
                        "a universal target is one of AWS::Scheduler::Schedule");
  }
  return {};
}

Target target_of(const json& given) {
  Target out{
      .arn = property_text(given, "Arn"),
      .role_arn = property_text(given, "RoleArn"),
      .dead_letter_arn = property_text(given.value("DeadLetterConfig", json::object()), "Arn"),
      .group_id = property_text(given.value("SqsParameters", json::object()), "MessageGroupId"),
      .given = given};
  // Functions, topics and queues have policies of their own; roles are for the others.
  const auto arn = aws::Arn::parse(out.arn);
  if (arn && (arn->service == "lambda" || arn->service == "sns" || arn->service == "sqs")) {
    out.role_arn.clear();
  }
  if (given.contains("Input")) out.input = property_text(given, "Input");
  auto retries = given.value("RetryPolicy", json::object());
  settings_to_numbers(retries);
  const auto number = [&](const char* name, std::int64_t otherwise) {
    const auto found = retries.find(name);
    return found != retries.end() && found->is_number_integer() ? found->get<std::int64_t>()
                                                                : otherwise;
  };
  out.retries = static_cast<int>(number("MaximumRetryAttempts", kDefaultRetries));
  out.max_age = std::chrono::seconds(number("MaximumEventAgeInSeconds", kDefaultMaxAge.count()));
  return out;
}

}  // namespace

Status RuleResource::validate(const cfn::ResourceRequest& request,
                              std::vector<std::string>& warnings) {
  const auto& properties = request.properties;
  if (properties.contains("EventPattern")) {
    if (!request.stack->allow_unsupported) {
      return cfn::fail_at(request, "/EventPattern",
                          "EventPattern is not emulated here: there is no event bus. Rules with a "
                          "ScheduleExpression are");
    }
    warnings.push_back("its EventPattern is not emulated here: it matches nothing");
    if (!properties.contains("ScheduleExpression")) return {};
  }
  const auto bus = property_text(properties, "EventBusName");
  if (!bus.empty() && bus != "default" && !cfn::is_unresolved(bus)) {
    return cfn::fail_at(request, "/EventBusName",
                        "a ScheduleExpression is only possible on the default event bus");
  }
  const auto text = property_text(properties, "ScheduleExpression");
  if (!cfn::is_unresolved(text) && !Expression::parse(text, Expression::Dialect::kRule)) {
    return cfn::fail_at(request, text.empty() ? "" : "/ScheduleExpression",
                        text.empty() ? "property ScheduleExpression is required"
                                     : "Parameter ScheduleExpression is not valid.");
  }
  const auto targets = targets_of(request);
  if (!targets.is_array()) return cfn::fail_at(request, "/Targets", "Targets must be a list");
  if (targets.size() > kMaxRuleTargets) {
    return cfn::fail_at(request, "/Targets",
                        fmt::format("a rule has at most {} targets", kMaxRuleTargets));
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (auto checked = check_target(request, targets[i], i); !checked) return checked;
  }
  if (targets.empty()) warnings.push_back("a rule without Targets does nothing");
  return {};
}

Result<cfn::ResourceState> RuleResource::put(const cfn::ResourceRequest& request,
                                             const std::string& name) {
  const auto& properties = request.properties;
  const auto now = engine_.clock().wall();
  const bool is_scheduled = properties.contains("ScheduleExpression");
  Schedule rule{.arn = rule_arn(request, name),
                .group = "",
                .name = name,
                .description = property_text(properties, "Description"),
                .expression = property_text(properties, "ScheduleExpression"),
                .is_enabled = is_scheduled && property_text(properties, "State") != "DISABLED",
                .created = now,
                .modified = now};
  if (is_scheduled && !Expression::parse(rule.expression, Expression::Dialect::kRule)) {
    return cfn::fail_at(request, "/ScheduleExpression",
                        "Parameter ScheduleExpression is not valid.");
  }
  for (const auto& target : targets_of(request)) {
    rule.targets.push_back(target_of(target));
    const auto& made = rule.targets.back();
    const auto arn = aws::Arn::parse(made.arn);
    if (arn && arn->service == "states" && made.role_arn.empty()) {
      return cfn::fail_at(request, "/Targets",
                          fmt::format("RoleArn is required for target {}.", made.arn));
    }
  }
  auto arn = rule.arn;
  engine_.put(std::move(rule));
  return cfn::ResourceState{name, {{"Arn", std::move(arn)}}};
}

void RuleResource::create(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  auto name = property_text(request.properties, "Name");
  if (name.empty()) name = cfn::generated_name(request, random_, kNameLength);
  if (engine_.tables().schedule(rule_arn(request, name)) != nullptr) {
    return done(cfn::fail_at(request, "/Name", "a rule named " + name + " exists already"));
  }
  done(put(request, name));
}

void RuleResource::update(const cfn::ResourceRequest& request, cfn::ResourceDone done) {
  if (cfn::changes(request, "Name")) return create(request, std::move(done));
  done(cfn::change_or_restore(request,
                              [&](const auto& wanted) { return put(wanted, wanted.physical_id); }));
}

void RuleResource::remove(const cfn::ResourceRequest& request, cfn::RemoveDone done) {
  engine_.remove(rule_arn(request, request.physical_id));
  done({});
}

}  // namespace loopgate::scheduler
