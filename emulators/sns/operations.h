// The operations of SNS: parameters in the shape of the JSON protocol in, result or error out. One
// file per operation, or per pair that reads and writes the same thing.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "emulators/http/api.h"
#include "emulators/sns/topics.h"

namespace loopgate::sns {

http::ApiResult create_topic(Topics& topics, const http::ApiCall& call);
http::ApiResult delete_topic(Topics& topics, const http::ApiCall& call);
http::ApiResult get_topic_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult set_topic_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult list_topics(Topics& topics, const http::ApiCall& call);
http::ApiResult subscribe(Topics& topics, const http::ApiCall& call);
http::ApiResult confirm_subscription(Topics& topics, const http::ApiCall& call);
http::ApiResult unsubscribe(Topics& topics, const http::ApiCall& call);
http::ApiResult list_subscriptions(Topics& topics, const http::ApiCall& call);
http::ApiResult list_subscriptions_by_topic(Topics& topics, const http::ApiCall& call);
http::ApiResult get_subscription_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult set_subscription_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult publish(Topics& topics, const http::ApiCall& call);
http::ApiResult publish_batch(Topics& topics, const http::ApiCall& call);
http::ApiResult tag_resource(Topics& topics, const http::ApiCall& call);
http::ApiResult untag_resource(Topics& topics, const http::ApiCall& call);
http::ApiResult list_tags_for_resource(Topics& topics, const http::ApiCall& call);
http::ApiResult add_permission(Topics& topics, const http::ApiCall& call);
http::ApiResult remove_permission(Topics& topics, const http::ApiCall& call);
http::ApiResult check_if_phone_number_is_opted_out(Topics& topics, const http::ApiCall& call);
http::ApiResult create_sms_sandbox_phone_number(Topics& topics, const http::ApiCall& call);
http::ApiResult delete_sms_sandbox_phone_number(Topics& topics, const http::ApiCall& call);
http::ApiResult get_data_protection_policy(Topics& topics, const http::ApiCall& call);
http::ApiResult get_sms_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult get_sms_sandbox_account_status(Topics& topics, const http::ApiCall& call);
http::ApiResult list_origination_numbers(Topics& topics, const http::ApiCall& call);
http::ApiResult list_phone_numbers_opted_out(Topics& topics, const http::ApiCall& call);
http::ApiResult list_sms_sandbox_phone_numbers(Topics& topics, const http::ApiCall& call);
http::ApiResult opt_in_phone_number(Topics& topics, const http::ApiCall& call);
http::ApiResult put_data_protection_policy(Topics& topics, const http::ApiCall& call);
http::ApiResult set_sms_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult verify_sms_sandbox_phone_number(Topics& topics, const http::ApiCall& call);
http::ApiResult create_platform_application(Topics& topics, const http::ApiCall& call);
http::ApiResult delete_platform_application(Topics& topics, const http::ApiCall& call);
http::ApiResult get_platform_application_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult set_platform_application_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult list_platform_applications(Topics& topics, const http::ApiCall& call);
http::ApiResult create_platform_endpoint(Topics& topics, const http::ApiCall& call);
http::ApiResult delete_endpoint(Topics& topics, const http::ApiCall& call);
http::ApiResult get_endpoint_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult set_endpoint_attributes(Topics& topics, const http::ApiCall& call);
http::ApiResult list_endpoints_by_platform_application(Topics& topics, const http::ApiCall& call);

// What the operations share: reading parameters, and who may name which topic.

using http::text_param;
// Signed, or made in process on behalf of a session.
bool is_authenticated(const http::ApiCall& call);
AttributeMap map_param(const nlohmann::json& params, const std::string& name);
AttributeMap tags_param(const nlohmann::json& params);
// The topic must be in the caller's region (as AWS demands) and account (no topic policy is
// evaluated).
aws::Outcome<const Topic*> callers_topic(const Topics& topics, const http::ApiCall& call,
                                         const std::string& arn,
                                         std::string_view parameter = "TopicArn");

}  // namespace loopgate::sns
