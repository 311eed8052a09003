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

// What a bucket of the template is to tell a function, once that is permitted.
struct BucketEvent {
  std::string bucket;  // logical ids
  std::string permission_id;
  Node told;  // an entry of LambdaConfigurations
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
  std::string version_id = {};  // of AutoPublishAlias, as the next: empty without it
  std::string alias_id = {};
  std::vector<BucketEvent> bucket_events = {};
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

// sam.cpp: {S3Bucket, S3Key} or {LocalPath} of a CodeUri or ContentUri.
Node package_of(const Node& uri);

// sam_versions.cpp: what AutoPublishAlias stands for, and what those who call the function name.
void add_alias(FunctionWork& work);
Node called_arn(const FunctionWork& work, const Origin& at);
Node called_name(const FunctionWork& work, const Origin& at);
// {Ref: F.Alias} and {Ref: F.Version}, also in Fn::Sub, become those of the generated resources.
struct PublishedFunction {
  std::string logical_id;
  std::string version_id;
  std::string alias_id;
};
void rename_generated(Node& document, const std::vector<PublishedFunction>& published);

// sam_layers.cpp: an AWS::Serverless::LayerVersion.
Result<Node> translate_layer(const FunctionWork& work);

// sam_globals.cpp: a section of Globals ("Function") merged under a resource's own properties.
Result<Node> merge_globals(const Node& document, std::string_view section, const Node& properties,
                           const Origin& at);

// sam_policies.cpp: the execution role, from Policies and what events ask for.
Result<Node> execution_role(const FunctionWork& work);

// sam_events.cpp: appends what Events stand for.
Status add_events(FunctionWork& work);

// sam_buckets.cpp: an event of Type "S3", and what it changes of the buckets.
Status add_bucket_event(FunctionWork& work, const Member& event, const Node& given);
Status tell_buckets(std::vector<Member>& resources, const std::vector<BucketEvent>& events);

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
