// Events of Type Schedule and ScheduleV2, of functions and state machines alike: the rule or the
// schedule, the role or the permission by which it may call its target, its dead-letter queue.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-schedulev2.html
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-schedule.html
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "template/sam_parts.h"
#include "template/suggestion.h"

namespace loopgate::cfn::sam {

namespace {

// Of both kinds; the others are copied as they are.
constexpr std::array kOfRules = {"DeadLetterConfig", "Description", "Enabled",  "Input", "Name",
                                 "RetryPolicy",      "RoleArn",     "Schedule", "State", "Target"};
constexpr std::array kOfSchedules = {"DeadLetterConfig",
                                     "Description",
                                     "EndDate",
                                     "FlexibleTimeWindow",
                                     "GroupName",
                                     "Input",
                                     "KmsKeyArn",
                                     "Name",
                                     "OmitName",
                                     "PermissionsBoundary",
                                     "RetryPolicy",
                                     "RoleArn",
                                     "ScheduleExpression",
                                     "ScheduleExpressionTimezone",
                                     "StartDate",
                                     "State"};
// What a schedule has under the same name.
constexpr std::array kCopied = {"Description",
                                "EndDate",
                                "FlexibleTimeWindow",
                                "GroupName",
                                "KmsKeyArn",
                                "ScheduleExpression",
                                "ScheduleExpressionTimezone",
                                "StartDate",
                                "State"};

template <std::size_t N>
Status check_properties(const Member& event, const Node& given,
                        const std::array<const char*, N>& known) {
  const std::vector<std::string> names(known.begin(), known.end());
  for (const Member& member : given.members) {
    if (std::ranges::find(names, member.name) != names.end()) continue;
    return fail(fmt::format("the event '{}' has no property '{}'{}", event.name, member.name,
                            did_you_mean(member.name, names)),
                member.origin.place());
  }
  return {};
}

Node allow(std::string_view action, Node resource, const Origin& at) {
  Node statement = Node::map(at);
  statement.set("Effect", "Allow");
  statement.set("Action", std::string(action));
  statement.set("Resource", std::move(resource));
  return statement;
}

Node policy(std::string name, Node statements, const Origin& at) {
  Node document = Node::map(at);
  document.set("Version", "2012-10-17");
  document.set("Statement", std::move(statements));
  Node out = Node::map(at);
  out.set("PolicyName", std::move(name));
  out.set("PolicyDocument", std::move(document));
  return out;
}

// A role that `principal` assumes to do what the statements say.
Node role(std::string_view principal, Node statements, const Node* boundary,
          const std::string& policy_name, const FunctionWork& work, const Origin& at) {
  Node who = Node::map(at);
  who.set("Service", strings({principal}, at));
  Node trust_statement = Node::map(at);
  trust_statement.set("Effect", "Allow");
  trust_statement.set("Action", strings({"sts:AssumeRole"}, at));
  trust_statement.set("Principal", std::move(who));
  Node trust = Node::map(at);
  trust.set("Version", "2012-10-17");
  trust.set("Statement", Node::list({std::move(trust_statement)}, at));
  Node properties = Node::map(at);
  properties.set("AssumeRolePolicyDocument", std::move(trust));
  properties.set("Policies", Node::list({policy(policy_name, std::move(statements), at)}, at));
  if (boundary) properties.set("PermissionsBoundary", *boundary);
  return resource("AWS::IAM::Role", std::move(properties), work.source, at);
}

// One event while it is translated.
struct Scheduled {
  FunctionWork& work;
  const Member& event;
  const Node& given;
  std::string id;  // of what it becomes
  bool calls_machine;

  const Origin& at() const { return event.origin; }
  const Node* property(const char* name) const { return given.find(name); }
  Node target_arn() const {
    return calls_machine ? ref(work.logical_id, at()) : get_att(work.logical_id, "Arn", at());
  }
  void add(std::string logical_id, Node made) const {
    work.generated.push_back({std::move(logical_id), std::move(made)});
  }
};

// The queue's ARN: the given one, or that of a queue that is made here. Null: there is none.
Result<Node> dead_letter_arn(const Scheduled& made) {
  const Node* const config = made.property("DeadLetterConfig");
  if (!config || config->is_null()) return Node();
  if (const Node* const arn = config->find("Arn")) return *arn;
  const Node* const type = config->find("Type");
  if (!type || type->text != "SQS") {
    return fail(fmt::format("the DeadLetterConfig of the event '{}' needs an Arn, or the Type SQS",
                            made.event.name),
                config->place());
  }
  const Node* const name = config->find("QueueLogicalId");
  const std::string id = name ? name->text : made.id + "Queue";
  made.add(id, resource("AWS::SQS::Queue", Node::map(made.at()), made.work.source, made.at()));
  return get_att(id, "Arn", made.at());
}

// Rules send with nobody's role: the queue that was made for one has to let it in.
void let_rule_in(const Scheduled& made, const Node& queue_arn) {
  const Node* const config = made.property("DeadLetterConfig");
  if (config->find("Arn")) return;
  const Origin& at = made.at();
  Node who = Node::map(at);
  who.set("Service", "events.amazonaws.com");
  Node source = Node::map(at);
  source.set("aws:SourceArn", get_att(made.id, "Arn", at));
  Node condition = Node::map(at);
  condition.set("ArnEquals", std::move(source));
  Node statement = allow("sqs:SendMessage", queue_arn, at);
  statement.set("Principal", std::move(who));
  statement.set("Condition", std::move(condition));
  Node document = Node::map(at);
  document.set("Version", "2012-10-17");
  document.set("Statement", Node::list({std::move(statement)}, at));
  const Node* const name = config->find("QueueLogicalId");
  const std::string queue = name ? name->text : made.id + "Queue";
  Node properties = Node::map(at);
  properties.set("Queues", Node::list({ref(queue, at)}, at));
  properties.set("PolicyDocument", std::move(document));
  made.add(queue + "Policy",
           resource("AWS::SQS::QueuePolicy", std::move(properties), made.work.source, at));
}

Node target(const Scheduled& made, const Node& dead_letter) {
  Node out = Node::map(made.at());
  out.set("Arn", made.target_arn());
  for (const char* const name : {"Input", "RetryPolicy"}) {
    if (const Node* const value = made.property(name)) out.set(name, *value);
  }
  if (!dead_letter.is_null()) {
    Node config = Node::map(made.at());
    config.set("Arn", dead_letter);
    out.set("DeadLetterConfig", std::move(config));
  }
  return out;
}

std::string_view action_of(const Scheduled& made) {
  return made.calls_machine ? "states:StartExecution" : "lambda:InvokeFunction";
}

// Of a schedule, which calls with a role whatever its target is.
Node schedule_role(const Scheduled& made, const Node& dead_letter) {
  const Origin& at = made.at();
  Node targets = Node::list({made.target_arn()}, at);
  if (!made.calls_machine) {
    // Its versions and aliases.
    Node qualified = Node::map(at);
    Node parts = Node::map(at);
    parts.set("Arn", made.target_arn());
    qualified.set("Fn::Sub", Node::list({Node::string("${Arn}:*", at), std::move(parts)}, at));
    targets.push(std::move(qualified));
  }
  Node statements = Node::list({allow(action_of(made), std::move(targets), at)}, at);
  if (!dead_letter.is_null()) statements.push(allow("sqs:SendMessage", dead_letter, at));
  return role("scheduler.amazonaws.com", std::move(statements),
              made.property("PermissionsBoundary"), made.id + "Policy", made.work, at);
}

Status add_schedule_v2(const Scheduled& made) {
  if (auto ok = check_properties(made.event, made.given, kOfSchedules); !ok) return ok;
  const Origin& at = made.at();
  const auto dead_letter = dead_letter_arn(made);
  if (!dead_letter) return std::unexpected(dead_letter.error());
  Node properties = Node::map(at);
  for (const char* const name : kCopied) {
    if (const Node* const value = made.property(name)) properties.set(name, *value);
  }
  if (!made.property("FlexibleTimeWindow")) {
    Node off = Node::map(at);
    off.set("Mode", "OFF");
    properties.set("FlexibleTimeWindow", std::move(off));
  }
  // It has the event's name unless that is left to CloudFormation.
  const Node* const omit = made.property("OmitName");
  if (const Node* const name = made.property("Name")) {
    properties.set("Name", *name);
  } else if (!omit || omit->text != "true") {
    properties.set("Name", made.id);
  }
  Node calls = target(made, *dead_letter);
  if (const Node* const given = made.property("RoleArn")) {
    calls.set("RoleArn", *given);
  } else {
    made.add(made.id + "Role", schedule_role(made, *dead_letter));
    calls.set("RoleArn", get_att(made.id + "Role", "Arn", at));
  }
  properties.set("Target", std::move(calls));
  made.add(made.id,
           resource("AWS::Scheduler::Schedule", std::move(properties), made.work.source, at));
  return {};
}

// A function lets the rule in; for a state machine the rule has a role.
void let_rule_call(const Scheduled& made, Node& calls) {
  const Origin& at = made.at();
  if (!made.calls_machine) {
    Node permission = Node::map(at);
    permission.set("Action", "lambda:InvokeFunction");
    permission.set("FunctionName", ref(made.work.logical_id, at));
    permission.set("Principal", "events.amazonaws.com");
    permission.set("SourceArn", get_att(made.id, "Arn", at));
    return made.add(made.id + "Permission", resource("AWS::Lambda::Permission",
                                                     std::move(permission), made.work.source, at));
  }
  if (const Node* const given = made.property("RoleArn")) {
    calls.set("RoleArn", *given);
    return;
  }
  Node statements = Node::list({allow(action_of(made), made.target_arn(), at)}, at);
  made.add(made.id + "Role", role("events.amazonaws.com", std::move(statements), nullptr,
                                  made.id + "StartExecutionPolicy", made.work, at));
  calls.set("RoleArn", get_att(made.id + "Role", "Arn", at));
}

Status add_rule(const Scheduled& made) {
  if (auto ok = check_properties(made.event, made.given, kOfRules); !ok) return ok;
  const Origin& at = made.at();
  const Node* const expression = made.property("Schedule");
  if (!expression) {
    return fail(fmt::format("the Schedule event '{}' needs the property Schedule", made.event.name),
                at.place());
  }
  const auto dead_letter = dead_letter_arn(made);
  if (!dead_letter) return std::unexpected(dead_letter.error());
  Node properties = Node::map(at);
  properties.set("ScheduleExpression", *expression);
  for (const char* const name : {"Name", "Description", "State"}) {
    if (const Node* const value = made.property(name)) properties.set(name, *value);
  }
  if (const Node* const enabled = made.property("Enabled")) {
    properties.set("State", enabled->text == "false" ? "DISABLED" : "ENABLED");
  }
  if (!dead_letter->is_null()) let_rule_in(made, *dead_letter);
  Node calls = target(made, *dead_letter);
  const Node* const own_target = made.property("Target");
  const Node* const id = own_target ? own_target->find("Id") : nullptr;
  calls.set("Id",
            id ? *id
               : Node::string(
                     made.id + (made.calls_machine ? "StepFunctionsTarget" : "LambdaTarget"), at));
  let_rule_call(made, calls);
  properties.set("Targets", Node::list({std::move(calls)}, at));
  made.add(made.id, resource("AWS::Events::Rule", std::move(properties), made.work.source, at));
  return {};
}

}  // namespace

Status add_schedule(FunctionWork& work, std::string_view type, const Member& event,
                    const Node& given, bool calls_machine) {
  const Scheduled made{work, event, given, work.logical_id + event.name, calls_machine};
  return type == "Schedule" ? add_rule(made) : add_schedule_v2(made);
}

}  // namespace loopgate::cfn::sam
