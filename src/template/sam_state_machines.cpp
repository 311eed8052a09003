// AWS::Serverless::StateMachine becomes an AWS::StepFunctions::StateMachine and its role.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "template/sam_parts.h"
#include "template/suggestion.h"

namespace loopgate::cfn::sam {

namespace {

// SAM's names and CloudFormation's.
constexpr std::array<std::pair<const char*, const char*>, 6> kNames = {
    {{"Name", "StateMachineName"},
     {"Type", "StateMachineType"},
     {"Role", "RoleArn"},
     {"Logging", "LoggingConfiguration"},
     {"Tracing", "TracingConfiguration"},
     {"DefinitionSubstitutions", "DefinitionSubstitutions"}}};
constexpr std::array<const char*, 12> kOthers = {"Definition",
                                                 "DefinitionUri",
                                                 "Policies",
                                                 "Tags",
                                                 "PermissionsBoundary",
                                                 "RolePath",
                                                 "Events",
                                                 "PropagateTags",
                                                 "AutoPublishAlias",
                                                 "DeploymentPreference",
                                                 "UseAliasAsEventTarget",
                                                 "DeletionPolicy"};

Status check_properties(const FunctionWork& work) {
  std::vector<std::string> known(kOthers.begin(), kOthers.end());
  for (const auto& [name, renamed] : kNames) known.emplace_back(name);
  for (const Member& member : work.properties.members) {
    if (std::ranges::find(known, member.name) != known.end()) continue;
    return fail(fmt::format("AWS::Serverless::StateMachine '{}' has no property '{}'{}",
                            work.logical_id, member.name, did_you_mean(member.name, known)),
                member.origin.place());
  }
  return {};
}

// Of what starts it only schedules are there.
Status add_events_of_machine(FunctionWork& work) {
  const Node* const events = work.properties.find("Events");
  if (!events || events->is_null()) return {};
  if (!events->is_map()) {
    return fail(fmt::format("the Events of '{}' must be a map", work.logical_id), events->place());
  }
  const std::vector<Member> each = events->members;
  for (const Member& event : each) {
    const Node* const type = event.value.find("Type");
    const std::string name = type ? type->text : "";
    if (name != "Schedule" && name != "ScheduleV2") {
      return fail(fmt::format("the event '{}' of AWS::Serverless::StateMachine '{}' is of type "
                              "'{}': only Schedule and ScheduleV2 are supported here",
                              event.name, work.logical_id, name),
                  event.origin.place());
    }
    const Node* const properties = event.value.find("Properties");
    const Node given = properties ? *properties : Node::map(event.origin);
    if (auto ok = add_schedule(work, name, event, given, true); !ok) return ok;
  }
  return {};
}

// The definition with the lines of the file that it stands in.
Status read_definition(const FunctionWork& work, const FileReader& files, Node& out) {
  const Node* const own = work.properties.find("Definition");
  const Node* const uri = work.properties.find("DefinitionUri");
  if (own) {
    out.set("Definition", *own);
    return {};
  }
  if (!uri) {
    return fail(fmt::format("the state machine '{}' has no definition: give it Definition or "
                            "DefinitionUri (a file)",
                            work.logical_id),
                work.origin.place());
  }
  if (!uri->is_string() || uri->text.starts_with("s3://")) {
    Node location = *uri;
    if (uri->is_string()) {
      location = Node::map(uri->origin);
      const auto slash = std::min(uri->text.find('/', 5), uri->text.size());
      location.set("Bucket", uri->text.substr(5, slash - 5));
      location.set("Key", uri->text.substr(std::min(slash + 1, uri->text.size())));
    }
    out.set("DefinitionS3Location", std::move(location));
    return {};
  }
  const auto text = files ? files(uri->text)
                          : Result<std::string>(fail("no file can be read here", uri->place()));
  if (!text) return fail(text.error().message, uri->place());
  auto definition = parse_document(*text, uri->text);
  if (!definition) return std::unexpected(definition.error());
  out.set("Definition", std::move(*definition));
  return {};
}

// As of a function, but for Step Functions, and without what functions need for their logs.
Result<Node> role(const FunctionWork& work) {
  auto made = execution_role(work);
  if (!made) return made;
  Node* const properties = made->find("Properties");
  if (properties == nullptr) return made;
  if (Node* const trust = properties->find("AssumeRolePolicyDocument")) {
    if (Node* const statements = trust->find("Statement")) {
      for (Node& statement : statements->items) {
        Node principal = Node::map(work.origin);
        principal.set("Service", strings({"states.amazonaws.com"}, work.origin));
        statement.set("Principal", std::move(principal));
      }
    }
  }
  if (Node* const managed = properties->find("ManagedPolicyArns")) {
    const auto is_of_functions = [](const Node& arn) {
      const Node* const pattern = arn.find("Fn::Sub");
      const std::string& text = pattern ? pattern->text : arn.text;
      return text.find("AWSLambdaBasicExecutionRole") != std::string::npos;
    };
    std::erase_if(managed->items, is_of_functions);
  }
  return made;
}

}  // namespace

Result<Node> translate_state_machine(FunctionWork& work, const FileReader& files) {
  if (auto ok = check_properties(work); !ok) return std::unexpected(ok.error());
  if (auto ok = add_events_of_machine(work); !ok) return std::unexpected(ok.error());
  Node properties = Node::map(work.origin);
  for (const auto& [from, to] : kNames) {
    if (const Node* const value = work.properties.find(from)) properties.set(to, *value);
  }
  if (auto ok = read_definition(work, files, properties); !ok) return std::unexpected(ok.error());
  if (const Node* const tags = work.properties.find("Tags"); tags && tags->is_map()) {
    properties.set("Tags", tag_list(*tags));
  }
  if (!work.properties.find("Role")) {
    work.managed_policies = Node::list({}, work.origin);
    auto made = role(work);
    if (!made) return made;
    work.generated.push_back({work.logical_id + "Role", std::move(*made)});
    properties.set("RoleArn", get_att(work.logical_id + "Role", "Arn", work.origin));
  }
  Node out = work.source;
  out.set("Type", Node::string("AWS::StepFunctions::StateMachine", work.origin));
  out.set("Properties", std::move(properties));
  return out;
}

}  // namespace loopgate::cfn::sam
