#include "emulators/cloudformation/replacement.h"

#include <algorithm>
#include <array>

namespace loopgate::cloudformation {
namespace {

constexpr std::size_t kMost = 8;

struct Row {
  std::string_view type;
  std::array<std::string_view, kMost> immutable = {};
};

constexpr Row kTypes[] = {
    {"AWS::CloudFormation::Stack"},
    {"AWS::DynamoDB::Table", {"ImportSourceSpecification", "KeySchema", "TableName"}},
    {"AWS::Events::EventBus", {"Name"}},
    {"AWS::Events::Rule", {"EventBusName", "Name"}},
    {"AWS::IAM::ManagedPolicy", {"Description", "ManagedPolicyName", "Path"}},
    {"AWS::IAM::Policy"},
    {"AWS::IAM::Role", {"Path", "RoleName"}},
    {"AWS::Lambda::Alias", {"FunctionName", "Name"}},
    {"AWS::Lambda::EventInvokeConfig", {"FunctionName", "Qualifier"}},
    {"AWS::Lambda::EventSourceMapping",
     {"AmazonManagedKafkaEventSourceConfig", "EventSourceArn", "SelfManagedEventSource",
      "SelfManagedKafkaEventSourceConfig", "StartingPosition", "StartingPositionTimestamp"}},
    {"AWS::Lambda::Function", {"FunctionName", "PackageType"}},
    {"AWS::Lambda::LayerVersion",
     {"CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LayerName",
      "LicenseInfo"}},
    {"AWS::Lambda::Permission",
     {"Action", "EventSourceToken", "FunctionName", "FunctionUrlAuthType", "Principal",
      "PrincipalOrgID", "SourceAccount", "SourceArn"}},
    {"AWS::Lambda::Url", {"Qualifier", "TargetFunctionArn"}},
    {"AWS::Lambda::Version", {"CodeSha256", "Description", "FunctionName"}},
    {"AWS::Logs::LogGroup", {"LogGroupName"}},
    {"AWS::Logs::LogStream", {"LogGroupName", "LogStreamName"}},
    {"AWS::S3::Bucket", {"BucketName"}},
    {"AWS::S3::BucketPolicy", {"Bucket"}},
    {"AWS::SNS::Subscription", {"Endpoint", "Protocol", "TopicArn"}},
    {"AWS::SNS::Topic", {"FifoTopic", "TopicName"}},
    {"AWS::SNS::TopicPolicy"},
    {"AWS::SQS::Queue", {"FifoQueue", "QueueName"}},
    {"AWS::SQS::QueuePolicy"},
    {"AWS::SSM::Parameter", {"Name"}},
    {"AWS::Scheduler::Schedule", {"Name"}},
    {"AWS::SecretsManager::Secret", {"Name"}},
    {"AWS::StepFunctions::Activity", {"EncryptionConfiguration", "Name"}},
    {"AWS::StepFunctions::StateMachine", {"StateMachineName", "StateMachineType"}},
};

}  // namespace

std::string_view requires_recreation(std::string_view type, std::string_view property) {
  const auto* const row = std::ranges::find(kTypes, type, &Row::type);
  if (row == std::end(kTypes)) return "Conditionally";
  return std::ranges::find(row->immutable, property) == row->immutable.end() ? "Never" : "Always";
}

}  // namespace loopgate::cloudformation
