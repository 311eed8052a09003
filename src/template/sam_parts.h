// Between the files of the SAM transform.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "template/document.h"
#include "template/include.h"

namespace loopgate::cfn::sam {

struct Generated {
  std::string logical_id;
  Node resource;
};

// What grows while one function is translated.
struct FunctionWork {
  std::string logical_id;
  Origin origin;
  Node source;            // the AWS::Serverless::Function as it stands
  Node properties;        // with Globals merged in
  Node managed_policies;  // of the execution role
  std::vector<Generated> generated;
  std::vector<std::string>* warnings = nullptr;
};

// {Ref: id}, {Fn::GetAtt: [id, name]}, {Fn::Sub: text}.
Node ref(const std::string& id, const Origin& at);
Node get_att(const std::string& id, const std::string& name, const Origin& at);
Node sub(std::string pattern, const Origin& at);
Node strings(std::initializer_list<std::string_view> items, const Origin& at);
// A resource of this type, with the Condition of `like`.
Node resource(std::string type, Node properties, const Node& like, const Origin& at);

// {Key: value} → [{Key:, Value:}]
Node tag_list(const Node& tags);

// sam_globals.cpp: a section of Globals ("Function") merged under a resource's own properties.
Result<Node> merge_globals(const Node& document, std::string_view section, const Node& properties,
                           const Origin& at);

// sam_policies.cpp: the execution role, from Policies and what events ask for.
Result<Node> execution_role(const FunctionWork& work);

// sam_events.cpp: appends what Events stand for.
Status add_events(FunctionWork& work);

// sam_schedules.cpp: an event of Type "Schedule" or "ScheduleV2", of a function or a state machine.
Status add_schedule(FunctionWork& work, std::string_view type, const Member& event,
                    const Node& given, bool calls_machine);

// sam_state_machines.cpp: an AWS::Serverless::StateMachine, whose definition may be a file.
Result<Node> translate_state_machine(FunctionWork& work, const FileReader& files);

// sam_simple_table.cpp: an AWS::Serverless::SimpleTable.
Result<Node> translate_simple_table(const FunctionWork& work);

// sam_connectors.cpp: AWS::Serverless::Connector, and Connectors embedded in a resource.
Status expand_connectors(Node& resources);

}  // namespace loopgate::cfn::sam
