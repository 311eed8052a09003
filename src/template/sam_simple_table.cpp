// AWS::Serverless::SimpleTable becomes an AWS::DynamoDB::Table of one key.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-simpletable.html
#include <fmt/format.h>

#include <algorithm>

#include "template/sam_parts.h"
#include "template/suggestion.h"

namespace loopgate::cfn::sam {

namespace {

const std::vector<std::string>& known_properties() {
  static const std::vector<std::string> kKnown = {"PointInTimeRecoverySpecification",
                                                  "PrimaryKey",
                                                  "ProvisionedThroughput",
                                                  "SSESpecification",
                                                  "TableName",
                                                  "Tags"};
  return kKnown;
}

// SAM's name of a type and DynamoDB's.
Node attribute_type(const Node* given, const Origin& at) {
  if (given == nullptr) return Node::string("S", at);
  if (given->text == "String") return Node::string("S", given->origin);
  if (given->text == "Number") return Node::string("N", given->origin);
  if (given->text == "Binary") return Node::string("B", given->origin);
  return *given;
}

Node name_and(const Node& name, const char* member, Node value, const Origin& at) {
  Node entry = Node::map(at);
  entry.set("AttributeName", name);
  entry.set(member, std::move(value));
  return Node::list({std::move(entry)}, at);
}

}  // namespace

Result<Node> translate_simple_table(const FunctionWork& work) {
  for (const Member& member : work.properties.members) {
    if (std::ranges::find(known_properties(), member.name) != known_properties().end()) continue;
    return fail(
        fmt::format("AWS::Serverless::SimpleTable '{}' has no property '{}'{}", work.logical_id,
                    member.name, did_you_mean(member.name, known_properties())),
        member.origin.place());
  }
  const Origin& at = work.origin;
  Node properties = work.properties;
  properties.erase("PrimaryKey");
  const Node* const key = work.properties.find("PrimaryKey");
  const Node* const given_name = key ? key->find("Name") : nullptr;
  const Node name = given_name ? *given_name : Node::string("id", at);
  properties.set(
      "AttributeDefinitions",
      name_and(name, "AttributeType", attribute_type(key ? key->find("Type") : nullptr, at), at));
  properties.set("KeySchema", name_and(name, "KeyType", Node::string("HASH", at), at));
  if (!work.properties.find("ProvisionedThroughput")) {
    properties.set("BillingMode", Node::string("PAY_PER_REQUEST", at));
  }
  if (const Node* const tags = work.properties.find("Tags"); tags && tags->is_map()) {
    properties.set("Tags", tag_list(*tags));
  }
  Node out = work.source;
  out.set("Type", Node::string("AWS::DynamoDB::Table", at));
  out.set("Properties", std::move(properties));
  return out;
}

}  // namespace loopgate::cfn::sam
