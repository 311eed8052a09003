#include "emulators/iam/aws_managed.h"

#include <map>
#include <string>

#include "base/check.h"

namespace loopgate::iam {
namespace {

constexpr std::string_view kPrefix = "arn:aws:iam::aws:policy/";

struct Row {
  std::string_view name;     // after "policy/"
  std::string_view actions;  // JSON, of one Allow on every resource
};

#define LOOPGATE_LOG_ACTIONS \
  "\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents\""
// clang-format off: one policy a line
constexpr Row kRows[] = {
    {"AdministratorAccess", R"(["*"])"},
    {"AWSLambda_FullAccess", R"(["lambda:*","logs:*","cloudwatch:*","states:*","xray:*","iam:PassRole"])"},
    {"AWSLambda_ReadOnlyAccess", R"(["lambda:Get*","lambda:List*","logs:Get*","logs:Describe*","logs:FilterLogEvents"])"},
    {"AWSStepFunctionsFullAccess", R"(["states:*"])"},
    {"AWSXRayDaemonWriteAccess", R"(["xray:PutTraceSegments","xray:PutTelemetryRecords","xray:GetSamplingRules","xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"])"},
    {"AWSXrayWriteOnlyAccess", R"(["xray:PutTraceSegments","xray:PutTelemetryRecords","xray:GetSamplingRules","xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"])"},
    {"AmazonDynamoDBFullAccess", R"(["dynamodb:*"])"},
    {"AmazonEventBridgeFullAccess", R"(["events:*"])"},
    {"AmazonKinesisFullAccess", R"(["kinesis:*"])"},
    {"AmazonS3FullAccess", R"(["s3:*","s3-object-lambda:*"])"},
    {"AmazonS3ReadOnlyAccess", R"(["s3:Get*","s3:List*","s3:Describe*"])"},
    {"AmazonSNSFullAccess", R"(["sns:*"])"},
    {"AmazonSNSReadOnlyAccess", R"(["sns:GetTopicAttributes","sns:List*","sns:GetSubscriptionAttributes"])"},
    {"AmazonSQSFullAccess", R"(["sqs:*"])"},
    {"AmazonSQSReadOnlyAccess", R"(["sqs:GetQueueAttributes","sqs:GetQueueUrl","sqs:List*"])"},
    {"CloudWatchFullAccess", R"(["cloudwatch:*","logs:*"])"},
    {"CloudWatchLambdaInsightsExecutionRolePolicy", "[" LOOPGATE_LOG_ACTIONS "]"},
    {"CloudWatchLogsFullAccess", R"(["logs:*"])"},
    {"ReadOnlyAccess", R"(["*:Get*","*:List*","*:Describe*"])"},
    {"service-role/AWSLambdaBasicExecutionRole", "[" LOOPGATE_LOG_ACTIONS "]"},
    {"service-role/AWSLambdaDynamoDBExecutionRole", R"(["dynamodb:DescribeStream","dynamodb:GetRecords","dynamodb:GetShardIterator","dynamodb:ListStreams",)" LOOPGATE_LOG_ACTIONS "]"},
    {"service-role/AWSLambdaKinesisExecutionRole", R"(["kinesis:DescribeStream","kinesis:DescribeStreamSummary","kinesis:GetRecords","kinesis:GetShardIterator","kinesis:ListShards","kinesis:ListStreams","kinesis:SubscribeToShard",)" LOOPGATE_LOG_ACTIONS "]"},
    {"service-role/AWSLambdaRole", R"(["lambda:InvokeFunction"])"},
    {"service-role/AWSLambdaSQSQueueExecutionRole", R"(["sqs:ReceiveMessage","sqs:DeleteMessage","sqs:GetQueueAttributes",)" LOOPGATE_LOG_ACTIONS "]"},
    {"service-role/AWSLambdaVPCAccessExecutionRole", R"(["ec2:CreateNetworkInterface","ec2:DescribeNetworkInterfaces","ec2:DescribeSubnets","ec2:DeleteNetworkInterface","ec2:AssignPrivateIpAddresses","ec2:UnassignPrivateIpAddresses",)" LOOPGATE_LOG_ACTIONS "]"},
};
// clang-format on
#undef LOOPGATE_LOG_ACTIONS

// Everything but the management of people and accounts.
constexpr std::string_view kPowerUser =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*",)"
    R"("account:*"],"Resource":"*"},{"Effect":"Allow","Action":["iam:ListRoles",)"
    R"("organizations:DescribeOrganization","account:ListRegions"],"Resource":"*"}]})";

Policy parse(const std::string& text) {
  auto policy = Policy::parse(text, PolicyKind::kIdentity);
  LOOPGATE_CHECK(policy.has_value());
  return std::move(*policy);
}

const std::map<std::string, Policy, std::less<>>& table() {
  static const auto kTable = [] {
    std::map<std::string, Policy, std::less<>> all;
    for (const auto& row : kRows) {
      all.emplace(row.name,
                  parse(R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":)" +
                        std::string(row.actions) + R"(,"Resource":"*"}})"));
    }
    all.emplace("PowerUserAccess", parse(std::string(kPowerUser)));
    return all;
  }();
  return kTable;
}

}  // namespace

bool is_aws_managed_arn(std::string_view arn) {
  return arn.starts_with(kPrefix);
}

const Policy* find_aws_managed(std::string_view arn) {
  if (!is_aws_managed_arn(arn)) return nullptr;
  const auto found = table().find(arn.substr(kPrefix.size()));
  return found == table().end() ? nullptr : &found->second;
}

}  // namespace loopgate::iam
