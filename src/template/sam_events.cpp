// Events of a function: what SAM makes of each. Sources of services that the sandbox lacks become
// the resource type that AWS would get, which the deployment then refuses by name.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-eventsource.html
#include <fmt/format.h>

#include <algorithm>

#include "template/sam_parts.h"
#include "template/suggestion.h"

namespace loopgate::cfn::sam {

namespace {

struct EventType {
  std::string_view name;
  std::string_view resource;   // what it becomes
  std::string_view principal;  // who then invokes the function; empty: nobody from outside
  std::string_view source;     // the property with the ARN of a polled source; empty: not polled
  std::string_view managed;    // the policy that polling needs
};

constexpr EventType kEventTypes[] = {
    {"SQS", "AWS::Lambda::EventSourceMapping", "", "Queue", "AWSLambdaSQSQueueExecutionRole"},
    {"Kinesis", "AWS::Lambda::EventSourceMapping", "", "Stream", "AWSLambdaKinesisExecutionRole"},
    {"DynamoDB", "AWS::Lambda::EventSourceMapping", "", "Stream", "AWSLambdaDynamoDBExecutionRole"},
    {"MSK", "AWS::Lambda::EventSourceMapping", "", "Stream", "AWSLambdaMSKExecutionRole"},
    {"SNS", "AWS::SNS::Subscription", "sns.amazonaws.com", "", ""},
    {"Schedule", "AWS::Events::Rule", "events.amazonaws.com", "", ""},
    {"CloudWatchEvent", "AWS::Events::Rule", "events.amazonaws.com", "", ""},
    {"EventBridgeRule", "AWS::Events::Rule", "events.amazonaws.com", "", ""},
    {"ScheduleV2", "AWS::Scheduler::Schedule", "", "", ""},
    {"Api", "AWS::ApiGateway::RestApi", "apigateway.amazonaws.com", "", ""},
    {"HttpApi", "AWS::ApiGatewayV2::Api", "apigateway.amazonaws.com", "", ""},
    {"S3", "AWS::S3::Bucket", "s3.amazonaws.com", "", ""},
    {"IoTRule", "AWS::IoT::TopicRule", "iot.amazonaws.com", "", ""},
    {"CloudWatchLogs", "AWS::Logs::SubscriptionFilter", "logs.amazonaws.com", "", ""},
    {"Cognito", "AWS::Cognito::UserPool", "cognito-idp.amazonaws.com", "", ""},
    {"AlexaSkill", "AWS::Lambda::Permission", "", "", ""},
};

Node permission(const FunctionWork& work, const EventType& type, const Origin& at) {
  Node properties = Node::map(at);
  properties.set("Action", "lambda:InvokeFunction");
  properties.set("FunctionName", ref(work.logical_id, at));
  properties.set("Principal", std::string(type.principal));
  return properties;
}

Status add_mapping(FunctionWork& work, const EventType& type, const Member& event,
                   const Node& given) {
  const Node* const source = given.find(type.source);
  if (!source)
    return fail(
        fmt::format("the {} event '{}' needs the property {}", type.name, event.name, type.source),
        event.origin.place());
  Node properties = given;
  properties.erase(type.source);
  properties.set("EventSourceArn", *source);
  properties.set("FunctionName", ref(work.logical_id, event.origin));
  work.managed_policies.push(Node::string(std::string(type.managed), event.origin));
  work.generated.push_back(
      {work.logical_id + event.name,
       resource(std::string(type.resource), std::move(properties), work.source, event.origin)});
  return {};
}

Status add_topic(FunctionWork& work, const EventType& type, const Member& event,
                 const Node& given) {
  const Origin& at = event.origin;
  const Node* const topic = given.find("Topic");
  if (!topic)
    return fail(fmt::format("the SNS event '{}' needs the property Topic", event.name), at.place());
  if (given.find("SqsSubscription")) {
    return fail(fmt::format("the SNS event '{}': SqsSubscription is not supported here; write the "
                            "queue, its policy and the "
                            "subscription out",
                            event.name),
                at.place());
  }
  Node subscription = Node::map(at);
  subscription.set("Protocol", "lambda");
  subscription.set("Endpoint", get_att(work.logical_id, "Arn", at));
  subscription.set("TopicArn", *topic);
  for (const char* const name : {"FilterPolicy", "FilterPolicyScope", "Region", "RedrivePolicy"}) {
    if (const Node* const value = given.find(name)) subscription.set(name, *value);
  }
  work.generated.push_back(
      {work.logical_id + event.name,
       resource(std::string(type.resource), std::move(subscription), work.source, at)});
  Node allowed = permission(work, type, at);
  allowed.set("SourceArn", *topic);
  work.generated.push_back(
      {work.logical_id + event.name + "Permission",
       resource("AWS::Lambda::Permission", std::move(allowed), work.source, at)});
  return {};
}

void add_other(FunctionWork& work, const EventType& type, const Member& event, const Node& given) {
  const std::string id = work.logical_id + event.name;
  Node properties = given;
  if (properties.is_map()) properties.set("Target", get_att(work.logical_id, "Arn", event.origin));
  work.generated.push_back(
      {id, resource(std::string(type.resource), std::move(properties), work.source, event.origin)});
  if (type.principal.empty()) return;
  work.generated.push_back(
      {id + "Permission", resource("AWS::Lambda::Permission", permission(work, type, event.origin),
                                   work.source, event.origin)});
}

Status add_event(FunctionWork& work, const Member& event) {
  const Node* const name = event.value.find("Type");
  if (!name || !name->is_string())
    return fail(fmt::format("the event '{}' has no Type", event.name), event.origin.place());
  const auto type = std::ranges::find(kEventTypes, name->text, &EventType::name);
  if (type == std::end(kEventTypes)) {
    std::vector<std::string> names;
    for (const EventType& each : kEventTypes) names.emplace_back(each.name);
    return fail(fmt::format("the event '{}': there is no type '{}'{}", event.name, name->text,
                            did_you_mean(name->text, names)),
                name->place());
  }
  const Node* const properties = event.value.find("Properties");
  const Node given = properties ? *properties : Node::map(event.origin);
  if (!given.is_map())
    return fail(fmt::format("the Properties of the event '{}' must be a map", event.name),
                given.place());
  if (!type->source.empty()) return add_mapping(work, *type, event, given);
  if (type->name == "SNS") return add_topic(work, *type, event, given);
  if (type->name == "Schedule" || type->name == "ScheduleV2") {
    return add_schedule(work, type->name, event, given, false);
  }
  add_other(work, *type, event, given);
  return {};
}

}  // namespace

Status add_events(FunctionWork& work) {
  const Node* const events = work.properties.find("Events");
  if (!events || events->is_null()) return {};
  if (!events->is_map())
    return fail(fmt::format("the Events of '{}' must be a map", work.logical_id), events->place());
  const std::vector<Member> each = events->members;
  for (const Member& event : each) {
    if (auto ok = add_event(work, event); !ok) return ok;
  }
  return {};
}

}  // namespace loopgate::cfn::sam
