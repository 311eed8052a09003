// The execution role of a function: managed policies by name, inline documents, SAM's policy
// templates.
// https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "template/intrinsics.h"
#include "template/sam_parts.h"
#include "template/suggestion.h"

namespace loopgate::cfn::sam {

namespace {

struct Statement {
  std::vector<std::string_view> actions;
  std::vector<std::string_view> resources;  // patterns of Fn::Sub over the template's parameters
};

struct PolicyTemplate {
  std::string_view name;
  std::vector<std::string_view> parameters;
  std::vector<Statement> statements;
};

constexpr std::string_view kTable =
    "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}";
constexpr std::string_view kTableIndex =
    "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}/index/*";
constexpr std::string_view kQueue =
    "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:${QueueName}";
constexpr std::string_view kBucket = "arn:${AWS::Partition}:s3:::${BucketName}";
constexpr std::string_view kBucketObjects = "arn:${AWS::Partition}:s3:::${BucketName}/*";
constexpr std::string_view kStream =
    "arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${StreamName}";
constexpr std::string_view kDelivery =
    "arn:${AWS::Partition}:firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/"
    "${DeliveryStreamName}";
constexpr std::string_view kParameter =
    "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${ParameterName}";
constexpr std::string_view kKey =
    "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${KeyId}";

const std::vector<PolicyTemplate>& policy_templates() {
  static const std::vector<PolicyTemplate> kTemplates = {
      {"SQSPollerPolicy",
       {"QueueName"},
       {{{"sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibilityBatch", "sqs:DeleteMessage",
          "sqs:DeleteMessageBatch", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"},
         {kQueue}}}},
      {"SQSSendMessagePolicy", {"QueueName"}, {{{"sqs:SendMessage*"}, {kQueue}}}},
      {"SNSPublishMessagePolicy",
       {"TopicName"},
       {{{"sns:Publish"},
         {"arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${TopicName}"}}}},
      {"SNSCrudPolicy",
       {"TopicName"},
       {{{"sns:ListSubscriptionsByTopic", "sns:CreateTopic", "sns:SetTopicAttributes",
          "sns:Subscribe", "sns:Publish"},
         {"arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:${TopicName}*"}}}},
      {"LambdaInvokePolicy",
       {"FunctionName"},
       {{{"lambda:InvokeFunction"},
         {"arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${FunctionName}"
          "*"}}}},
      {"CloudWatchPutMetricPolicy", {}, {{{"cloudwatch:PutMetricData"}, {"*"}}}},
      {"CloudWatchDescribeAlarmHistoryPolicy", {}, {{{"cloudwatch:DescribeAlarmHistory"}, {"*"}}}},
      {"CloudFormationDescribeStacksPolicy",
       {},
       {{{"cloudformation:DescribeStacks"},
         {"arn:${AWS::Partition}:cloudformation:${AWS::Region}:${AWS::AccountId}:stack/*"}}}},
      {"DynamoDBCrudPolicy",
       {"TableName"},
       {{{"dynamodb:GetItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Scan",
          "dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem",
          "dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:ConditionCheckItem"},
         {kTable, kTableIndex}}}},
      {"DynamoDBReadPolicy",
       {"TableName"},
       {{{"dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem",
          "dynamodb:DescribeTable"},
         {kTable, kTableIndex}}}},
      {"DynamoDBWritePolicy",
       {"TableName"},
       {{{"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem"},
         {kTable, kTableIndex}}}},
      {"DynamoDBReconfigurePolicy", {"TableName"}, {{{"dynamodb:UpdateTable"}, {kTable}}}},
      {"DynamoDBStreamReadPolicy",
       {"TableName", "StreamName"},
       {{{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"},
         {"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}/"
          "stream/${StreamName}"}},
        {{"dynamodb:ListStreams"},
         {"arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${TableName}/"
          "stream/*"}}}},
      {"S3ReadPolicy",
       {"BucketName"},
       {{{"s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectVersion",
          "s3:GetLifecycleConfiguration"},
         {kBucket, kBucketObjects}}}},
      {"S3WritePolicy",
       {"BucketName"},
       {{{"s3:PutObject", "s3:PutObjectAcl", "s3:PutLifecycleConfiguration"},
         {kBucket, kBucketObjects}}}},
      {"S3CrudPolicy",
       {"BucketName"},
       {{{"s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectVersion",
          "s3:PutObject", "s3:PutObjectAcl", "s3:GetLifecycleConfiguration",
          "s3:PutLifecycleConfiguration", "s3:DeleteObject"},
         {kBucket, kBucketObjects}}}},
      {"KinesisStreamReadPolicy",
       {"StreamName"},
       {{{"kinesis:ListStreams", "kinesis:DescribeLimits"},
         {"arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/*"}},
        {{"kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords",
          "kinesis:GetShardIterator"},
         {kStream}}}},
      {"KinesisCrudPolicy",
       {"StreamName"},
       {{{"kinesis:AddTagsToStream", "kinesis:CreateStream",
          "kinesis:DecreaseStreamRetentionPeriod", "kinesis:DeleteStream", "kinesis:DescribeStream",
          "kinesis:DescribeStreamSummary", "kinesis:GetShardIterator",
          "kinesis:IncreaseStreamRetentionPeriod", "kinesis:ListTagsForStream",
          "kinesis:MergeShards", "kinesis:PutRecord", "kinesis:PutRecords", "kinesis:SplitShard",
          "kinesis:RemoveTagsFromStream"},
         {kStream}}}},
      {"FirehoseWritePolicy",
       {"DeliveryStreamName"},
       {{{"firehose:PutRecord", "firehose:PutRecordBatch"}, {kDelivery}}}},
      {"FirehoseCrudPolicy",
       {"DeliveryStreamName"},
       {{{"firehose:CreateDeliveryStream", "firehose:DeleteDeliveryStream",
          "firehose:DescribeDeliveryStream", "firehose:PutRecord", "firehose:PutRecordBatch",
          "firehose:UpdateDestination"},
         {kDelivery}}}},
      {"StepFunctionsExecutionPolicy",
       {"StateMachineName"},
       {{{"states:StartExecution"},
         {"arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${"
          "StateMachineName}"}}}},
      {"EventBridgePutEventsPolicy",
       {"EventBusName"},
       {{{"events:PutEvents"},
         {"arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/"
          "${EventBusName}"}}}},
      {"SSMParameterReadPolicy",
       {"ParameterName"},
       {{{"ssm:DescribeParameters"}, {"*"}},
        {{"ssm:GetParameters", "ssm:GetParameter", "ssm:GetParametersByPath"}, {kParameter}}}},
      {"SSMParameterWithSlashPrefixReadPolicy",
       {"ParameterName"},
       {{{"ssm:DescribeParameters"}, {"*"}},
        {{"ssm:GetParameters", "ssm:GetParameter", "ssm:GetParametersByPath"},
         {"arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${"
          "ParameterName}"}}}},
      {"AWSSecretsManagerGetSecretValuePolicy",
       {"SecretArn"},
       {{{"secretsmanager:GetSecretValue"}, {"${SecretArn}"}}}},
      {"KMSDecryptPolicy", {"KeyId"}, {{{"kms:Decrypt"}, {kKey}}}},
      {"KMSEncryptPolicy", {"KeyId"}, {{{"kms:Encrypt"}, {kKey}}}},
      {"VPCAccessPolicy",
       {},
       {{{"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface",
          "ec2:DescribeNetworkInterfaces", "ec2:DetachNetworkInterface"},
         {"*"}}}},
      {"FilterLogEventsPolicy",
       {"LogGroupName"},
       {{{"logs:FilterLogEvents"},
         {"arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${LogGroupName}:"
          "log-stream:*"}}}},
  };
  return kTemplates;
}

// Managed policies that live under service-role/; all others lie at the root.
constexpr std::string_view kServiceRolePolicies[] = {
    "AWSLambdaBasicExecutionRole",    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaENIManagementAccess",   "AWSLambdaKinesisExecutionRole",
    "AWSLambdaMSKExecutionRole",      "AWSLambdaRole",
    "AWSLambdaSQSQueueExecutionRole", "AWSLambdaVPCAccessExecutionRole"};

std::string managed_policy_arn(const std::string& name) {
  if (name.starts_with("arn:")) return name;
  const bool service_role =
      std::ranges::find(kServiceRolePolicies, name) != std::end(kServiceRolePolicies);
  return fmt::format("arn:aws:iam::aws:policy/{}{}", service_role ? "service-role/" : "", name);
}

Node document_of(Node statements, const Origin& at) {
  Node document = Node::map(at);
  document.set("Version", "2012-10-17");
  document.set("Statement", std::move(statements));
  return document;
}

Result<Node> expand_template(const PolicyTemplate& from, const Member& use) {
  const Origin& at = use.origin;
  for (const auto parameter : from.parameters) {
    if (!use.value.find(parameter)) {
      return fail(
          fmt::format("the policy template {} needs the parameter {}", from.name, parameter),
          at.place());
    }
  }
  for (const Member& given : use.value.members) {
    if (std::ranges::find(from.parameters, given.name) != from.parameters.end()) continue;
    return fail(
        fmt::format("the policy template {} has no parameter '{}'{}", from.name, given.name,
                    did_you_mean(given.name, {from.parameters.begin(), from.parameters.end()})),
        given.origin.place());
  }
  Node statements = Node::list({}, at);
  for (const Statement& statement : from.statements) {
    Node out = Node::map(at);
    out.set("Effect", "Allow");
    Node actions = Node::list({}, at);
    for (const auto action : statement.actions) actions.push(Node::string(std::string(action), at));
    out.set("Action", std::move(actions));
    Node resources = Node::list({}, at);
    for (const auto pattern : statement.resources) {
      Node call = Node::map(at);
      Node variables = use.value.is_map() ? use.value : Node::map(at);
      call.set("Fn::Sub",
               Node::list({Node::string(std::string(pattern), at), std::move(variables)}, at));
      resources.push(std::move(call));
    }
    out.set("Resource", std::move(resources));
    statements.push(std::move(out));
  }
  return document_of(std::move(statements), at);
}

class RolePolicies {
 public:
  RolePolicies(const std::string& function, const Origin& at)
      : function_(function), managed_(Node::list({}, at)), documents_(Node::list({}, at)) {}

  Status add(const Node& policy) {
    if (policy.is_string()) {
      add_managed(Node::string(managed_policy_arn(policy.text), policy.origin));
      return {};
    }
    if (policy.is_null()) return {};
    if (!policy.is_map() || policy.members.empty()) {
      return fail(
          fmt::format("a policy of '{}' is a name, an ARN, a policy document or a policy template",
                      function_),
          policy.place());
    }
    if (policy.find("Statement")) {
      Node document = policy;
      if (!document.find("Version")) document.set("Version", "2012-10-17");
      add_document(std::move(document), policy.origin);
      return {};
    }
    if (const Member* const call = as_call(policy)) {
      if (call->name == "Fn::If") return add_choice(policy, call->value);
      add_managed(policy);
      return {};
    }
    return add_template(policy.members.front());
  }

  void add_managed(Node arn) {
    const auto same = [&](const Node& other) {
      return arn.is_string() && other.is_string() && other.text == arn.text;
    };
    if (std::ranges::none_of(managed_.items, same)) managed_.push(std::move(arn));
  }
  Node take_managed() { return std::move(managed_); }
  Node take_documents() { return std::move(documents_); }

 private:
  void add_document(Node document, const Origin& at) {
    Node policy = Node::map(at);
    policy.set("PolicyName", fmt::format("{}RolePolicy{}", function_, documents_.items.size()));
    policy.set("PolicyDocument", std::move(document));
    documents_.push(std::move(policy));
  }
  Status add_template(const Member& use) {
    const auto& all = policy_templates();
    const auto found = std::ranges::find(all, use.name, &PolicyTemplate::name);
    if (found == all.end()) {
      std::vector<std::string> names;
      for (const auto& each : all) names.emplace_back(each.name);
      return fail(fmt::format("there is no policy template '{}' here{}", use.name,
                              did_you_mean(use.name, names)),
                  use.origin.place());
    }
    auto document = expand_template(*found, use);
    if (!document) return std::unexpected(document.error());
    add_document(std::move(*document), use.origin);
    return {};
  }
  // Each branch on its own, the list that it ends in with the same choice around.
  Status add_choice(const Node& policy, const Node& arguments) {
    if (!arguments.is_list() || arguments.items.size() != 3)
      return fail("Fn::If takes [condition, value if true, value if false]", policy.place());
    Node managed = Node::list({arguments.items[0]}, policy.origin);
    Node document = managed;
    bool is_document = false;
    for (std::size_t i = 1; i < 3; ++i) {
      RolePolicies branch(function_, policy.origin);
      const Member* const call = as_call(arguments.items[i]);
      const bool none = call && call->name == "Ref" && call->value.text == "AWS::NoValue";
      if (!none) {
        if (auto ok = branch.add(arguments.items[i]); !ok) return ok;
      }
      Node no_value = ref("AWS::NoValue", policy.origin);
      managed.push(branch.managed_.items.empty() ? no_value : branch.managed_.items[0]);
      is_document = is_document || !branch.documents_.items.empty();
      if (!branch.documents_.items.empty()) {
        branch.documents_.items[0].set(
            "PolicyName", fmt::format("{}RolePolicy{}", function_, documents_.items.size()));
      }
      document.push(branch.documents_.items.empty() ? no_value : branch.documents_.items[0]);
    }
    Node choice = Node::map(policy.origin);
    choice.set("Fn::If", std::move(managed));
    managed_.push(std::move(choice));
    if (is_document) {
      Node other = Node::map(policy.origin);
      other.set("Fn::If", std::move(document));
      documents_.push(std::move(other));
    }
    return {};
  }

  const std::string& function_;
  Node managed_;
  Node documents_;
};

Node trust_of_lambda(const Origin& at) {
  Node principal = Node::map(at);
  principal.set("Service", strings({"lambda.amazonaws.com"}, at));
  Node statement = Node::map(at);
  statement.set("Effect", "Allow");
  statement.set("Principal", std::move(principal));
  statement.set("Action", strings({"sts:AssumeRole"}, at));
  return document_of(Node::list({std::move(statement)}, at), at);
}

}  // namespace

Result<Node> execution_role(const FunctionWork& work) {
  const Origin& at = work.origin;
  RolePolicies policies(work.logical_id, at);
  policies.add_managed(Node::string(managed_policy_arn("AWSLambdaBasicExecutionRole"), at));
  if (const Node* const tracing = work.properties.find("Tracing");
      tracing && tracing->text == "Active") {
    policies.add_managed(Node::string(managed_policy_arn("AWSXRayDaemonWriteAccess"), at));
  }
  if (work.properties.find("VpcConfig")) {
    policies.add_managed(Node::string(managed_policy_arn("AWSLambdaVPCAccessExecutionRole"), at));
  }
  for (const Node& name : work.managed_policies.items)
    policies.add_managed(Node::string(managed_policy_arn(name.text), at));
  if (const Node* const given = work.properties.find("Policies")) {
    const std::vector<Node> each = given->is_list() ? given->items : std::vector<Node>{*given};
    for (const Node& policy : each) {
      if (auto ok = policies.add(policy); !ok) return std::unexpected(ok.error());
    }
  }
  Node properties = Node::map(at);
  const Node* const trust = work.properties.find("AssumeRolePolicyDocument");
  properties.set("AssumeRolePolicyDocument", trust ? *trust : trust_of_lambda(at));
  properties.set("ManagedPolicyArns", policies.take_managed());
  Node documents = policies.take_documents();
  if (!documents.items.empty()) properties.set("Policies", std::move(documents));
  if (const Node* const path = work.properties.find("RolePath")) properties.set("Path", *path);
  if (const Node* const boundary = work.properties.find("PermissionsBoundary"))
    properties.set("PermissionsBoundary", *boundary);
  return resource("AWS::IAM::Role", std::move(properties), work.source, at);
}

}  // namespace loopgate::cfn::sam
