#include "emulators/sns/service.h"

#include "aws/shapes/services.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {

namespace {

constexpr http::Operation<Topics> kOperations[] = {
    {"CreateTopic", create_topic},
    {"DeleteTopic", delete_topic},
    {"GetTopicAttributes", get_topic_attributes},
    {"SetTopicAttributes", set_topic_attributes},
    {"ListTopics", list_topics},
    {"TagResource", tag_resource},
    {"UntagResource", untag_resource},
    {"ListTagsForResource", list_tags_for_resource},
    {"AddPermission", add_permission},
    {"RemovePermission", remove_permission},
    {"Publish", publish},
    {"PublishBatch", publish_batch},
    {"Subscribe", subscribe},
    {"ConfirmSubscription", confirm_subscription},
    {"Unsubscribe", unsubscribe},
    {"ListSubscriptions", list_subscriptions},
    {"ListSubscriptionsByTopic", list_subscriptions_by_topic},
    {"GetSubscriptionAttributes", get_subscription_attributes},
    {"SetSubscriptionAttributes", set_subscription_attributes},
    {"CheckIfPhoneNumberIsOptedOut", check_if_phone_number_is_opted_out},
    {"CreateSMSSandboxPhoneNumber", create_sms_sandbox_phone_number},
    {"DeleteSMSSandboxPhoneNumber", delete_sms_sandbox_phone_number},
    {"GetDataProtectionPolicy", get_data_protection_policy},
    {"GetSMSAttributes", get_sms_attributes},
    {"GetSMSSandboxAccountStatus", get_sms_sandbox_account_status},
    {"ListOriginationNumbers", list_origination_numbers},
    {"ListPhoneNumbersOptedOut", list_phone_numbers_opted_out},
    {"ListSMSSandboxPhoneNumbers", list_sms_sandbox_phone_numbers},
    {"OptInPhoneNumber", opt_in_phone_number},
    {"PutDataProtectionPolicy", put_data_protection_policy},
    {"SetSMSAttributes", set_sms_attributes},
    {"VerifySMSSandboxPhoneNumber", verify_sms_sandbox_phone_number},
    {"CreatePlatformApplication", create_platform_application},
    {"DeletePlatformApplication", delete_platform_application},
    {"GetPlatformApplicationAttributes", get_platform_application_attributes},
    {"SetPlatformApplicationAttributes", set_platform_application_attributes},
    {"ListPlatformApplications", list_platform_applications},
    {"CreatePlatformEndpoint", create_platform_endpoint},
    {"DeleteEndpoint", delete_endpoint},
    {"GetEndpointAttributes", get_endpoint_attributes},
    {"SetEndpointAttributes", set_endpoint_attributes},
    {"ListEndpointsByPlatformApplication", list_endpoints_by_platform_application},
};

}  // namespace

SnsService::SnsService(Topics& topics) : TableService(aws::shapes::kSns, kOperations, topics) {}

namespace {

std::string resource_of(const http::ApiCall& call) {
  for (const auto* name : {"TopicArn", "TargetArn", "ResourceArn"}) {
    if (auto arn = text_param(call.params, name); !arn.empty()) return arn;
  }
  // IAM knows a subscription by its topic: the ARN without its last part.
  if (auto arn = text_param(call.params, "SubscriptionArn"); !arn.empty()) {
    return arn.substr(0, arn.rfind(':'));
  }
  const auto name = text_param(call.params, "Name");
  if (name.empty()) return "*";
  return "arn:aws:sns:" + call.caller.region + ":" + call.caller.account + ":" + name;
}

}  // namespace

// A batch is published with the permission to publish.
// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
http::Permission SnsService::permission_for(const http::ApiCall& call) const {
  // Who has the token may confirm; who visits an address of ours is nobody.
  if (call.operation == "ConfirmSubscription") return {};
  if (call.operation == "Unsubscribe" && !is_authenticated(call)) return {};
  const auto action = call.operation == "PublishBatch" ? "Publish" : call.operation;
  return {"sns:" + action, resource_of(call)};
}

}  // namespace loopgate::sns
