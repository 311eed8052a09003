#include "emulators/sns/service.h"

#include <algorithm>

#include "emulators/sns/errors.h"
#include "emulators/sns/operations.h"

namespace loopgate::sns {
namespace {

using http::boolean_shape;
using http::list_of;
using http::map_of;
using http::Member;
using http::optional;
using http::required;
using http::ShapePtr;
using http::string_shape;
using http::structure;

struct Entry {
  http::OperationModel model;
  Operation run;
};

ShapePtr attribute_map() {
  return map_of(string_shape());
}

ShapePtr tag_list() {
  return list_of(structure({required("Key", string_shape()), required("Value", string_shape())}));
}

ShapePtr message_attributes() {
  return map_of(
      structure({optional("DataType", string_shape()), optional("StringValue", string_shape()),
                 optional("BinaryValue", http::blob_shape())}),
      "Name", "Value");
}

std::vector<Member> message_members() {
  return {optional("Message", string_shape()),
          optional("Subject", string_shape()),
          optional("MessageStructure", string_shape()),
          optional("MessageAttributes", message_attributes()),
          optional("MessageGroupId", string_shape()),
          optional("MessageDeduplicationId", string_shape())};
}

ShapePtr publish_input() {
  auto members = message_members();
  members.push_back(optional("TopicArn", string_shape()));
  members.push_back(optional("TargetArn", string_shape()));
  members.push_back(optional("PhoneNumber", string_shape()));
  return structure(std::move(members));
}

ShapePtr publish_batch_input() {
  auto members = message_members();
  members.push_back(required("Id", string_shape()));
  return structure(
      {required("TopicArn", string_shape()),
       optional("PublishBatchRequestEntries", list_of(structure(std::move(members))))});
}

ShapePtr publish_batch_output() {
  return structure(
      {optional("Successful", list_of(structure({optional("Id", string_shape()),
                                                 optional("MessageId", string_shape()),
                                                 optional("SequenceNumber", string_shape())}))),
       optional("Failed",
                list_of(structure({optional("Id", string_shape()), optional("Code", string_shape()),
                                   optional("Message", string_shape()),
                                   optional("SenderFault", boolean_shape())})))});
}

ShapePtr subscription_page() {
  return structure(
      {optional("Subscriptions",
                list_of(structure(
                    {optional("SubscriptionArn", string_shape()), optional("Owner", string_shape()),
                     optional("Protocol", string_shape()), optional("Endpoint", string_shape()),
                     optional("TopicArn", string_shape())}))),
       optional("NextToken", string_shape())});
}

ShapePtr only(const char* name) {
  return structure({required(name, string_shape())});
}
ShapePtr result(const char* name) {
  return structure({optional(name, string_shape())});
}

ShapePtr set_attribute_input(const char* resource) {
  return structure({required(resource, string_shape()), required("AttributeName", string_shape()),
                    optional("AttributeValue", string_shape())});
}

std::vector<Entry> topic_operations() {
  return {
      {{"CreateTopic",
        structure({required("Name", string_shape()), optional("Attributes", attribute_map()),
                   optional("Tags", tag_list())}),
        result("TopicArn")},
       create_topic},
      {{"DeleteTopic", only("TopicArn"), nullptr}, delete_topic},
      {{"GetTopicAttributes", only("TopicArn"),
        structure({optional("Attributes", attribute_map())})},
       get_topic_attributes},
      {{"SetTopicAttributes", set_attribute_input("TopicArn"), nullptr}, set_topic_attributes},
      {{"ListTopics", structure({optional("NextToken", string_shape())}),
        structure({optional("Topics", list_of(structure({optional("TopicArn", string_shape())}))),
                   optional("NextToken", string_shape())})},
       list_topics},
      {{"TagResource",
        structure({required("ResourceArn", string_shape()), required("Tags", tag_list())}),
        structure({})},
       tag_resource},
      {{"UntagResource",
        structure({required("ResourceArn", string_shape()),
                   required("TagKeys", list_of(string_shape()))}),
        structure({})},
       untag_resource},
      {{"ListTagsForResource", only("ResourceArn"), structure({optional("Tags", tag_list())})},
       list_tags_for_resource},
      {{"AddPermission",
        structure({required("TopicArn", string_shape()), required("Label", string_shape()),
                   required("AWSAccountId", list_of(string_shape())),
                   required("ActionName", list_of(string_shape()))}),
        nullptr},
       add_permission},
      {{"RemovePermission",
        structure({required("TopicArn", string_shape()), required("Label", string_shape())}),
        nullptr},
       remove_permission},
      {{"Publish", publish_input(),
        structure(
            {optional("MessageId", string_shape()), optional("SequenceNumber", string_shape())})},
       publish},
      {{"PublishBatch", publish_batch_input(), publish_batch_output()}, publish_batch},
  };
}

std::vector<Entry> subscription_operations() {
  return {
      {{"Subscribe",
        structure({required("TopicArn", string_shape()), required("Protocol", string_shape()),
                   optional("Endpoint", string_shape()), optional("Attributes", attribute_map()),
                   optional("ReturnSubscriptionArn", boolean_shape())}),
        result("SubscriptionArn")},
       subscribe},
      {{"ConfirmSubscription",
        structure({required("TopicArn", string_shape()), required("Token", string_shape()),
                   optional("AuthenticateOnUnsubscribe", string_shape())}),
        result("SubscriptionArn")},
       confirm_subscription},
      {{"Unsubscribe", only("SubscriptionArn"), nullptr}, unsubscribe},
      {{"ListSubscriptions", structure({optional("NextToken", string_shape())}),
        subscription_page()},
       list_subscriptions},
      {{"ListSubscriptionsByTopic",
        structure({required("TopicArn", string_shape()), optional("NextToken", string_shape())}),
        subscription_page()},
       list_subscriptions_by_topic},
      {{"GetSubscriptionAttributes", only("SubscriptionArn"),
        structure({optional("Attributes", attribute_map())})},
       get_subscription_attributes},
      {{"SetSubscriptionAttributes", set_attribute_input("SubscriptionArn"), nullptr},
       set_subscription_attributes},
  };
}

const std::vector<Entry>& operations() {
  static const std::vector<Entry> kOperations = [] {
    auto all = topic_operations();
    auto more = subscription_operations();
    std::ranges::move(more, std::back_inserter(all));
    return all;
  }();
  return kOperations;
}

}  // namespace

const std::vector<std::string_view>& SnsService::unsupported_operations() {
  static const std::vector<std::string_view> kNames = {"CheckIfPhoneNumberIsOptedOut",
                                                       "CreatePlatformApplication",
                                                       "CreatePlatformEndpoint",
                                                       "CreateSMSSandboxPhoneNumber",
                                                       "DeleteEndpoint",
                                                       "DeletePlatformApplication",
                                                       "DeleteSMSSandboxPhoneNumber",
                                                       "GetDataProtectionPolicy",
                                                       "GetEndpointAttributes",
                                                       "GetPlatformApplicationAttributes",
                                                       "GetSMSAttributes",
                                                       "GetSMSSandboxAccountStatus",
                                                       "ListEndpointsByPlatformApplication",
                                                       "ListOriginationNumbers",
                                                       "ListPhoneNumbersOptedOut",
                                                       "ListPlatformApplications",
                                                       "ListSMSSandboxPhoneNumbers",
                                                       "OptInPhoneNumber",
                                                       "PutDataProtectionPolicy",
                                                       "SetEndpointAttributes",
                                                       "SetPlatformApplicationAttributes",
                                                       "SetSMSAttributes",
                                                       "VerifySMSSandboxPhoneNumber"};
  return kNames;
}

const http::ServiceModel& SnsService::model() const {
  static const http::ServiceModel kModel = [] {
    http::ServiceModel model;
    model.name = "sns";
    model.version = "2010-03-31";
    model.xml_namespace = "http://sns.amazonaws.com/doc/2010-03-31/";
    for (const auto& entry : operations()) model.operations.push_back(entry.model);
    for (const auto name : unsupported_operations()) {
      model.operations.push_back({std::string(name), structure({}), nullptr});
    }
    return model;
  }();
  return kModel;
}

// A batch is published with the permission to publish.
// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
http::Permission SnsService::permission_for(const http::ApiCall& call) const {
  auto topic = text_param(call.params, "TopicArn");
  if (call.operation == "Publish" || call.operation == "PublishBatch") {
    return {"sns:Publish", topic.empty() ? text_param(call.params, "TargetArn") : topic};
  }
  return {"sns:" + call.operation, topic.empty() ? "*" : topic};
}

std::function<void()> SnsService::call(http::ApiCall call, http::ApiReply reply) {
  const auto& all = operations();
  const auto found = std::ranges::find_if(
      all, [&](const Entry& entry) { return entry.model.name == call.operation; });
  reply(found == all.end() ? http::ApiResult(aws::refuse(not_supported(call.operation)))
                           : found->run(topics_, call));
  return nullptr;
}

}  // namespace loopgate::sns
