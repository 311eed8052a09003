// A function's event of Type "S3": the bucket of the same template tells the function, which lets
// it.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-s3.html
#include <fmt/format.h>

#include <algorithm>

#include "template/sam_parts.h"

namespace loopgate::cfn::sam {

namespace {

// The bucket that "!Ref Bucket" names.
Result<std::string> bucket_of(const Member& event, const Node& given) {
  const Node* const bucket = given.find("Bucket");
  const Node* const name = bucket && bucket->is_map() ? bucket->find("Ref") : nullptr;
  if (name && name->is_string()) return name->text;
  return fail(fmt::format("the S3 event '{}' needs the property Bucket: !Ref to a bucket of this "
                          "template",
                          event.name),
              bucket ? bucket->place() : event.origin.place());
}

Node& child(Node& of, const char* name, Node otherwise) {
  if (!of.find(name)) of.set(name, std::move(otherwise));
  return *of.find(name);
}

void add_dependency(Node& bucket, const std::string& id, const Origin& at) {
  const Node* const there = bucket.find("DependsOn");
  Node list = Node::list({}, at);
  if (there && there->is_list()) list = *there;
  if (there && there->is_string()) list.push(*there);
  list.push(Node::string(id, at));
  bucket.set("DependsOn", std::move(list));
}

}  // namespace

// The permission names the account and not the bucket, which waits for it.
Status add_bucket_event(FunctionWork& work, const Member& event, const Node& given) {
  const Origin& at = event.origin;
  auto bucket = bucket_of(event, given);
  if (!bucket) return std::unexpected(bucket.error());
  const Node* const events = given.find("Events");
  if (!events)
    return fail(fmt::format("the S3 event '{}' needs the property Events", event.name), at.place());
  Node allowed = Node::map(at);
  allowed.set("Action", "lambda:InvokeFunction");
  allowed.set("FunctionName", called_name(work, at));
  allowed.set("Principal", "s3.amazonaws.com");
  allowed.set("SourceAccount", ref("AWS::AccountId", at));
  const auto id = work.logical_id + event.name + "Permission";
  work.generated.push_back(
      {id, resource("AWS::Lambda::Permission", std::move(allowed), work.source, at)});
  const auto each = events->is_list() ? events->items : std::vector<Node>{*events};
  for (const Node& name : each) {
    Node told = Node::map(at);
    told.set("Event", name);
    told.set("Function", called_arn(work, at));
    if (const Node* const filter = given.find("Filter")) told.set("Filter", *filter);
    work.bucket_events.push_back({*bucket, id, std::move(told)});
  }
  return {};
}

Status tell_buckets(std::vector<Member>& resources, const std::vector<BucketEvent>& events) {
  for (const BucketEvent& event : events) {
    const auto found = std::ranges::find(resources, event.bucket, &Member::name);
    const Node* const type = found == resources.end() ? nullptr : found->value.find("Type");
    if (!type || type->text != "AWS::S3::Bucket") {
      return fail(
          fmt::format("an S3 event needs a bucket of this template: '{}' is none", event.bucket),
          event.told.origin.place());
    }
    const Origin at = event.told.origin;
    Node& properties = child(found->value, "Properties", Node::map(at));
    Node& configuration = child(properties, "NotificationConfiguration", Node::map(at));
    Node& functions = child(configuration, "LambdaConfigurations", Node::list({}, at));
    functions.push(event.told);
    add_dependency(found->value, event.permission_id, at);
  }
  return {};
}

}  // namespace loopgate::cfn::sam
