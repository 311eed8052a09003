// Connectors: permissions between two resources, from the pair of their types.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/reference-sam-connector.html
#include <fmt/format.h>

#include <algorithm>

#include "template/intrinsics.h"
#include "template/sam_parts.h"

namespace loopgate::cfn::sam {

namespace {

// Actions on the destination, granted to the role of the source function.
struct RoleGrant {
  std::string_view destination;
  std::string_view reads;  // separated by spaces
  std::string_view writes;
};

constexpr RoleGrant kFromFunction[] = {
    {"AWS::SQS::Queue", "sqs:ReceiveMessage sqs:GetQueueAttributes",
     "sqs:DeleteMessage sqs:SendMessage sqs:ChangeMessageVisibility sqs:PurgeQueue"},
    {"AWS::SNS::Topic", "", "sns:Publish"},
    {"AWS::Lambda::Function", "", "lambda:InvokeAsync lambda:InvokeFunction"},
    {"AWS::DynamoDB::Table",
     "dynamodb:GetItem dynamodb:Query dynamodb:Scan dynamodb:BatchGetItem "
     "dynamodb:ConditionCheckItem dynamodb:PartiQLSelect",
     "dynamodb:PutItem dynamodb:UpdateItem dynamodb:DeleteItem dynamodb:BatchWriteItem "
     "dynamodb:PartiQLDelete dynamodb:PartiQLInsert "
     "dynamodb:PartiQLUpdate"},
    {"AWS::S3::Bucket", "s3:GetObject s3:GetObjectAcl s3:ListBucket",
     "s3:PutObject s3:DeleteObject s3:RestoreObject"},
    {"AWS::StepFunctions::StateMachine", "states:DescribeExecution states:GetExecutionHistory",
     "states:StartExecution states:StartSyncExecution"},
    {"AWS::Events::EventBus", "", "events:PutEvents"},
};

std::string plain_type(const std::string& type) {
  if (type == "AWS::Serverless::Function") return "AWS::Lambda::Function";
  if (type == "AWS::Serverless::SimpleTable") return "AWS::DynamoDB::Table";
  if (type == "AWS::Serverless::StateMachine") return "AWS::StepFunctions::StateMachine";
  return type;
}

Node words(std::string_view text, Node list) {
  while (!text.empty()) {
    const auto space = std::min(text.find(' '), text.size());
    if (space > 0) list.push(Node::string(std::string(text.substr(0, space)), list.origin));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return list;
}

Node document(Node statement, const Origin& at) {
  Node out = Node::map(at);
  out.set("Version", "2012-10-17");
  out.set("Statement", Node::list({std::move(statement)}, at));
  return out;
}

struct Connection {
  std::string id;  // of the connector
  Origin origin;
  std::string source;
  std::string destination;
  bool read = false;
  bool write = false;
  const Node* like = nullptr;  // whose Condition is taken over
};

class Connectors {
 public:
  explicit Connectors(Node& resources) : resources_(resources) {}

  Status expand() {
    std::vector<Member> kept;
    for (const Member& member : resources_.members) {
      const Node* const type = member.value.find("Type");
      if (type && type->text == "AWS::Serverless::Connector") {
        const Node* const properties = member.value.find("Properties");
        const Node* const source = properties ? properties->find("Source") : nullptr;
        const Node* const id = source ? source->find("Id") : nullptr;
        if (!id || !id->is_string())
          return fail(fmt::format("the connector '{}' needs Source: {{Id: …}}", member.name),
                      member.origin.place());
        if (auto ok = connect_all(member.name, id->text, *properties, member); !ok) return ok;
        continue;
      }
      if (auto ok = expand_embedded(member); !ok) return ok;
      kept.push_back(member);
      kept.back().value.erase("Connectors");
    }
    resources_.members = std::move(kept);
    for (Generated& each : generated_) {
      const Origin at = each.resource.origin;
      resources_.members.push_back({std::move(each.logical_id), at, std::move(each.resource)});
    }
    return {};
  }

 private:
  Status expand_embedded(const Member& member) {
    const Node* const connectors = member.value.find("Connectors");
    if (!connectors) return {};
    for (const Member& connector : connectors->members) {
      const Node* const properties = connector.value.find("Properties");
      if (!properties)
        return fail(fmt::format("the connector '{}' has no Properties", connector.name),
                    connector.origin.place());
      Member at{connector.name, connector.origin, member.value};
      if (auto ok = connect_all(member.name + connector.name, member.name, *properties, at); !ok)
        return ok;
    }
    return {};
  }

  Status connect_all(const std::string& id, const std::string& source, const Node& properties,
                     const Member& at) {
    const Node* const destination = properties.find("Destination");
    if (!destination)
      return fail(fmt::format("the connector '{}' needs Destination: {{Id: …}}", at.name),
                  at.origin.place());
    const bool many = destination->is_list();
    const std::vector<Node> each = many ? destination->items : std::vector<Node>{*destination};
    for (std::size_t i = 0; i < each.size(); ++i) {
      const Node* const to = each[i].find("Id");
      if (!to || !to->is_string()) {
        return fail(fmt::format("the connector '{}' needs Destination: {{Id: …}}; destinations by "
                                "ARN are not supported here",
                                at.name),
                    each[i].place());
      }
      Connection connection{many ? fmt::format("{}Destination{}", id, i) : id,
                            at.origin,
                            source,
                            to->text,
                            false,
                            false,
                            &at.value};
      if (auto ok = read_permissions(properties, connection); !ok) return ok;
      if (auto ok = connect(connection); !ok) return ok;
    }
    return {};
  }

  static Status read_permissions(const Node& properties, Connection& connection) {
    const Node* const permissions = properties.find("Permissions");
    for (const Node& word : permissions ? permissions->items : std::vector<Node>{}) {
      if (word.text != "Read" && word.text != "Write")
        return fail(fmt::format("a connector grants Read or Write, not '{}'", word.text),
                    word.place());
      (word.text == "Read" ? connection.read : connection.write) = true;
    }
    if (connection.read || connection.write) return {};
    return fail("a connector needs Permissions: [Read], [Write] or both",
                connection.origin.place());
  }

  Result<std::string> type_of(const std::string& id, const Connection& connection) const {
    const Node* const resource = resources_.find(id);
    const Node* const type = resource ? resource->find("Type") : nullptr;
    if (!type || !type->is_string())
      return fail(
          fmt::format("the connector '{}' names '{}', which is not a resource", connection.id, id),
          connection.origin.place());
    return plain_type(type->text);
  }

  Status connect(const Connection& connection) {
    const auto from = type_of(connection.source, connection);
    if (!from) return std::unexpected(from.error());
    const auto to = type_of(connection.destination, connection);
    if (!to) return std::unexpected(to.error());
    if (*from == "AWS::Lambda::Function") {
      const auto grant = std::ranges::find(kFromFunction, *to, &RoleGrant::destination);
      if (grant != std::end(kFromFunction)) return grant_to_role(connection, *grant);
    }
    if (*from == "AWS::SNS::Topic" && connection.write && !connection.read) {
      if (*to == "AWS::SQS::Queue") return allow_topic_on_queue(connection);
      if (*to == "AWS::Lambda::Function") return allow_topic_on_function(connection);
    }
    return fail(
        fmt::format("the connector '{}' from {} to {} is not supported here: write the policy out",
                    connection.id, *from, *to),
        connection.origin.place());
  }

  // The role of a function: its own property, or the one that the transform makes.
  Result<Node> role_name(const Connection& connection) const {
    const Node* const properties = resources_.find(connection.source)->find("Properties");
    const Node* const given = properties ? properties->find("Role") : nullptr;
    if (!given) return ref(connection.source + "Role", connection.origin);
    const Member* const call = as_call(*given);
    if (call && call->name == "Fn::GetAtt") {
      const Node& arguments = call->value;
      const std::string id = arguments.is_list() && !arguments.items.empty()
                                 ? arguments.items[0].text
                                 : arguments.text.substr(0, arguments.text.find('.'));
      return ref(id, connection.origin);
    }
    return fail(
        fmt::format(
            "the connector '{}': the Role of '{}' must be a !GetAtt of a role in this template",
            connection.id, connection.source),
        given->place());
  }

  Status grant_to_role(const Connection& connection, const RoleGrant& grant) {
    const Origin& at = connection.origin;
    auto role = role_name(connection);
    if (!role) return std::unexpected(role.error());
    Node actions = Node::list({}, at);
    if (connection.read) actions = words(grant.reads, std::move(actions));
    if (connection.write) actions = words(grant.writes, std::move(actions));
    if (actions.items.empty())
      return fail(fmt::format("the connector '{}': {} has nothing to read", connection.id,
                              grant.destination),
                  at.place());
    Node statement = Node::map(at);
    statement.set("Effect", "Allow");
    statement.set("Action", std::move(actions));
    const bool topic = grant.destination == "AWS::SNS::Topic";
    Node arn = topic ? ref(connection.destination, at) : get_att(connection.destination, "Arn", at);
    Node resources = Node::list({arn}, at);
    if (grant.destination == "AWS::S3::Bucket")
      resources.push(sub("${" + connection.destination + ".Arn}/*", at));
    if (grant.destination == "AWS::DynamoDB::Table")
      resources.push(sub("${" + connection.destination + ".Arn}/index/*", at));
    statement.set("Resource", std::move(resources));
    Node properties = Node::map(at);
    properties.set("PolicyDocument", document(std::move(statement), at));
    properties.set("Roles", Node::list({std::move(*role)}, at));
    generate(connection, "Policy", "AWS::IAM::ManagedPolicy", std::move(properties));
    return {};
  }

  Status allow_topic_on_queue(const Connection& connection) {
    const Origin& at = connection.origin;
    Node principal = Node::map(at);
    principal.set("Service", "sns.amazonaws.com");
    Node equals = Node::map(at);
    equals.set("aws:SourceArn", ref(connection.source, at));
    Node condition = Node::map(at);
    condition.set("ArnEquals", std::move(equals));
    Node statement = Node::map(at);
    statement.set("Effect", "Allow");
    statement.set("Principal", std::move(principal));
    statement.set("Action", "sqs:SendMessage");
    statement.set("Resource", get_att(connection.destination, "Arn", at));
    statement.set("Condition", std::move(condition));
    Node properties = Node::map(at);
    properties.set("PolicyDocument", document(std::move(statement), at));
    properties.set("Queues", Node::list({ref(connection.destination, at)}, at));
    generate(connection, "QueuePolicy", "AWS::SQS::QueuePolicy", std::move(properties));
    return {};
  }

  Status allow_topic_on_function(const Connection& connection) {
    const Origin& at = connection.origin;
    Node properties = Node::map(at);
    properties.set("Action", "lambda:InvokeFunction");
    properties.set("FunctionName", get_att(connection.destination, "Arn", at));
    properties.set("Principal", "sns.amazonaws.com");
    properties.set("SourceArn", ref(connection.source, at));
    generate(connection, "WriteLambdaPermission", "AWS::Lambda::Permission", std::move(properties));
    return {};
  }

  void generate(const Connection& connection, const char* suffix, const char* type,
                Node properties) {
    generated_.push_back({connection.id + suffix, resource(type, std::move(properties),
                                                           *connection.like, connection.origin)});
  }

  Node& resources_;
  std::vector<Generated> generated_;
};

}  // namespace

Status expand_connectors(Node& resources) {
  return Connectors(resources).expand();
}

}  // namespace loopgate::cfn::sam
