#include "template/stand_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "codec/text.h"

namespace loopgate::cfn {

namespace {

enum class RefGives : unsigned char { kName, kArn, kRandomId };

struct Form {
  std::string_view type;
  bool inert;
  std::string_view name_property;
  std::string_view arn;  // after "arn:aws:"; {r} region, {a} account, {n} name
  RefGives ref = RefGives::kName;
};

constexpr Form kForms[] = {
    // Nothing to do in a sandbox.
    {"AWS::CloudWatch::Alarm", true, "AlarmName", "cloudwatch:{r}:{a}:alarm:{n}"},
    {"AWS::CloudWatch::CompositeAlarm", true, "AlarmName", "cloudwatch:{r}:{a}:alarm:{n}"},
    {"AWS::CloudWatch::AnomalyDetector", true, "", "", RefGives::kRandomId},
    {"AWS::CloudWatch::Dashboard", true, "DashboardName", "cloudwatch::{a}:dashboard/{n}"},
    {"AWS::CloudWatch::InsightRule", true, "RuleName", "cloudwatch:{r}:{a}:insight-rule/{n}"},
    {"AWS::CloudWatch::MetricStream", true, "Name", "cloudwatch:{r}:{a}:metric-stream/{n}"},
    {"AWS::Logs::MetricFilter", true, "FilterName", ""},
    {"AWS::Logs::SubscriptionFilter", true, "FilterName", ""},
    {"AWS::Logs::QueryDefinition", true, "", "", RefGives::kRandomId},
    {"AWS::Logs::ResourcePolicy", true, "PolicyName", ""},
    {"AWS::KMS::Key", true, "", "kms:{r}:{a}:key/{n}", RefGives::kRandomId},
    {"AWS::KMS::ReplicaKey", true, "", "kms:{r}:{a}:key/{n}", RefGives::kRandomId},
    {"AWS::KMS::Alias", true, "AliasName", "kms:{r}:{a}:{n}"},
    {"AWS::Route53::RecordSet", true, "Name", ""},
    {"AWS::Route53::RecordSetGroup", true, "", ""},
    {"AWS::Route53::HostedZone", true, "", "route53:::hostedzone/{n}", RefGives::kRandomId},
    {"AWS::Route53::HealthCheck", true, "", "", RefGives::kRandomId},
    {"AWS::CertificateManager::Certificate", true, "", "acm:{r}:{a}:certificate/{n}",
     RefGives::kArn},
    {"AWS::ApplicationInsights::Application", true, "",
     "applicationinsights:{r}:{a}:application/resource-group/{n}", RefGives::kArn},
    {"AWS::ResourceGroups::Group", true, "Name", "resource-groups:{r}:{a}:group/{n}"},
    {"AWS::CloudFormation::WaitConditionHandle", true, "", ""},
    {"AWS::CDK::Metadata", true, "", ""},
    // Of `cdk bootstrap`: images are not run here.
    {"AWS::ECR::Repository", true, "RepositoryName", "ecr:{r}:{a}:repository/{n}"},
    {"AWS::Budgets::Budget", true, "", ""},
    {"AWS::XRay::Group", true, "GroupName", "xray:{r}:{a}:group/{n}", RefGives::kArn},
    {"AWS::XRay::SamplingRule", true, "", "", RefGives::kArn},
    // Services that the sandbox lacks, whose names and ARNs others depend on.
    {"AWS::StepFunctions::StateMachine", false, "StateMachineName",
     "states:{r}:{a}:stateMachine:{n}", RefGives::kArn},
    {"AWS::Serverless::StateMachine", false, "Name", "states:{r}:{a}:stateMachine:{n}",
     RefGives::kArn},
    {"AWS::Kinesis::Stream", false, "Name", "kinesis:{r}:{a}:stream/{n}"},
    {"AWS::KinesisFirehose::DeliveryStream", false, "DeliveryStreamName",
     "firehose:{r}:{a}:deliverystream/{n}"},
    {"AWS::Events::EventBus", false, "Name", "events:{r}:{a}:event-bus/{n}"},
    {"AWS::Events::Rule", false, "Name", "events:{r}:{a}:rule/{n}"},
    {"AWS::DynamoDB::Table", false, "TableName", "dynamodb:{r}:{a}:table/{n}"},
    {"AWS::DynamoDB::GlobalTable", false, "TableName", "dynamodb:{r}:{a}:table/{n}"},
    {"AWS::Serverless::SimpleTable", false, "TableName", "dynamodb:{r}:{a}:table/{n}"},
    {"AWS::Location::Tracker", false, "TrackerName", "geo:{r}:{a}:tracker/{n}"},
    {"AWS::IoT::TopicRule", false, "RuleName", "iot:{r}:{a}:rule/{n}"},
};

const Form* form_of(std::string_view type) {
  const auto found = std::ranges::find(kForms, type, &Form::type);
  return found == std::end(kForms) ? nullptr : &*found;
}

std::string fill(std::string_view pattern, const StackContext& stack, std::string_view name) {
  std::string out = "arn:aws:";
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] != '{') {
      out += pattern[i];
      continue;
    }
    const char what = pattern[i + 1];
    out += what == 'r' ? stack.region : what == 'a' ? stack.account : std::string(name);
    i += 2;
  }
  return out;
}

// "AWS::AppSync::GraphQLApi" → "appsync:{r}:{a}:graphqlapi/{n}"
std::string guessed_arn(std::string_view type) {
  const auto first = type.find("::");
  const auto second = first == std::string_view::npos ? first : type.find("::", first + 2);
  if (second == std::string_view::npos) return "cloudformation:{r}:{a}:custom-resource/{n}";
  return fmt::format("{}:{{r}}:{{a}}:{}/{{n}}",
                     codec::lower(type.substr(first + 2, second - first - 2)),
                     codec::lower(type.substr(second + 2)));
}

std::string arn_of(std::string_view type, const StackContext& stack, std::string_view name) {
  const Form* const form = form_of(type);
  return fill(form && !form->arn.empty() ? std::string(form->arn) : guessed_arn(type), stack, name);
}

}  // namespace

bool is_inert(std::string_view type) {
  const Form* const form = form_of(type);
  return form && form->inert;
}

void StandInType::create(const ResourceRequest& request, ResourceDone done) {
  const Form* const form = form_of(request.type);
  std::string name;
  if (form && !form->name_property.empty()) {
    const auto given = request.properties.find(form->name_property);
    if (given != request.properties.end() && given->is_string()) name = given->get<std::string>();
  }
  if (name.empty() && form && form->ref == RefGives::kRandomId) name = random_.uuid();
  if (name.empty())
    name =
        fmt::format("{}-{}-{}", request.stack->name, request.logical_id, random_.upper_alnum(12));
  ResourceState state;
  state.physical_id =
      form && form->ref == RefGives::kArn ? arn_of(request.type, *request.stack, name) : name;
  done(std::move(state));
}

void StandInType::update(const ResourceRequest& request, ResourceDone done) {
  done(ResourceState{request.physical_id, {}});
}

void StandInType::remove(const ResourceRequest&, RemoveDone done) {
  done({});
}

std::string stand_in_attribute(const StackContext& stack, std::string_view type,
                               const std::string& physical_id, std::string_view attribute) {
  const bool is_arn = physical_id.starts_with("arn:");
  const std::string name =
      is_arn ? physical_id.substr(physical_id.find_last_of(":/") + 1) : physical_id;
  if (attribute.ends_with("Arn") || attribute.ends_with("ARN"))
    return is_arn ? physical_id : arn_of(type, stack, name);
  if (attribute == "Name" || attribute.ends_with("Id") || attribute.ends_with("ID") ||
      attribute.ends_with("Name"))
    return name;
  return fmt::format("{}-{}", name, attribute);
}

}  // namespace loopgate::cfn
