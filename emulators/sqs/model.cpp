#include "emulators/sqs/model.h"

namespace loopgate::sqs {

namespace {

using http::blob_shape;
using http::boolean_shape;
using http::flat_list_of;
using http::flat_map_of;
using http::integer_shape;
using http::Member;
using http::optional;
using http::required;
using http::ShapePtr;
using http::string_shape;
using http::structure;

Member queue_url() {
  return required("QueueUrl", string_shape());
}

Member attribute_map(std::string name, bool is_required = false) {
  return {std::move(name), flat_map_of(string_shape(), "Name", "Value"), is_required, "Attribute"};
}

ShapePtr strings() {
  return flat_list_of(string_shape());
}

Member message_attributes(std::string name, std::string query_name) {
  return optional(std::move(name),
                  flat_map_of(structure({optional("StringValue", string_shape()),
                                         optional("BinaryValue", blob_shape()),
                                         required("DataType", string_shape())}),
                              "Name", "Value"),
                  std::move(query_name));
}

std::vector<Member> sent_message() {
  return {required("MessageBody", string_shape()),
          optional("DelaySeconds", integer_shape()),
          message_attributes("MessageAttributes", "MessageAttribute"),
          message_attributes("MessageSystemAttributes", "MessageSystemAttribute"),
          optional("MessageDeduplicationId", string_shape()),
          optional("MessageGroupId", string_shape())};
}

std::vector<Member> with(std::vector<Member> members, std::vector<Member> more) {
  members.insert(members.end(), more.begin(), more.end());
  return members;
}

ShapePtr batch(std::vector<Member> entry, const std::string& entry_name) {
  return structure(
      {queue_url(),
       {"Entries", flat_list_of(structure(with({required("Id", string_shape())}, entry))), false,
        entry_name}});
}

ShapePtr batch_result(std::vector<Member> entry, const std::string& entry_name) {
  const auto failure =
      structure({required("Id", string_shape()), required("SenderFault", boolean_shape()),
                 required("Code", string_shape()), optional("Message", string_shape())});
  return structure(
      {optional("Successful",
                flat_list_of(structure(with({required("Id", string_shape())}, entry))), entry_name),
       optional("Failed", flat_list_of(failure), "BatchResultErrorEntry")});
}

std::vector<Member> accepted_message(bool in_batch) {
  const std::vector<Member> digests = {optional("MD5OfMessageBody", string_shape()),
                                       optional("MD5OfMessageAttributes", string_shape()),
                                       optional("MD5OfMessageSystemAttributes", string_shape())};
  return with(
      in_batch ? std::vector<Member>{} : digests,
      with({optional("MessageId", string_shape()), optional("SequenceNumber", string_shape())},
           in_batch ? digests : std::vector<Member>{}));
}

ShapePtr received() {
  return structure({optional("MessageId", string_shape()),
                    optional("ReceiptHandle", string_shape()),
                    optional("MD5OfBody", string_shape()), optional("Body", string_shape()),
                    attribute_map("Attributes"), optional("MD5OfMessageAttributes", string_shape()),
                    message_attributes("MessageAttributes", "MessageAttribute")});
}

Member receipt() {
  return required("ReceiptHandle", string_shape());
}
ShapePtr url_result() {
  return structure({optional("QueueUrl", string_shape())});
}
ShapePtr url_list(const std::string& name) {
  return structure({optional(name, strings(), "QueueUrl"), optional("NextToken", string_shape())});
}
Member tag_map(std::string name, bool is_required = false) {
  return {std::move(name), flat_map_of(string_shape(), "Key", "Value"), is_required, "Tag"};
}

std::vector<http::OperationModel> queue_operations() {
  return {
      {"CreateQueue",
       structure(
           {required("QueueName", string_shape()), attribute_map("Attributes"), tag_map("tags")}),
       url_result()},
      {"DeleteQueue", structure({queue_url()}), nullptr},
      {"GetQueueUrl",
       structure({required("QueueName", string_shape()),
                  optional("QueueOwnerAWSAccountId", string_shape())}),
       url_result()},
      {"ListQueues",
       structure({optional("QueueNamePrefix", string_shape()),
                  optional("NextToken", string_shape()), optional("MaxResults", integer_shape())}),
       url_list("QueueUrls")},
      {"ListDeadLetterSourceQueues",
       structure({queue_url(), optional("NextToken", string_shape()),
                  optional("MaxResults", integer_shape())}),
       url_list("queueUrls")},
      {"GetQueueAttributes",
       structure({queue_url(), optional("AttributeNames", strings(), "AttributeName")}),
       structure({attribute_map("Attributes")})},
      {"SetQueueAttributes", structure({queue_url(), attribute_map("Attributes", true)}), nullptr},
      {"AddPermission",
       structure({queue_url(), required("Label", string_shape()),
                  required("AWSAccountIds", strings(), "AWSAccountId"),
                  required("Actions", strings(), "ActionName")}),
       nullptr},
      {"RemovePermission", structure({queue_url(), required("Label", string_shape())}), nullptr},
      {"TagQueue", structure({queue_url(), tag_map("Tags", true)}), nullptr},
      {"UntagQueue", structure({queue_url(), required("TagKeys", strings(), "TagKey")}), nullptr},
      {"ListQueueTags", structure({queue_url()}), structure({tag_map("Tags")})},
      {"PurgeQueue", structure({queue_url()}), nullptr},
  };
}

std::vector<http::OperationModel> message_operations() {
  const auto visibility = integer_shape();
  return {
      {"SendMessage", structure(with({queue_url()}, sent_message())),
       structure(accepted_message(false))},
      {"SendMessageBatch", batch(sent_message(), "SendMessageBatchRequestEntry"),
       batch_result(accepted_message(true), "SendMessageBatchResultEntry")},
      {"ReceiveMessage",
       structure({queue_url(), optional("AttributeNames", strings(), "AttributeName"),
                  optional("MessageSystemAttributeNames", strings(), "MessageSystemAttributeName"),
                  optional("MessageAttributeNames", strings(), "MessageAttributeName"),
                  optional("MaxNumberOfMessages", integer_shape()),
                  optional("VisibilityTimeout", integer_shape()),
                  optional("WaitTimeSeconds", integer_shape()),
                  optional("ReceiveRequestAttemptId", string_shape())}),
       structure({optional("Messages", flat_list_of(received()), "Message")})},
      {"DeleteMessage", structure({queue_url(), receipt()}), nullptr},
      {"DeleteMessageBatch", batch({receipt()}, "DeleteMessageBatchRequestEntry"),
       batch_result({}, "DeleteMessageBatchResultEntry")},
      {"ChangeMessageVisibility",
       structure({queue_url(), receipt(), required("VisibilityTimeout", visibility)}), nullptr},
      {"ChangeMessageVisibilityBatch",
       batch({receipt(), optional("VisibilityTimeout", visibility)},
             "ChangeMessageVisibilityBatchRequestEntry"),
       batch_result({}, "ChangeMessageVisibilityBatchResultEntry")},
      {"StartMessageMoveTask", structure({required("SourceArn", string_shape())}), structure({})},
      {"CancelMessageMoveTask", structure({required("TaskHandle", string_shape())}), structure({})},
      {"ListMessageMoveTasks", structure({required("SourceArn", string_shape())}), structure({})},
  };
}

}  // namespace

const http::ServiceModel& service_model() {
  static const http::ServiceModel kModel = [] {
    http::ServiceModel model;
    model.name = "sqs";
    model.version = "2012-11-05";
    model.xml_namespace = "http://queue.amazonaws.com/doc/2012-11-05/";
    model.target_prefix = "AmazonSQS";
    model.error_prefix = "com.amazonaws.sqs#";
    model.json_version = "1.0";
    model.operations = queue_operations();
    for (auto& operation : message_operations()) model.operations.push_back(std::move(operation));
    return model;
  }();
  return kModel;
}

}  // namespace loopgate::sqs
